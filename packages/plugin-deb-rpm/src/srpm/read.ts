import type { Distribution, Finding, ReadSource, ReadView } from '@provisioning-dist/core';
import { error, findingOf, type Problem, warning } from '../rpm/read/findings.ts';
import type { Header } from '../rpm/read/header.ts';
import { fileList, type ListedFile } from '../rpm/read/listed.ts';
import { partsOf, signatureProblems } from '../rpm/read/parts.ts';
import { readPayload } from '../rpm/read/payload.ts';
import { TAG } from '../rpm/tags.ts';
import type { SrpmOptions } from './options.ts';

/** Sources have names only, in no folder. */
const OF_INSTALLED = 'rpm-prefix';

/** Everything that is wrong with a source rpm. */
export async function readSrpm(source: ReadSource, _distribution?: Distribution, view?: ReadView<SrpmOptions>): Promise<readonly Finding[]> {
  const name = source.path.split(/[\\/]/).at(-1) ?? source.path;
  const { parts, problems } = partsOf(source);
  if (parts === undefined) return problems.map((problem) => findingOf(name, problem));
  const list = fileList(parts.header);
  const payload = await readPayload(source, parts, list.files);
  const all = [
    ...problems,
    ...signatureProblems(parts, view?.options.sign),
    ...headerProblems(parts.header, { name, date: view?.date }),
    ...list.problems,
    ...list.files.flatMap(flatProblems),
    ...specProblems(parts.header, list.files),
    ...payload.problems.filter(({ code }) => code !== OF_INSTALLED),
  ];
  return all.map((problem) => findingOf(name, problem));
}

interface Told {
  readonly name: string;
  /** Seconds since 1970 UTC. */
  readonly date: number | undefined;
}

function headerProblems(header: Header, { name, date }: Told): readonly Problem[] {
  const expected = `${[TAG.name, TAG.version, TAG.release].map((tag) => header.text(tag) ?? '').join('-')}.src.rpm`;
  const time = header.number(TAG.buildTime);
  return [
    ...(header.has(TAG.sourcePackage) ? [] : [error('not-source', 'The header does not tell of a source package')]),
    ...(header.has(TAG.sourceRpm) ? [error('not-source', 'The header tells what it was built from, as that of a binary package')] : []),
    ...(name === expected ? [] : [warning('file-name', `The file should be named ${expected}`)]),
    ...(date === undefined || time === date ? [] : [error('time', `The build time is ${time}, the release's ${date}`)]),
  ];
}

function flatProblems({ path, type }: ListedFile): readonly Problem[] {
  return type === 'file' && !path.includes('/') ? [] : [error('not-flat', 'A source package holds files in no folder only', path)];
}

function specProblems(header: Header, files: readonly ListedFile[]): readonly Problem[] {
  const specs = files.filter(({ path }) => path.endsWith('.spec'));
  const names = new Set(files.map(({ path }) => path));
  return [
    ...(specs.length === 1 ? [] : [error('spec', `It holds ${specs.length} spec files instead of one`)]),
    ...header
      .texts(TAG.source)
      .filter((source) => !names.has(source.split('/').at(-1) ?? ''))
      .map((source) => error('no-source', 'The header tells of this source, the package does not hold it', source)),
  ];
}
