import { FILE_FLAG, TAG } from '../tags.ts';
import { error, type Problem } from './findings.ts';
import type { Header } from './header.ts';

/** One path of a package's list. */
export interface ListedFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  /** With the bits of the type. */
  readonly fullMode: number;
  readonly size: number;
  readonly mtime: number;
  readonly sha256: string;
  readonly target: string;
  readonly flags: number;
  readonly owner: string;
  readonly group: string;
  readonly inode: number;
}

export interface FileList {
  readonly files: readonly ListedFile[];
  readonly problems: readonly Problem[];
}

/** Arrays that have one item per path. */
const ARRAYS = [
  TAG.fileModes,
  TAG.fileMtimes,
  TAG.fileDigests,
  TAG.fileLinkTos,
  TAG.fileFlags,
  TAG.fileUserName,
  TAG.fileGroupName,
  TAG.fileDevices,
  TAG.fileInodes,
  TAG.dirIndexes,
] as const;

export function fileList(header: Header): FileList {
  const names = header.texts(TAG.baseNames);
  const sizes = header.has(TAG.longFileSizes) ? header.numbers(TAG.longFileSizes) : header.numbers(TAG.fileSizes);
  const short = ARRAYS.filter((tag) => Math.max(header.numbers(tag).length, header.texts(tag).length) !== names.length);
  if (short.length > 0 || sizes.length !== names.length)
    return {
      files: [],
      problems: [error('files', `The list of files has ${names.length} names and other numbers of facts (tags ${short.join(', ')})`)],
    };
  const files = names.map((name, index) => fileAt(header, { name, index, size: sizes[index] ?? 0 }));
  return { files, problems: [...listProblems(header, files), ...files.flatMap(pathProblems)] };
}

function fileAt(header: Header, { name, index, size }: { readonly name: string; readonly index: number; readonly size: number }): ListedFile {
  const number = (tag: number): number => header.numbers(tag)[index] ?? 0;
  const text = (tag: number): string => header.texts(tag)[index] ?? '';
  const fullMode = number(TAG.fileModes);
  const folder = header.texts(TAG.dirNames)[number(TAG.dirIndexes)] ?? '';
  return {
    path: `${folder}${name}`.replace(/^\//, ''),
    type: ({ 8: 'file', 4: 'directory', 10: 'symlink' } as const)[fullMode >> 12] ?? 'other',
    mode: fullMode & 0o7777,
    fullMode,
    size,
    mtime: number(TAG.fileMtimes),
    sha256: text(TAG.fileDigests),
    target: text(TAG.fileLinkTos),
    flags: number(TAG.fileFlags),
    owner: text(TAG.fileUserName),
    group: text(TAG.fileGroupName),
    inode: number(TAG.fileInodes),
  };
}

export function isGhost({ flags }: ListedFile): boolean {
  return (flags & FILE_FLAG.ghost) !== 0;
}

function listProblems(header: Header, files: readonly ListedFile[]): readonly Problem[] {
  const total = [...new Map(files.filter((file) => !isGhost(file)).map((file) => [file.inode, file])).values()].reduce(
    (sum, { type, size }) => sum + (type === 'directory' ? 0 : size),
    0,
  );
  const told = header.number(TAG.size) ?? header.number(TAG.longSize);
  const paths = files.map(({ path }) => path);
  return [
    ...(told === total ? [] : [error('installed-size', `Its files have ${total} bytes, the header tells ${told}`)]),
    ...(files.length === 0 || header.number(TAG.fileDigestAlgo) === 8 ? [] : [error('file-digests', 'The digests of files are not sha256')]),
    ...paths.slice(1).flatMap((path, index) => orderProblems(paths[index] ?? '', path)),
  ];
}

function orderProblems(before: string, path: string): readonly Problem[] {
  const order = Buffer.compare(Buffer.from(before), Buffer.from(path));
  if (order === 0) return [error('duplicate', 'The path is there twice', path)];
  return order > 0 ? [error('unsorted', `It comes after "${before}": an erasure leaves folders behind`, path)] : [];
}

function pathProblems({ path }: ListedFile): readonly Problem[] {
  return /\p{Cc}/u.test(path) || path.split('/').some((part) => part === '' || part === '.' || part === '..')
    ? [error('path', 'It is no plain path', path)]
    : [];
}
