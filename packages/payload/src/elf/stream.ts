import { type Elf, readElf } from './elf.ts';
import type { ElfBytes } from './layout.ts';
import { hasSymbolTable } from './symbols.ts';

/** A program that passes by: kept is what `readElf` looks at, not the code between. */
export interface ElfStream {
  /** The next piece; nothing keeps it. */
  readonly push: (piece: Uint8Array) => void;
  /** Whether later pieces can tell nothing more. */
  readonly done: () => boolean;
  readonly elf: () => Elf | undefined;
  /** As `hasSymbolTable`, where it was asked for. */
  readonly symbols: () => boolean | undefined;
}

/** Linkers put the tables of names there; what rewrites programs moves them to the end. */
const HEAD = 16 * 1024 * 1024;
const MAGIC = '\x7fELF';
/** Tables that were moved lie beside each other, in any order. */
const MARGIN = 1024 * 1024;
/** More than the tables of any program take: hostile ones would have all of them kept. */
const KEPT_MAX = 64 * 1024 * 1024;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Kept {
  readonly position: number;
  readonly bytes: Buffer;
}

/** Section headers are at the end: with `symbols` it is done no sooner. */
export function elfStream(size: number, { symbols = false }: { readonly symbols?: boolean } = {}): ElfStream {
  const kept: Kept[] = [];
  let wanted: readonly Stretch[] = [{ start: 0, end: Math.min(size, HEAD) }];
  let at = 0;
  let length = 0;
  const sourceOf = (missed: Stretch[]): ElfBytes => ({
    size,
    read: (position, count) => bytesOf(kept, position, Math.min(count, size - position), missed),
  });
  const look = (): Elf | undefined => {
    const missed: Stretch[] = [];
    const elf = readElf(sourceOf(missed));
    if (symbols) hasSymbolTable(sourceOf(missed));
    wanted = disjoint(
      missed.filter(({ start }) => start >= at).map(({ start, end }) => ({ start: Math.max(at, start - MARGIN), end: end + MARGIN })),
    );
    return elf;
  };
  const pass = (piece: Uint8Array): void => {
    for (const stretch of wanted) length += keep(kept, piece, at, stretch);
    if (length > KEPT_MAX) wanted = [];
    at += piece.length;
    if (wanted.length > 0 && wanted.every(({ end }) => Math.min(end, size) <= at)) look();
  };
  return {
    push: (piece) => {
      if (at === 0 && !MAGIC.startsWith(Buffer.from(piece.subarray(0, 4)).toString('latin1'))) wanted = [];
      for (let from = 0; from < piece.length; from += MARGIN) pass(piece.subarray(from, from + MARGIN));
    },
    done: () => wanted.length === 0,
    elf: look,
    symbols: () => (symbols ? hasSymbolTable(sourceOf([])) : undefined),
  };
}

/** Stretches that overlap as one, so that no byte is kept twice. */
function disjoint(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else joined.push({ start, end });
  }
  return joined;
}

function keep(kept: Kept[], piece: Uint8Array, at: number, { start, end }: Stretch): number {
  const from = Math.max(0, start - at);
  const to = Math.min(piece.length, end - at);
  if (from >= to) return 0;
  kept.push({ position: at + from, bytes: Buffer.from(piece.subarray(from, to)) });
  return to - from;
}

/** Empty, and noted, where not all of it was kept. */
function bytesOf(kept: readonly Kept[], position: number, length: number, missed: Stretch[]): Uint8Array {
  if (length <= 0 || !Number.isSafeInteger(position)) return new Uint8Array();
  const found: Uint8Array[] = [];
  let next = position;
  for (const { position: start, bytes } of kept) {
    if (next < start || next >= start + bytes.length) continue;
    const part = bytes.subarray(next - start, position + length - start);
    found.push(part);
    next += part.length;
    if (next === position + length) return found.length === 1 ? part : Buffer.concat(found);
  }
  missed.push({ start: position, end: position + length });
  return new Uint8Array();
}
