import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { ArchiveError, cannotRead } from './archive-error.ts';
import type { ZipSource } from './zip-directory.ts';
import { METHOD } from './zip-records.ts';

const PIECE = 1024 * 1024;

/** Where an entry's content is and what its headers say of it. */
export interface ZipContent {
  readonly path: string;
  readonly start: number;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
}

/** The content, a deflated one in one piece. */
export function* readContent(source: ZipSource, content: ZipContent): Generator<Uint8Array, void, undefined> {
  const check = checker(content);
  for (const piece of content.method === METHOD.stored ? pieces(source, content) : [inflate(source, content)]) {
    check.add(piece);
    yield piece;
  }
  check.finish();
}

/** The content in pieces. */
export async function* streamContent(source: ZipSource, content: ZipContent): AsyncGenerator<Uint8Array, void, undefined> {
  const check = checker(content);
  for await (const piece of content.method === METHOD.stored ? pieces(source, content) : inflateStream(source, content)) {
    check.add(piece);
    yield piece;
  }
  check.finish();
}

/** All of `length` bytes; throws ArchiveError for fewer. */
export function exactly(source: ZipSource, position: number, length: number): Buffer {
  const bytes = source.read(position, length);
  if (bytes.length !== length) throw new ArchiveError('truncated', `Cannot read the archive: it ends ${length - bytes.length} bytes too early`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function checker({ path, size, crc32: expected }: ZipContent) {
  let sum = 0;
  let length = 0;
  return {
    add(piece: Uint8Array) {
      sum = crc32(piece, sum);
      length += piece.length;
      if (length > size) throw cannotRead('inconsistent', path, `it has more than ${size} bytes`);
    },
    finish() {
      if (length !== size) throw cannotRead('inconsistent', path, `it has ${length} bytes instead of ${size}`);
      if (sum !== expected) throw cannotRead('checksum', path, 'its content has another crc');
    },
  };
}

/** The bytes as they stand. */
function* pieces(source: ZipSource, { start, compressedSize }: ZipContent): Generator<Buffer, void, undefined> {
  for (let at = 0; at < compressedSize; at += PIECE) yield exactly(source, start + at, Math.min(PIECE, compressedSize - at));
}

/** What Node gives beside the bytes with `info`, which its types leave out. */
type Inflated = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

function inflate(source: ZipSource, content: ZipContent): Uint8Array {
  const compressed = exactly(source, content.start, content.compressedSize);
  const options = { maxOutputLength: Math.max(content.size, 1), info: true };
  const { buffer, engine } = inflating(content, () => inflateRawSync(compressed, options) as unknown as Inflated);
  checkConsumed(content, engine.bytesWritten);
  return buffer;
}

async function* inflateStream(source: ZipSource, content: ZipContent): AsyncGenerator<Uint8Array, void, undefined> {
  const plain = createInflateRaw({ chunkSize: PIECE / 4 });
  // The iteration of `plain` throws what the callback is told.
  pipeline(Readable.from(pieces(source, content)), plain, () => {});
  const iterator: AsyncIterator<Uint8Array> = plain[Symbol.asyncIterator]();
  try {
    for (let next = await inflating(content, () => iterator.next()); !next.done; next = await inflating(content, () => iterator.next()))
      yield next.value;
    checkConsumed(content, plain.bytesWritten);
  } finally {
    plain.destroy();
  }
}

/** Bytes behind the end of the compressed data would be seen by nobody. */
function checkConsumed({ path, compressedSize }: ZipContent, consumed: number): void {
  if (consumed !== compressedSize) throw cannotRead('inconsistent', path, `${compressedSize - consumed} bytes follow its content`);
}

function inflating<T>({ path, size }: ZipContent, call: () => T): T {
  const refuse = (cause: unknown): never => {
    if (cause instanceof ArchiveError) throw cause;
    throw cannotRead('malformed', path, `it cannot be inflated to ${size} bytes`, { cause });
  };
  try {
    const result = call();
    return result instanceof Promise ? (result.catch(refuse) as T) : result;
  } catch (cause) {
    return refuse(cause);
  }
}
