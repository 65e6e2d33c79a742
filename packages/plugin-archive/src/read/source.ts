import type { Finding, ReadSource } from '@provisioning-dist/core';
import { namesBuildInstruction } from '../building.ts';
import type { SourceOptions } from '../source-options.ts';
import { type Archive, checkArchive, entriesBelowTop } from './checks.ts';
import { noInstructions } from './findings.ts';
import type { Reading } from './reading.ts';
import { readTarGz } from './tar-gz.ts';

/** What only matters where programs are installed. */
const OF_PROGRAMS = 'archive-executable';
/** What is tracked on purpose, be it as an example, is no error. */
const TRACKED = 'archive-forbidden-name';

export function readSource(source: ReadSource, reading: Reading<SourceOptions>): Promise<readonly Finding[]> {
  const wanted = reading.view?.options.instructions !== 'none';
  return readTarGz(source, reading, (archive) => [...treeFindings(archive), ...(wanted ? instructionFindings(archive) : [])]);
}

function treeFindings(archive: Archive): readonly Finding[] {
  return checkArchive(archive)
    .filter(({ code }) => code !== OF_PROGRAMS)
    .map((finding) => (finding.code === TRACKED ? { ...finding, level: 'warning' } : finding));
}

function instructionFindings(archive: Archive): readonly Finding[] {
  const told = entriesBelowTop(archive).some(({ type, path }) => type !== 'directory' && namesBuildInstruction(path));
  return told ? [] : [noInstructions(archive.name)];
}
