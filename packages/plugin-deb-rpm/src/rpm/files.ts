import type { Member } from '@provisioning-dist/payload';
import { byBytes } from '../common/paths.ts';
import { missingParents } from './directories.ts';
import { ghostShipped, nothingThere } from './errors.ts';
import { type Field, int32, numbers, texts } from './header.ts';
import type { RpmOptions } from './options.ts';
import type { Placed } from './place.ts';
import { FILE_FLAG, SHA256_ALGORITHM, TAG } from './tags.ts';

/** One path of the package's list. */
export interface RpmFile {
  readonly member: Member;
  readonly flags: number;
  readonly capabilities: string;
}

/** Of 4 GiB and more there are other tags, and another form of cpio. */
export const LARGE: number = 2 ** 32;

const DOCUMENTATION = /^usr\/share\/(?:doc|info|man)\//;

/** Everything the package owns, by the bytes of its path. */
export function filesOf(placed: readonly Placed[], options: Pick<RpmOptions, 'flags' | 'ghosts' | 'capabilities'>): readonly RpmFile[] {
  const ghosts = ghostsOf(placed, options.ghosts);
  const members = [...placed.map(({ member }) => member), ...ghosts.map(({ member }) => member)];
  const parents = missingParents(members).map((member): RpmFile => ({ member, flags: 0, capabilities: '' }));
  const shipped = placed.map((each): RpmFile => {
    const path = `/${each.member.path}`;
    return {
      member: each.member,
      flags: options.flags[path]?.reduce(addFlag, 0) ?? usualFlags(each),
      capabilities: options.capabilities[path] ?? '',
    };
  });
  refuseUnknown('flags', Object.keys(options.flags), (path) => placed.some(({ member }) => `/${member.path}` === path));
  refuseUnknown('capabilities', Object.keys(options.capabilities), (path) =>
    placed.some(({ member }) => `/${member.path}` === path && member.type === 'file'),
  );
  return [...shipped, ...parents, ...ghosts].toSorted((a, b) => byBytes(a.member, b.member));
}

function refuseUnknown(what: string, paths: readonly string[], isThere: (path: string) => boolean): void {
  for (const path of paths) if (!isThere(path)) throw nothingThere(what, path);
}

function addFlag(flags: number, name: keyof typeof FILE_FLAG): number {
  return flags | FILE_FLAG[name];
}

function usualFlags({ member, role }: Placed): number {
  if (member.type === 'directory') return 0;
  if (role === 'license') return FILE_FLAG.license;
  if (role === 'doc' || DOCUMENTATION.test(member.path)) return FILE_FLAG.doc;
  const config = member.type === 'file' && (role === 'config' || member.path.startsWith('etc/'));
  return config ? FILE_FLAG.config | FILE_FLAG.noreplace : 0;
}

function ghostsOf(placed: readonly Placed[], ghosts: RpmOptions['ghosts']): readonly RpmFile[] {
  return Object.entries(ghosts).map(([absolute, { type, mode, owner, group, config }]) => {
    const path = absolute.slice(1);
    if (placed.some(({ member }) => member.path === path)) throw ghostShipped(absolute);
    const common = { path, mode: mode ?? (type === 'directory' ? 0o755 : 0o644), owner, group };
    const member: Member = type === 'directory' ? { type, ...common } : { type, ...common, size: 0, source: { bytes: new Uint8Array() } };
    return { member, flags: FILE_FLAG.ghost | (config ? FILE_FLAG.config : 0), capabilities: '' };
  });
}

export function isGhost({ flags }: Pick<RpmFile, 'flags'>): boolean {
  return (flags & FILE_FLAG.ghost) !== 0;
}

export function hasLarge(files: readonly RpmFile[]): boolean {
  return files.some(({ member }) => member.type === 'file' && member.size >= LARGE);
}

/** What a file takes on disk as rpm counts it; folders nothing. */
function sizeOf({ member }: RpmFile): number {
  if (member.type === 'file') return member.size;
  return member.type === 'symlink' ? Buffer.byteLength(member.target) : 0;
}

const TYPE_BITS = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;
const [VERIFY_ALL, VERIFY_GHOST] = [0xffffffff, 0xffffffd8];

export interface FileFacts {
  readonly date: number;
  readonly sha256: (member: Member & { readonly type: 'file' }) => string;
  /** 1 for 32-bit programs and libraries, 2 for 64-bit ones, else 0. */
  readonly color: (member: Member) => number;
}

/** The arrays with one item per path, in the order of the list. */
export function fileFields(files: readonly RpmFile[], { date, sha256, color }: FileFacts): readonly Field[] {
  const total = files.reduce((sum, file) => sum + (isGhost(file) ? 0 : sizeOf(file)), 0);
  const size = total >= LARGE ? numbers('int64', TAG.longSize, [total]) : int32(TAG.size, total);
  if (files.length === 0) return [size];
  const each = (tag: number, value: (file: RpmFile, index: number) => number): Field => numbers('int32', tag, files.map(value));
  const eachText = (tag: number, value: (file: RpmFile) => string): Field => texts(tag, files.map(value));
  const digest = (file: RpmFile): string => (file.member.type === 'file' && !isGhost(file) ? sha256(file.member) : '');
  const [longSizes, capable] = [hasLarge(files), files.some(({ capabilities }) => capabilities !== '')];
  return [
    size,
    longSizes ? numbers('int64', TAG.longFileSizes, files.map(sizeOf)) : each(TAG.fileSizes, sizeOf),
    numbers(
      'int16',
      TAG.fileModes,
      files.map(({ member }) => TYPE_BITS[member.type] | (member.type === 'symlink' ? 0o777 : member.mode)),
    ),
    numbers(
      'int16',
      TAG.fileRdevs,
      files.map(() => 0),
    ),
    each(TAG.fileMtimes, () => date),
    eachText(TAG.fileDigests, digest),
    int32(TAG.fileDigestAlgo, SHA256_ALGORITHM),
    eachText(TAG.fileLinkTos, ({ member }) => (member.type === 'symlink' ? member.target : '')),
    each(TAG.fileFlags, ({ flags }) => flags),
    eachText(TAG.fileUserName, ({ member }) => member.owner ?? 'root'),
    eachText(TAG.fileGroupName, ({ member }) => member.group ?? 'root'),
    each(TAG.fileVerifyFlags, (file) => (isGhost(file) ? VERIFY_GHOST : VERIFY_ALL)),
    each(TAG.fileDevices, () => 1),
    each(TAG.fileInodes, (_, index) => index + 1),
    eachText(TAG.fileLangs, () => ''),
    each(TAG.fileColors, ({ member }) => color(member)),
    ...(capable ? [eachText(TAG.fileCaps, ({ capabilities }) => capabilities)] : []),
    ...nameFields(files),
  ];
}

/** A path is the name of its folder, which ends with a slash, and what is left. */
function nameFields(files: readonly RpmFile[]): readonly Field[] {
  const folders = new Map<string, number>();
  const names: string[] = [];
  const indexes: number[] = [];
  for (const { member } of files) {
    const cut = member.path.lastIndexOf('/') + 1;
    const folder = `/${member.path.slice(0, cut)}`;
    if (!folders.has(folder)) folders.set(folder, folders.size);
    indexes.push(folders.get(folder) as number);
    names.push(member.path.slice(cut));
  }
  return [texts(TAG.dirNames, [...folders.keys()]), texts(TAG.baseNames, names), numbers('int32', TAG.dirIndexes, indexes)];
}
