import { ancestors } from '../../common/paths.ts';
import { error, note, octal, type Problem, warning } from './findings.ts';
import type { Listed, Listing } from './listed.ts';

/** The tree of data.tar: what dpkg cannot unpack, and what policy or lintian object to. */

/** 1984: lintian takes times before it for mistakes. */
const ANCIENT = 441_763_200;

export interface DataFacts {
  readonly package: string;
  /** Seconds since 1970 UTC. */
  readonly date: number | undefined;
}

/** Of control.tar and data.tar alike. */
export function tarProblems(name: string, { entries, headers }: Listing, date: number | undefined): readonly Problem[] {
  const other = [...headers.magics].filter((magic) => magic !== 'ustar  \0');
  return [
    ...(headers.types.has('x') || headers.types.has('g') ? [error('pax', `${name} holds PAX headers, which dpkg refuses`)] : []),
    ...(other.length > 0 ? [note('tar-dialect', `${name} is not written in GNU tar's dialect`)] : []),
    ...(entries[0]?.stored.replace(/\/$/, '') === '.' ? [] : [warning('root', `${name} does not begin with its root`)]),
    ...entries.flatMap(({ stored, path, mtime }) => [
      ...(stored === '.' || stored.startsWith('./') ? [] : [warning('path', `It is stored as "${stored}", without "./"`, path)]),
      ...(date === undefined || mtime === date ? [] : [error('time', `The time is ${mtime}, the release's ${date}`, path)]),
      ...(mtime < ANCIENT && date === undefined ? [warning('time', `The time is ${mtime}, before 1984`, path)] : []),
    ]),
  ];
}

export function dataProblems(entries: readonly Listed[], facts: DataFacts): readonly Problem[] {
  return [
    ...treeProblems(entries),
    ...entries.flatMap(entryProblems),
    ...entries.flatMap(policyProblems),
    ...placeProblems(entries),
    ...documentProblems(entries, facts),
  ];
}

function treeProblems(entries: readonly Listed[]): readonly Problem[] {
  const seen = new Map<string, Listed>();
  const problems: Problem[] = [];
  for (const entry of entries) {
    const { path, type, target = '' } = entry;
    const orphan = ancestors(path).find((parent) => seen.get(parent)?.type !== 'directory');
    if (orphan !== undefined) problems.push(error('parent', `The directory "/${orphan}" is not before it: dpkg stops there`, path));
    if (seen.has(path)) problems.push(error('duplicate', 'The path is there twice', path));
    if (type === 'link' && seen.get(target.replace(/^\.?\//, ''))?.type !== 'file')
      problems.push(error('link', `The file "${target}" is not before its hard link`, path));
    seen.set(path, entry);
  }
  return problems;
}

function entryProblems({ path, type, mode, uid, gid, stored }: Listed): readonly Problem[] {
  const special = type === 'character' || type === 'block' || type === 'fifo';
  return [
    ...(stored.split('/').includes('..') || stored.includes('\n') ? [error('path', 'dpkg refuses the path', path)] : []),
    ...(special ? [warning('type', `It is a ${type} device or pipe`, path)] : []),
    ...(uid === 0 && gid === 0 ? [] : [warning('owner', `The owner is ${uid}:${gid} by number, which means another on every system`, path)]),
    ...(type !== 'symlink' && mode & 0o002 && !(mode & 0o1000) ? [error('mode', `Everybody may write: mode ${octal(mode)}`, path)] : []),
    ...(type === 'file' && mode & 0o6000 ? [warning('mode', `It runs with its owner's rights: mode ${octal(mode)}`, path)] : []),
  ];
}

const FOREIGN = /^(?:usr\/local|opt|run|home|root|srv|tmp|proc|sys|dev)(?=\/.)/;
const LEFT_BEHIND = /(?:^|\/)(?:\.git|\.svn|\.hg|\.gitignore|\.gitattributes|\.DS_Store|\._[^/]*)(?:\/|$)/;
const MAN_PAGE = /\/man\/(?:.+\/)?man[1-9]\/[^/]+\.[1-9][^./]*$/;
const PROGRAM = /^(?:usr\/)?(?:s?bin|games)\/[^/]+$/;

function policyProblems({ path, type, mode, target }: Listed): readonly Problem[] {
  return [
    ...(LEFT_BEHIND.test(path) ? [warning('left-behind', 'The file is left behind by a tool', path)] : []),
    ...(MAN_PAGE.test(path) && type === 'file' ? [warning('man-page', 'The man page is not compressed', path)] : []),
    ...(PROGRAM.test(path) && type === 'file' && !(mode & 0o111)
      ? [error('executable', `The program cannot be run: mode ${octal(mode)}`, path)]
      : []),
    ...(target?.startsWith('/') && target.split('/')[1] === path.split('/')[0]
      ? [warning('link', `The target "${target}" should be relative to the link`, path)]
      : []),
  ];
}

/** Once for each place: people who install there know it. */
function placeProblems(entries: readonly Listed[]): readonly Problem[] {
  const places = entries.flatMap(({ path, type }) => (type === 'directory' ? [] : (FOREIGN.exec(path)?.[0] ?? [])));
  return [...new Set(places)].map((place) => warning('place', 'Packages of a distribution put nothing there', place));
}

function documentProblems(entries: readonly Listed[], { package: name }: DataFacts): readonly Problem[] {
  const folder = `usr/share/doc/${name}`;
  const has = (path: string): boolean => entries.some((entry) => entry.path === path);
  const documented = entries.some(({ path, type }) => path === folder && type === 'symlink');
  if (documented) return [];
  return [
    ...(has(`${folder}/copyright`) ? [] : [error('copyright', `There is no /${folder}/copyright`)]),
    ...(has(`${folder}/changelog.Debian.gz`) || has(`${folder}/changelog.gz`)
      ? []
      : [warning('changelog', `There is no /${folder}/changelog.Debian.gz`)]),
  ];
}

/** dpkg-gencontrol's rule over what was found; hard links count once. */
export function foundSize(entries: readonly Listed[]): number {
  return entries.reduce((sum, { type, size, target = '' }) => {
    if (type === 'link') return sum;
    return sum + (type === 'file' ? Math.ceil(size / 1024) : type === 'symlink' ? Math.ceil(Buffer.byteLength(target) / 1024) : 1);
  }, 0);
}
