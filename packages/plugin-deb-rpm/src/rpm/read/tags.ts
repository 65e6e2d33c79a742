import { SCRIPTS } from '../script-text.ts';
import { TAG } from '../tags.ts';
import { error, type Problem, warning } from './findings.ts';
import type { Header } from './header.ts';

/** What rpm needs to be told, and what rpmlint wants to be told well. */

const NEEDED: Readonly<Record<string, number>> = {
  name: TAG.name,
  version: TAG.version,
  release: TAG.release,
  architecture: TAG.arch,
  'operating system': TAG.os,
};
const WANTED: Readonly<Record<string, number>> = {
  summary: TAG.summary,
  description: TAG.description,
  license: TAG.license,
  url: TAG.url,
  group: TAG.group,
  changelog: TAG.changelogName,
};
const VERSION = /^[A-Za-z0-9._+~^]+$/;

export interface TagFacts {
  readonly fileName: string;
  /** Seconds since 1970 UTC. */
  readonly date: number | undefined;
}

export function tagProblems(header: Header, { fileName, date }: TagFacts): readonly Problem[] {
  const missing = Object.entries(NEEDED).filter(([, tag]) => !header.text(tag));
  if (missing.length > 0) return missing.map(([what]) => error('tag', `The header tells no ${what}`));
  const [name, version, release, arch] = [TAG.name, TAG.version, TAG.release, TAG.arch].map((tag) => header.text(tag) ?? '');
  const expected = `${name}-${version}-${release}.${arch}.rpm`;
  const time = header.number(TAG.buildTime);
  return [
    ...[version, release].filter((part = '') => !VERSION.test(part)).map((part) => error('version', `"${part}" is no version or release`)),
    ...(fileName === expected ? [] : [warning('file-name', `The file should be named ${expected}`)]),
    ...(date === undefined || time === date ? [] : [error('time', `The build time is ${time}, the release's ${date}`)]),
    ...Object.entries(WANTED).flatMap(([what, tag]) => (header.text(tag) ? [] : [warning('tag', `The header tells no ${what}`)])),
    ...textProblems(header),
    ...provideProblems(header, `${header.number(TAG.epoch) === undefined ? '' : `${header.number(TAG.epoch)}:`}${version}-${release}`),
    ...featureProblems(header),
    ...Object.entries(SCRIPTS).flatMap(([script, { body }]) =>
      header.text(body)?.includes('\r') ? [error('script', `The script ${script} has Windows line ends`)] : [],
    ),
  ];
}

function textProblems(header: Header): readonly Problem[] {
  const summary = header.text(TAG.summary) ?? '';
  const long = (header.text(TAG.description) ?? '').split('\n').find((line) => line.length > 79);
  return [
    ...(/[^.]\.$/.test(summary) ? [warning('summary', 'The summary ends with a dot')] : []),
    ...(summary.includes('\n') || summary.length > 79 ? [warning('summary', 'The summary is longer than a line of 79 characters')] : []),
    ...(long === undefined ? [] : [warning('description', `A line of the description is longer than 79 characters: "${long.slice(0, 40)}…"`)]),
  ];
}

function provideProblems(header: Header, evr: string): readonly Problem[] {
  const versions = header.texts(TAG.provideVersion);
  const own = header.texts(TAG.provideName).some((name, index) => name === header.text(TAG.name) && versions[index] === evr);
  return own ? [] : [error('provides', 'The package does not provide itself in its version')];
}

const FEATURES: Readonly<Record<string, string>> = { xz: 'rpmlib(PayloadIsXz)', zstd: 'rpmlib(PayloadIsZstd)' };

/** They keep old versions of rpm from what they cannot read. */
function featureProblems(header: Header): readonly Problem[] {
  const requires = new Set(header.texts(TAG.requireName));
  const evr = [...header.texts(TAG.provideVersion), ...header.texts(TAG.requireVersion)].join(' ');
  const compressor = FEATURES[header.text(TAG.payloadCompressor) ?? ''];
  const wanted = [
    ...(compressor === undefined ? [] : [compressor]),
    ...(header.has(TAG.baseNames) ? ['rpmlib(CompressedFileNames)', 'rpmlib(FileDigests)', 'rpmlib(PayloadFilesHavePrefix)'] : []),
    ...(header.has(TAG.longFileSizes) ? ['rpmlib(LargeFiles)'] : []),
    ...(header.has(TAG.fileCaps) ? ['rpmlib(FileCaps)'] : []),
    ...(evr.includes('~') ? ['rpmlib(TildeInVersions)'] : []),
    ...(evr.includes('^') ? ['rpmlib(CaretInVersions)'] : []),
    ...([...requires].some((name) => name.startsWith('(')) ? ['rpmlib(RichDependencies)'] : []),
  ];
  return wanted.filter((name) => !requires.has(name)).map((name) => warning('rpmlib', `It does not require ${name}, which old versions of rpm lack`));
}
