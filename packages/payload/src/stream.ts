import { constants, createBrotliCompress, createZstdCompress } from 'node:zlib';
import type { Codec, ContentRef, Plain, StreamPart } from './part.ts';
import type { Sink } from './store/copy.ts';
import type { Load } from './workers.ts';

/** The part of a zlib stream that is used here. */
interface Compressor {
  on(event: 'data', take: (chunk: Uint8Array) => void): unknown;
  once(event: 'end' | 'error', done: (error?: Error) => void): unknown;
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown;
  end(): unknown;
  destroy(): unknown;
}

/** The output depends on the sizes of writes: these are fixed. */
const BLOCK: Readonly<Partial<Record<Codec, number>>> = { zstd: 128 * 1024, brotli: 1024 * 1024 };

/** Bytes of output at a time: what is given in smaller pieces costs a turn on the pool for each. */
const OUTPUT = 128 * 1024;

/** What a stream takes: more than any level does but the highest two of brotli. Its work is so long that none needs to wait beside it. */
export const STREAM_LOAD: Load = { memory: 96 * 1024 * 1024, places: 2 };

export interface StreamSource {
  readonly part: StreamPart;
  /** The content behind a reference, in pieces valid until the next one. */
  readonly pieces: (ref: ContentRef) => Iterable<Uint8Array>;
  /** Told of bytes before they are encoded. */
  readonly encoding: (bytes: number) => void;
}

/** Encodes a stream that is no sum of segments, block by block, off the main thread. Throws RangeError unless it has the announced length. */
export async function encodeStream({ part, pieces, encoding }: StreamSource, sink: Sink): Promise<void> {
  const compressor = open(part);
  const ended = new Promise<void>((resolve, reject) => {
    compressor.once('end', () => resolve());
    compressor.once('error', reject);
  });
  ended.catch(() => {});
  compressor.on('data', sink);
  try {
    let written = Promise.resolve();
    for (const block of blocks(bytesOf(part, pieces), BLOCK[part.codec] ?? 0)) {
      await written;
      encoding(block.length);
      written = write(compressor, block);
    }
    await written;
    // Only now, with no write queued: zstd appends an empty frame otherwise.
    compressor.end();
    await ended;
  } finally {
    compressor.destroy();
  }
}

function open({ codec, level, length }: StreamPart): Compressor {
  if (codec === 'zstd')
    return createZstdCompress({ pledgedSrcSize: length, chunkSize: OUTPUT, params: { [constants.ZSTD_c_compressionLevel]: level ?? 3 } });
  if (codec !== 'brotli') throw new RangeError(`Cannot encode a stream with "${codec}": it is for zstd and brotli`);
  const params = { [constants.BROTLI_PARAM_QUALITY]: level ?? 9, [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(length, 2 ** 30) };
  return createBrotliCompress({ params, chunkSize: OUTPUT });
}

function write(compressor: Compressor, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    compressor.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function* bytesOf({ stream, length }: StreamPart, pieces: StreamSource['pieces']): Generator<Uint8Array, void, undefined> {
  let count = 0;
  for (const plain of stream) {
    count += plain.length;
    yield* isRef(plain) ? pieces(plain) : [plain];
  }
  if (count !== length) throw new RangeError(`Cannot encode a stream of ${length} bytes: it has ${count}`);
}

function isRef(plain: Plain): plain is ContentRef {
  return !(plain instanceof Uint8Array);
}

/** The same bytes in blocks of one size, the last one shorter. A block is valid until the one after the next, so that one is filled while the one before is encoded. */
function* blocks(pieces: Iterable<Uint8Array>, size: number): Generator<Uint8Array, void, undefined> {
  let [block, other] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  let filled = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield block;
      [block, other] = [other, block];
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
