import { crc32 } from 'node:zlib';
import { ContentError, fileChanged } from '../content-error.ts';
import type { Source } from '../part.ts';
import type { Block, Segment } from '../segment.ts';
import { Breather } from '../workers.ts';
import type { Engine } from './engine.ts';
import { nameOf, openSource, READ_SIZE } from './read-source.ts';
import { Tally } from './tally.ts';

/** Takes bytes that are only valid during the call. */
export type Sink = (bytes: Uint8Array) => void;

/** Memory for blocks on their way from a pack to a sink; used between two turns of the event loop only. */
let buffer: Buffer = Buffer.allocUnsafeSlow(0);

/** Buffers of readers that have ended: a fresh one for every content would keep the collector busy. */
const spare: Buffer[] = [];
const SPARE = 8;

/** Copies a kept segment. Each block is verified before it is given on; a damaged one has the segment made again by `repair`. */
export async function copySegment(
  engine: Engine,
  segment: Segment,
  options: { readonly sink: Sink; readonly repair: () => Promise<Segment> },
): Promise<void> {
  const breather = new Breather();
  let current = segment;
  for (let index = 0; index < current.blocks.length; index++) {
    const found = readBlock(current, index);
    if (!found) {
      engine.cache.forget(current);
      current = await repaired(current, options.repair);
    }
    options.sink(found ?? readBlock(current, index) ?? unusable(current));
    if (breather.due()) await breather.turn();
  }
}

/** A segment in memory of its own; undefined when it is damaged. */
export function readSegment(segment: Segment): Uint8Array | undefined {
  const whole = Buffer.allocUnsafe(segment.encodedLength);
  let position = 0;
  for (const block of segment.blocks) {
    if (!readInto(block, whole.subarray(position, position + block.length))) return undefined;
    position += block.length;
  }
  return whole;
}

/** A content as it is, from a source that held it when it was read, in pieces valid until the next one. Throws at the end if it is another. */
export function* plainPieces(source: Source, crc: number): Generator<Uint8Array, void, undefined> {
  const reader = openSource(source);
  const target = spare.pop() ?? Buffer.allocUnsafeSlow(READ_SIZE);
  try {
    const tally = new Tally(reader, []);
    for (let piece = tally.read(target); piece.length > 0; piece = tally.read(target)) yield piece;
    if (tally.finish().crc32 !== crc) throw fileChanged(nameOf(source), 'it was modified while it was packaged');
  } finally {
    reader.close();
    if (spare.length < SPARE) spare.push(target);
  }
}

export async function copyPieces(pieces: Iterable<Uint8Array>, sink: Sink): Promise<void> {
  const breather = new Breather();
  for (const piece of pieces) {
    sink(piece);
    if (breather.due()) await breather.turn();
  }
}

function readBlock(segment: Segment, index: number): Uint8Array | undefined {
  const block = segment.blocks[index];
  if (!block) return undefined;
  if (buffer.length < block.length) buffer = Buffer.allocUnsafeSlow(Math.max(block.length, 1024 * 1024));
  const target = buffer.subarray(0, block.length);
  return readInto(block, target) ? target : undefined;
}

function readInto(block: Block, target: Uint8Array): boolean {
  return block.pack.read(block.offset, target) && crc32(target) === block.crc;
}

/** The same encoder gives the same bytes, so copying goes on in the new segment where it stopped in the damaged one. */
async function repaired(damaged: Segment, repair: () => Promise<Segment>): Promise<Segment> {
  const made = await repair();
  const same = made.encodedLength === damaged.encodedLength && made.blocks.length === damaged.blocks.length;
  return same ? made : unusable(damaged);
}

function unusable(segment: Segment): never {
  const path = segment.blocks[0]?.pack.path ?? '';
  throw new ContentError('store-unusable', path, `Cannot use compressed content in "${path}": it is damaged and cannot be made again`);
}
