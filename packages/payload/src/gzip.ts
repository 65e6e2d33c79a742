import { crc32 } from 'node:zlib';
import { crc32Combine } from './crc32.ts';
import { DEFLATE_END } from './deflate.ts';
import type { Content, Part, Plain } from './part.ts';
import { type CutRun, RunCutter } from './run-cutter.ts';

/** RFC 1952, 2.3.1: ID1 ID2 CM FLG, MTIME (none), XFL, OS (Unix), the same on every host. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

export interface GzipOptions {
  readonly level?: number;
}

/** One gzip member: contents of whole files as shared segments, everything between them in runs of its own. */
export function* gzip(plain: Iterable<Plain>, content: Pick<Content, 'crc32'>, options: GzipOptions = {}): Generator<Part, void, unknown> {
  const cutter = new RunCutter();
  const coding = { codec: 'deflate', ...(options.level === undefined ? {} : { level: options.level }) } as const;
  const part = ({ bytes, release }: CutRun): Part => ({ run: bytes, settled: release, ...coding });
  let crc = 0;
  let length = 0;
  yield HEADER;
  for (const piece of plain) {
    length += piece.length;
    if (piece instanceof Uint8Array) {
      crc = crc32(piece, crc);
      for (const run of cutter.add(piece)) yield part(run);
      continue;
    }
    crc = crc32Combine(crc, content.crc32(piece.sha256), piece.length);
    for (const run of cutter.flush()) yield part(run);
    yield { sha256: piece.sha256, length: piece.length, ...coding };
  }
  for (const run of cutter.flush()) yield part(run);
  yield DEFLATE_END;
  yield trailer(crc, length);
}

/** RFC 1952, 2.3.1: CRC32 and ISIZE, the length modulo 2^32. */
function trailer(crc: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(crc, 0);
  bytes.writeUInt32LE(length % 2 ** 32, 4);
  return bytes;
}
