import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openSource } from '@provisioning-dist/payload';
import type { Distribution } from '../model/distribution.ts';
import type { Entry, FileEntry } from '../model/entry.ts';
import { atomicWrite } from './atomic-write.ts';
import { contentProblem } from './output-errors.ts';
import { removeTree } from './remove-tree.ts';
import { foreignTree, unwritableTree } from './staged-errors.ts';
import { manifestPath, printManifest } from './staged-manifest.ts';

export { readStagedTree, type StagedOptions } from './staged-read.ts';

/** Bytes after which other work of the process gets its turn. */
const TURN_BYTES = 8 * 1024 * 1024;

/**
 * Writes a distribution as a folder, its manifest beside it. Modes are the entries', whatever the umask; every time is `date`. The folder is
 * made under another name and put in place when it is complete; an earlier staged tree there is replaced, anything else refused.
 */
export async function writeStagedTree(distribution: Distribution, dir: string, date: number): Promise<void> {
  const target = resolve(dir);
  try {
    checkReplaceable(target);
    mkdirSync(dirname(target), { recursive: true });
    const temporary = mkdtempSync(join(dirname(target), `.${basename(target)}.tmp-`));
    try {
      const manifest = printManifest(distribution, date, await writeEntries(distribution, temporary, date));
      putInPlace(temporary, target, manifest);
    } finally {
      removeTree(temporary);
    }
  } catch (error) {
    throw isSystemError(error) ? unwritableTree(target, error) : error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function checkReplaceable(target: string): void {
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (!stats) return;
  const ours = lstatSync(manifestPath(target), { throwIfNoEntry: false }) !== undefined;
  if (!stats.isDirectory() || (!ours && readdirSync(target).length > 0)) throw foreignTree(target);
}

/** A crash in between leaves a manifest without its folder: nobody packages half of one and half of the other. */
function putInPlace(temporary: string, target: string, manifest: string): void {
  removeTree(target);
  atomicWrite(manifestPath(target), manifest);
  renameSync(temporary, target);
}

async function writeEntries({ entries }: Distribution, root: string, date: number): Promise<ReadonlyMap<string, string>> {
  const sha256Of = new Map<string, string>();
  const pace = paced();
  for (const entry of entries) {
    if (entry.type === 'file') sha256Of.set(entry.path, await writeFile(entry, { path: join(root, entry.path), date, pace }));
    else writeNode(entry, join(root, entry.path), date);
  }
  // Directories last and deepest first: writing into one changes its time, and its mode may forbid it.
  for (const entry of entries.toReversed()) if (entry.type === 'directory') settleDirectory(join(root, entry.path), entry.mode, date);
  settleDirectory(root, 0o755, date);
  return sha256Of;
}

function writeNode(entry: Exclude<Entry, FileEntry>, path: string, date: number): void {
  if (entry.type === 'directory') {
    mkdirSync(path, 0o700);
    return;
  }
  symlinkSync(entry.target, path);
  lutimesSync(path, date, date);
}

function settleDirectory(path: string, mode: number, date: number): void {
  chmodSync(path, mode);
  utimesSync(path, date, date);
}

interface Writing {
  readonly path: string;
  readonly date: number;
  readonly pace: (bytes: number) => Promise<void> | undefined;
}

async function writeFile(entry: FileEntry, { path, date, pace }: Writing): Promise<string> {
  const fd = openSync(path, 'wx', 0o600);
  try {
    const sha256 = await copyContent(entry, (piece) => {
      for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
      return pace(piece.length);
    });
    fchmodSync(fd, entry.mode);
    futimesSync(fd, date, date);
    return sha256;
  } finally {
    closeSync(fd);
  }
}

const slab = Buffer.allocUnsafeSlow(256 * 1024);

async function copyContent({ path, size, source }: FileEntry, write: (piece: Uint8Array) => Promise<void> | undefined): Promise<string> {
  const hash = createHash('sha256');
  const reader = reading(() => openSource(source));
  try {
    let copied = 0;
    for (let read = reading(() => reader.read(slab)); read > 0; read = reading(() => reader.read(slab))) {
      const piece = slab.subarray(0, read);
      hash.update(piece);
      copied += read;
      // Whoever runs meanwhile may fill the slab: its bytes are written before this waits.
      await write(piece);
    }
    reading(reader.finish);
    if (copied !== size) throw new RangeError(`Cannot write "${path}": its source has ${copied} bytes and its entry says ${size}`);
    return hash.digest('hex');
  } finally {
    reader.close();
  }
}

function reading<Value>(call: () => Value): Value {
  try {
    return call();
  } catch (error) {
    throw contentProblem(error);
  }
}

/** Waits a turn whenever enough bytes have passed. */
function paced(): (bytes: number) => Promise<void> | undefined {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < TURN_BYTES) return undefined;
    passed = 0;
    return turn();
  };
}
