/** Tar headers as they go by: what payload's reader makes one of, dpkg does not. */

const BLOCK = 512;
const SIZE = { offset: 124, width: 12 };
const TYPE = 156;
const MAGIC = { offset: 257, width: 8 };

export interface SeenHeaders {
  /** Type flags. */
  readonly types: ReadonlySet<string>;
  /** Magic and version. */
  readonly magics: ReadonlySet<string>;
}

/** Passes the bytes on and collects what their headers are of. */
export function watchHeaders(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly seen: SeenHeaders;
} {
  const seen = { types: new Set<string>(), magics: new Set<string>() };
  return { seen, chunks: watched(chunks, seen) };
}

async function* watched(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  seen: { readonly types: Set<string>; readonly magics: Set<string> },
): AsyncGenerator<Uint8Array, void, undefined> {
  const block = Buffer.alloc(BLOCK);
  let filled = 0;
  let skip = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const passed = Math.min(skip, chunk.length - at);
      skip -= passed;
      at += passed;
      const part = chunk.subarray(at, at + BLOCK - filled);
      if (skip > 0 || part.length === 0) continue;
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < BLOCK) continue;
      filled = 0;
      skip = note(block, seen);
    }
    yield chunk;
  }
}

/** Bytes of content behind the header. */
function note(block: Buffer, { types, magics }: { readonly types: Set<string>; readonly magics: Set<string> }): number {
  if (block.every((byte) => byte === 0)) return 0;
  types.add(block.toString('latin1', TYPE, TYPE + 1));
  magics.add(block.toString('latin1', MAGIC.offset, MAGIC.offset + MAGIC.width));
  const size = sizeIn(block.subarray(SIZE.offset, SIZE.offset + SIZE.width));
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Octal, or GNU's base 256 when the first bit is set. */
function sizeIn(field: Buffer): number {
  if ((field.readUInt8(0) & 0x80) !== 0) return Number(field.readBigUInt64BE(4));
  return Number.parseInt(field.toString('latin1').replace(/[\0 ].*$/s, ''), 8) || 0;
}
