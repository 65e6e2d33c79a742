import { brotliCompressSync, constants, zstdCompressSync } from 'node:zlib';
import { sha256 } from './digest.ts';
import type { PackedCodec } from './part.ts';
import { lzmaLibrary } from './xz/library.ts';

/** Encoders are known by what they make of a fixed input: a Node linked to another libzstd says so here, not in an archive. */

/** Encoders that are not part of us; deflate is. */
export type ProbedCodec = Exclude<PackedCodec, 'deflate'>;

export interface EncoderProbe {
  /** sha256 of what the encoder makes of the fixed input. */
  readonly result: string;
  /** Whether that is what it makes on official builds of Node (22, 24, 26). */
  readonly expected: boolean;
}

interface Probe {
  readonly encode: (input: Uint8Array) => readonly Uint8Array[];
  readonly expected: string;
}

/** Levels are probed that differ in their strategy, as many as take a few milliseconds. */
const PROBES: Readonly<Record<ProbedCodec, Probe>> = {
  zstd: {
    encode: (input) => [1, 3, 12, 19].map((level) => zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: level } })),
    expected: '413df7611389debcb521e5b136db660226c3834d07b609bfce921ee451decccc',
  },
  brotli: {
    encode: (input) => [5, 9, 11].map((level) => brotliCompressSync(input, { params: { [constants.BROTLI_PARAM_QUALITY]: level } })),
    expected: 'ccb505c52969cc97df5655ca816f5dfc8e834f8d90a691ff7eaa1c634c38d5ee',
  },
  xz: { encode: (input) => [lzmaLibrary().lzma2.compressSync(input)], expected: 'f43c45f45cf74f3d94114d6704d324fe491e33cfedadb2165c549bc35d64e404' },
};

const INPUT_LENGTH = 24 * 1024;

const known = new Map<ProbedCodec, EncoderProbe>();

/** Compresses a fixed input once per process and compares it with the known result. Throws ContentError where the encoder is not installed. */
export function probeEncoder(codec: ProbedCodec): EncoderProbe {
  const probe = known.get(codec) ?? run(PROBES[codec]);
  known.set(codec, probe);
  return probe;
}

function run({ encode, expected }: Probe): EncoderProbe {
  const result = sha256(Buffer.concat(encode(probeInput())));
  return { result, expected: result === expected };
}

/** Repetitive and noisy bytes in turns, so that matches, literals and lazy evaluation all take part. */
function probeInput(): Uint8Array {
  const out = Buffer.allocUnsafe(INPUT_LENGTH);
  for (let at = 0, state = 1; at < out.length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const noisy = (at >> 12) % 3 === 0;
    out[at] = noisy ? state >>> 24 : 'provisioning-dist'.charCodeAt((state >>> 28) + (at % 2));
  }
  return out;
}
