import type { ElfCpu } from '@provisioning-dist/payload';
import { ancestors } from '../../common/paths.ts';
import { isShared } from '../directories.ts';
import { FILE_FLAG } from '../tags.ts';
import { error, octal, type Problem, warning } from './findings.ts';
import { isGhost, type ListedFile } from './listed.ts';
import type { Content } from './payload.ts';

/** What rpmlint or an administrator objects to. */

const FOREIGN = /^(?:usr\/local|opt|run|home|root|srv|tmp|proc|sys|dev)(?=\/.)/;
const LEFT_BEHIND = /(?:^|\/)(?:\.git|\.svn|\.hg|\.gitignore|\.gitattributes|\.DS_Store|\._[^/]*)(?:\/|$)/;
const MAN_PAGE = /\/man\/(?:.+\/)?man[1-9]\/[^/]+\.[1-9][^./]*$/;
const PROGRAM = /^(?:usr\/)?(?:s?bin|games)\/[^/]+$/;

export interface PolicyFacts {
  readonly arch: string;
  readonly contents: ReadonlyMap<string, Content>;
  readonly date: number | undefined;
}

export function policyProblems(files: readonly ListedFile[], facts: PolicyFacts): readonly Problem[] {
  const places = files.flatMap(({ path, type }) => (type === 'directory' ? [] : (FOREIGN.exec(path)?.[0] ?? [])));
  return [
    ...files.flatMap((file) => [...fileProblems(file), ...linkProblems(file), ...timeProblems(file, facts), ...machineProblems(file, facts)]),
    ...parentProblems(files),
    ...[...new Set(places)].map((place) => warning('place', 'Packages of a distribution put nothing there', place)),
  ];
}

function fileProblems({ path, type, mode, flags, size }: ListedFile): readonly Problem[] {
  const plain = type === 'file' && (flags & (FILE_FLAG.config | FILE_FLAG.ghost)) === 0;
  return [
    ...(type === 'other' ? [warning('type', 'It is a device or pipe', path)] : []),
    ...(type !== 'symlink' && mode & 0o002 && !(mode & 0o1000) ? [error('mode', `Everybody may write: mode ${octal(mode)}`, path)] : []),
    ...(type === 'file' && mode & 0o6000 ? [warning('mode', `It runs with its owner's rights: mode ${octal(mode)}`, path)] : []),
    ...(LEFT_BEHIND.test(path) ? [warning('left-behind', 'The file is left behind by a tool', path)] : []),
    ...(MAN_PAGE.test(path) && type === 'file' ? [warning('man-page', 'The man page is not compressed', path)] : []),
    ...(PROGRAM.test(path) && type === 'file' && !(mode & 0o111)
      ? [error('executable', `The program cannot be run: mode ${octal(mode)}`, path)]
      : []),
    ...(plain && path.startsWith('etc/') && size > 0
      ? [warning('config', 'It is in /etc and not marked as configuration: upgrades overwrite it', path)]
      : []),
    ...(type === 'directory' && isShared(path) ? [warning('shared-folder', 'The folder belongs to the system, not to a package', path)] : []),
  ];
}

function linkProblems({ path, type, target }: ListedFile): readonly Problem[] {
  const absolute = type === 'symlink' && target.startsWith('/') && target.split('/')[1] === path.split('/')[0];
  return absolute ? [warning('link', `The target "${target}" should be relative to the link`, path)] : [];
}

function timeProblems({ path, mtime }: ListedFile, { date }: PolicyFacts): readonly Problem[] {
  return date === undefined || mtime === date ? [] : [error('time', `The time is ${mtime}, the release's ${date}`, path)];
}

/** Architectures of rpm that run programs of a machine. */
const ARCHITECTURES: Readonly<Partial<Record<ElfCpu, readonly string[]>>> = {
  amd64: ['x86_64'],
  arm64: ['aarch64'],
  386: ['i386', 'i486', 'i586', 'i686'],
  arm: ['armv5tel', 'armv6hl', 'armv7hl', 'armv7hnl'],
  riscv64: ['riscv64'],
  ppc64le: ['ppc64le'],
  s390x: ['s390x'],
};

function machineProblems({ path }: ListedFile, { arch, contents }: PolicyFacts): readonly Problem[] {
  const elf = contents.get(path)?.elf;
  if (elf === undefined) return [];
  if (arch === 'noarch') return [error('program-in-noarch', 'It is a program of one machine in a package for all', path)];
  const fitting = elf.cpu === undefined ? undefined : ARCHITECTURES[elf.cpu];
  return fitting === undefined || fitting.includes(arch)
    ? []
    : [error('other-machine', `It is a program for ${elf.cpu}, the package is for ${arch}`, path)];
}

/** A folder nobody owns stays after the package is gone; what lies below a file or link cannot be installed. */
function parentProblems(files: readonly ListedFile[]): readonly Problem[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const parents = new Set(files.filter((file) => !isGhost(file)).flatMap(({ path }) => ancestors(path)));
  return [...parents].flatMap((path) => {
    const file = byPath.get(path);
    if (file === undefined)
      return isShared(path) ? [] : [warning('unowned-folder', 'The folder is not owned: it stays when the package is removed', path)];
    return file.type === 'directory' ? [] : [error('parent', 'Files are below it, and it is no directory', path)];
  });
}
