import { closeSync, createReadStream, lstatSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ArchiveError, readTar, SEGMENT_MIN, type Source, type TarEntry } from '@provisioning-dist/payload';
import { archiveCommit, type CommitArchive } from '../git.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import { comparePaths } from '../model/path-order.ts';
import { destinationProblem, nameProblem } from '../model/path-rules.ts';
import { roleByPlace } from '../model/role.ts';
import type { RunContext } from './run-context.ts';
import { badPath, dirtyTree, linkOutside, noFiles, outsideGit, unreadableArchive } from './source-errors.ts';

/** The tracked files of the release's commit, as `git archive` gives them. */

const ARCHIVE_TIMEOUT_MS = 10 * 60_000;
const POINTER = Buffer.from('version https://git-lfs.github.com/spec/v1\n');
/** Bytes of small files; beyond it they go to disk, where making a file costs more than writing it. */
const MEMORY_MAX = 64 * 1024 * 1024;
const COMMON = { owner: 'root', group: 'root', component: 'main' } as const;

/** Collects the source before anything is built: builders may write into the work tree. */
export async function sourceFiles(run: RunContext): Promise<Distribution> {
  const { root } = run.product;
  const task = run.report.task({ id: 'source', title: 'source of the commit' });
  try {
    const distribution = await collect(run, root);
    task.done(`${distribution.entries.filter(({ type }) => type !== 'directory').length} files`);
    return distribution;
  } catch (error) {
    task.fail(error);
    throw error;
  }
}

async function collect(run: RunContext, root: string): Promise<Distribution> {
  const { commit } = run.plan.release;
  if (commit === undefined) throw outsideGit(root);
  const folder = run.tmp.make();
  const file = join(folder, 'source.tar');
  const archive = await archiveCommit(root, commit, {
    file,
    tagPrefix: run.product.tagPrefix,
    outputs: [...Object.values(run.product.paths), run.outputDir],
    timeout: ARCHIVE_TIMEOUT_MS,
    signal: run.signal,
  });
  if (archive === undefined) throw outsideGit(root);
  if (archive.dirty && !run.plan.release.snapshot) throw dirtyTree(root);
  const { entries, pointers } = await unpack(file, archive.prefix, join(folder, 'files')).catch((error: unknown) => {
    throw error instanceof ArchiveError ? unreadableArchive(root, error) : error;
  });
  rmSync(file);
  if (entries.length === 0) throw noFiles(root, commit);
  for (const notice of notices(archive, pointers)) run.report.warn(notice, 'source');
  return Object.freeze({ platform: undefined, variant: undefined, entries: Object.freeze(entries) });
}

function* notices({ dirty, submodules, localAttributes }: CommitArchive, pointers: readonly string[]): Generator<string, void, undefined> {
  if (dirty) yield 'the work tree has changes that the commit, and with it the source archive, does not hold';
  if (submodules.length > 0) yield `submodules are empty folders in the source archive: ${submodules.join(', ')}`;
  if (pointers.length > 0) yield `the source archive holds Git LFS pointers in place of the content of ${pointers.join(', ')}`;
  if (localAttributes !== undefined) yield `"${localAttributes}" is this machine's alone: the source archive may differ elsewhere`;
}

interface Unpacked {
  readonly entries: readonly Entry[];
  /** Paths of files whose content is stored elsewhere. */
  readonly pointers: readonly string[];
}

/** Files are written under numbers, small ones held in memory: no name of the archive ever becomes a path on this machine. */
async function unpack(tar: string, prefix: string, folder: string): Promise<Unpacked> {
  const entries: Entry[] = [];
  const pointers: string[] = [];
  let memory = MEMORY_MAX;
  mkdirSync(folder, { mode: 0o700 });
  for await (const member of readTar(createReadStream(tar, { highWaterMark: 1024 * 1024 }))) {
    if (!member.path.startsWith(prefix)) continue;
    const path = member.path.slice(prefix.length);
    checkPath(path);
    const small = member.size < SEGMENT_MIN && member.size <= memory;
    if (small) memory -= member.size;
    const source = member.type === 'file' ? await (small ? inMemory(member) : onDisk(member, join(folder, String(entries.length)))) : undefined;
    if (source && isPointer(source)) pointers.push(path);
    entries.push(source ? fileEntry(member, path, source) : otherEntry(member, path));
  }
  return { entries: entries.sort((a, b) => comparePaths(a.path, b.path)), pointers };
}

function checkPath(path: string): void {
  const problem = destinationProblem(path) ?? nameProblem(path, undefined);
  if (problem !== undefined) throw badPath(path, problem);
}

async function inMemory({ body }: TarEntry): Promise<Source> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return { bytes: Buffer.concat(pieces) };
}

async function onDisk({ body }: TarEntry, file: string): Promise<Source> {
  const fd = openSync(file, 'wx', 0o600);
  try {
    for await (const piece of body) for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
  } finally {
    closeSync(fd);
  }
  const { size, mtimeMs } = lstatSync(file);
  return { file, size, mtimeMs };
}

function isPointer(source: Source): boolean {
  return 'bytes' in source && POINTER.equals(source.bytes.subarray(0, POINTER.length));
}

function fileEntry({ mode, size }: TarEntry, path: string, source: Source): Entry {
  return Object.freeze({ ...COMMON, type: 'file', path, mode: mode & 0o100 ? 0o755 : 0o644, role: roleByPlace(path) ?? 'data', size, source });
}

function otherEntry({ type, target = '' }: TarEntry, path: string): Entry {
  const role = roleByPlace(path) ?? 'data';
  if (type === 'directory') return Object.freeze({ ...COMMON, type, path, mode: 0o755, role });
  if (type !== 'symlink') throw badPath(path, `git archived it as a ${type}`);
  if (leaves(path, target)) throw linkOutside(path, target);
  return Object.freeze({ ...COMMON, type, path, mode: 0o777, role, target });
}

function leaves(path: string, target: string): boolean {
  return target.startsWith('/') || /^\.\.(?:\/|$)/.test(posix.join(posix.dirname(path), target));
}
