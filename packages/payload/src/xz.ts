import type { Content, Part, Parts, Plain } from './part.ts';
import { type CutRun, RunCutter } from './run-cutter.ts';
import { xzBlocks } from './xz/encoder.ts';
import { type BlockSizes, blockSizes, formatEnd, STREAM_HEADER } from './xz/format.ts';

export interface XzOptions {
  readonly level?: number;
}

const MIB = 1024 * 1024;

/** As long as a Block may be: what is apart cannot refer to each other. */
const RUNS = { min: 4 * MIB, max: xzBlocks.blockSize, cutBits: 21 };

/** One stream of Blocks: large contents of whole files as shared ones, everything between them in runs of its own. */
export function* xz(plain: Iterable<Plain>, content: Pick<Content, 'pieces'>, options: XzOptions = {}): Parts {
  const cutter = new RunCutter(RUNS);
  const blocks: BlockSizes[] = [];
  const seen = (bytes: Uint8Array) => {
    blocks.push(...blockSizes(bytes));
  };
  const coding = { codec: 'xz', seen, ...(options.level === undefined ? {} : { level: options.level }) } as const;
  const part = ({ bytes, release }: CutRun): Part => ({ run: bytes, settled: release, ...coding });
  yield STREAM_HEADER;
  for (const piece of plain) {
    if (!(piece instanceof Uint8Array) && piece.length >= xzBlocks.segmentMin) {
      for (const run of cutter.flush()) yield part(run);
      yield { sha256: piece.sha256, length: piece.length, ...coding };
      continue;
    }
    for (const bytes of piece instanceof Uint8Array ? [piece] : content.pieces(piece)) for (const run of cutter.add(bytes)) yield part(run);
  }
  for (const run of cutter.flush()) yield part(run);
  // Until every Block was seen.
  yield { mark: [] };
  yield formatEnd(blocks);
}
