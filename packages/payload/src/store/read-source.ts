import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ContentError, cannotRead, fileChanged } from '../content-error.ts';
import { convertLineEnds } from '../line-ends.ts';
import type { Source } from '../part.ts';
import { readFully } from './file-io.ts';

type FileSource = Extract<Source, { readonly file: string }>;

/** Reads that are hashed at once are fastest at this size: they stay in the processor's cache. */
export const READ_SIZE: number = 256 * 1024;

/** A pipe that took the file's place must not keep us waiting for a writer. Windows has no such flag. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export function sizeOf(source: Source): number {
  return 'bytes' in source ? source.bytes.length : source.size;
}

/** What an error calls the source. */
export function nameOf(source: Source): string {
  return 'bytes' in source ? 'bytes in memory' : source.file;
}

/** The whole content, checked against what the plan saw of the file. */
export function readWhole(source: Source): Uint8Array {
  if ('bytes' in source) return source.bytes;
  if (source.eol) return readConverted(source, source.eol);
  const bytes = Buffer.allocUnsafe(source.size);
  readInto(source, bytes);
  return bytes;
}

/** The same in memory that is as long as the content. */
export function readInto(source: Source, target: Uint8Array): void {
  const size = sizeOf(source);
  if (target.length !== size) throw new RangeError(`Cannot read "${nameOf(source)}": it has ${size} bytes instead of ${target.length}`);
  const reader = openSource(source);
  try {
    reader.read(target);
    reader.finish();
  } finally {
    reader.close();
  }
}

/** Reads a source from its start to its end. `finish` throws unless all of it was read and it is still the planned file. */
export interface SourceReader {
  /** Fills `target` as far as the source goes; gives the count. */
  readonly read: (target: Uint8Array) => number;
  readonly finish: () => void;
  readonly close: () => void;
}

export function openSource(source: Source): SourceReader {
  if ('bytes' in source) return memoryReader(source.bytes);
  if (source.eol) return memoryReader(readConverted(source, source.eol));
  return fileReader(source);
}

/** Of the whole content, and only of the file the plan saw. */
export function sha256OfSource(source: Source): string {
  const reader = openSource(source);
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(READ_SIZE);
    for (let count = reader.read(piece); count > 0; count = reader.read(piece)) hash.update(piece.subarray(0, count));
    reader.finish();
    return hash.digest('hex');
  } finally {
    reader.close();
  }
}

function memoryReader(bytes: Uint8Array): SourceReader {
  let position = 0;
  return {
    read: (target) => {
      const piece = bytes.subarray(position, position + target.length);
      target.set(piece);
      position += piece.length;
      return piece.length;
    },
    finish: () => {},
    close: () => {},
  };
}

function fileReader(source: FileSource): SourceReader {
  const { file, size } = source;
  const fd = system(file, () => openSync(file, READ_ONLY));
  let position = 0;
  return {
    read: (target) => {
      const count = system(file, () => readFully(fd, target.subarray(0, size - position), position));
      position += count;
      if (count < target.length && position < size) throw fileChanged(file, `it ended after ${position} of ${size} bytes`);
      return count;
    },
    finish: () =>
      system(file, () => {
        checkUnchanged(source, fd);
        if (size === 0) checkEmpty(file, fd);
      }),
    close: () => closeSync(fd),
  };
}

/** Asked after reading: a change before or while it was read shows all the same. */
function checkUnchanged({ file, size, mtimeMs, eol }: FileSource, fd: number): void {
  const now = fstatSync(fd);
  if (!now.isFile()) throw fileChanged(file, 'it is no longer a regular file');
  if (!eol && now.size !== size) throw fileChanged(file, `its size changed from ${size} to ${now.size} bytes`);
  if (now.mtimeMs !== mtimeMs) throw fileChanged(file, 'it was modified after the plan was made');
}

/** Files that the system makes up while they are read (procfs) say that they are empty. */
function checkEmpty(file: string, fd: number): void {
  if (readFully(fd, new Uint8Array(1), 0) > 0) throw fileChanged(file, 'it has content although its size is 0');
}

function readConverted(source: FileSource, eol: 'lf' | 'crlf'): Uint8Array {
  const { file, size } = source;
  const fd = system(file, () => openSync(file, READ_ONLY));
  try {
    const converted = convertLineEnds(
      system(file, () => readFileSync(fd)),
      eol,
    );
    system(file, () => checkUnchanged(source, fd));
    if (converted.length !== size) throw fileChanged(file, `it has ${converted.length} bytes with ${eol} line ends instead of ${size}`);
    return converted;
  } finally {
    closeSync(fd);
  }
}

function system<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof ContentError ? error : cannotRead(file, error);
  }
}
