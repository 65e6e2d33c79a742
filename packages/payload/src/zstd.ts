import { constants, zstdCompress } from 'node:zlib';
import type { Encoder } from './encoder.ts';
import { type Part, type Plain, SEGMENT_MIN } from './part.ts';
import { type CutRun, RunCutter } from './run-cutter.ts';

const MIB = 1024 * 1024;

/** Independent frames: RFC 8878, 3 lets them follow each other. Not for deb, whose reader takes one frame only. */
export const zstd: Encoder = {
  codec: 'zstd',
  level: 3,
  blockSize: 4 * MIB,
  segmentMin: SEGMENT_MIN,
  places: 1,
  memory: (level) => 12 * MIB + tables(level),
  encode: (block, level) =>
    new Promise((resolve, reject) => {
      const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
      // One call with the size announced: streams, and calls without it, write another header.
      zstdCompress(block, { params, pledgedSrcSize: block.length, chunkSize: 256 * 1024 }, (error, encoded) =>
        error ? reject(error) : resolve(encoded),
      );
    }),
};

/** What libzstd's match finders take for 4 MiB of input, rounded up. */
function tables(level: number): number {
  if (level <= 5) return 4 * MIB;
  return level <= 15 ? 32 * MIB : 96 * MIB;
}

export interface ZstdOptions {
  readonly level?: number;
}

/** Frames after frames: contents of whole files as shared segments, everything between them in runs of its own. */
export function* zstdFrames(plain: Iterable<Plain>, options: ZstdOptions = {}): Generator<Part, void, unknown> {
  const cutter = new RunCutter();
  const coding = { codec: 'zstd', ...(options.level === undefined ? {} : { level: options.level }) } as const;
  const part = ({ bytes, release }: CutRun): Part => ({ run: bytes, settled: release, ...coding });
  for (const piece of plain) {
    if (piece instanceof Uint8Array) for (const run of cutter.add(piece)) yield part(run);
    else {
      for (const run of cutter.flush()) yield part(run);
      yield { sha256: piece.sha256, length: piece.length, ...coding };
    }
  }
  for (const run of cutter.flush()) yield part(run);
}
