import type { Encoder } from '../encoder.ts';
import { formatBlock } from './format.ts';
import { lzmaLibrary } from './library.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * What a preset's match finder reaches at most, and what a job takes (xz(1), "CompMem"), by level. The presets above differ from 6 only
 * in reaching further back, which a block of 8 MiB has no use for.
 */
const PRESETS: readonly { readonly dictionary: number; readonly memory: number }[] = [
  { dictionary: 256 * KIB, memory: 3 * MIB },
  { dictionary: MIB, memory: 9 * MIB },
  { dictionary: 2 * MIB, memory: 17 * MIB },
  { dictionary: 4 * MIB, memory: 32 * MIB },
  { dictionary: 4 * MIB, memory: 48 * MIB },
  { dictionary: 8 * MIB, memory: 94 * MIB },
  { dictionary: 8 * MIB, memory: 94 * MIB },
];

const LEVEL_MAX = 9;

/** Dictionaries below this save no memory worth the name. */
const DICTIONARY_MIN = 64 * KIB;

/** The library's streams are fed in pieces, so that it holds no second copy of a block. */
const PIECE = MIB;

/** Whole Blocks, padding included: they follow each other in any .xz stream. */
export const xzBlocks: Encoder = {
  codec: 'xz',
  level: 6,
  blockSize: 8 * MIB,
  segmentMin: MIB,
  places: 2,
  memory: (level) => settings(level).memory + 16 * MIB,
  encode: async (block, level) => {
    const dictionary = dictionaryFor(block.length, level);
    const data: Uint8Array[] = [];
    const input = ReadableStream.from(pieces(block));
    for await (const piece of lzmaLibrary().lzma2.compressStream(input, { preset: presetOf(level), dictSize: dictionary })) data.push(piece);
    return formatBlock(block, data, dictionary);
  },
};

/** The power of two that covers the block, within what the preset gives. */
function dictionaryFor(length: number, level: number): number {
  const covering = 2 ** Math.ceil(Math.log2(Math.max(length, DICTIONARY_MIN)));
  return Math.min(covering, settings(level).dictionary);
}

function presetOf(level: number): number {
  return Math.min(level, PRESETS.length - 1);
}

function settings(level: number): (typeof PRESETS)[number] {
  const found = PRESETS[presetOf(level)];
  if (!found || level > LEVEL_MAX) throw new RangeError(`Cannot compress with xz at level ${level}: levels go from 0 to ${LEVEL_MAX}`);
  return found;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
