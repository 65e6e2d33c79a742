import { readFile, stat } from 'node:fs/promises';
import { type Change, defineFacts, type FactsDefinition, type FactsJob } from '@provisioning-dist/core';
import { collectChanges } from './changes.ts';
import { fileProblem, noSection } from './errors.ts';
import { linksOf } from './links.ts';
import { type ChangelogOptions, changelogOptions } from './options.ts';
import { renderNotes } from './render.ts';
import { sectionOf } from './section.ts';

/** Notes from a text, a section of a file, or the history. */
export const changelog: FactsDefinition<ChangelogOptions> = defineFacts<ChangelogOptions>({
  options: changelogOptions,
  changes: collectChanges,
  notes: async (job, changes) => {
    const { notes, file } = job.options;
    if (notes !== undefined) return (await textOf(notes)).trim();
    return file === undefined ? rendered(job, changes) : written(job, file);
  },
});

function rendered({ options, release, range, tag, remote, log }: FactsJob<ChangelogOptions>, changes: readonly Change[]): string {
  if (changes.length === 0) log.warn(`no changes since ${range.from ?? 'the beginning'}: the notes are empty`);
  return renderNotes(changes, { options, release, links: linksOf(options, remote), from: range.from, tag });
}

/** A snapshot is what stands under "Unreleased". */
async function written({ release }: FactsJob<ChangelogOptions>, file: string): Promise<string> {
  const text = await textOf(file);
  const section = sectionOf(text, release.snapshot ? 'Unreleased' : release.version);
  if (section !== undefined) return section;
  throw noSection(file, release.snapshot ? 'Unreleased' : release.version);
}

/** Bytes; notes that are longer are no notes. */
const MAX_TEXT = 16 * 1024 * 1024;

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_TEXT) throw new Error('it is larger than 16 MiB');
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  } catch (error) {
    throw fileProblem(file, error);
  }
}
