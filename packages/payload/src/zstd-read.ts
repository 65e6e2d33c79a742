import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { ArchiveError } from './archive-error.ts';
import { ByteReader } from './byte-reader.ts';

/** RFC 8878, 3.1.1 and 3.1.2 */
const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** RFC 8878, 3.1.1.2.2: a block of this type is one byte, to be repeated. */
const RLE = 1;

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What is in frames after frames. Throws ArchiveError or a zlib error for anything else; Node's own decoder stops after the first frame. */
export async function* readZstd(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(chunks);
  for (let magic = await reader.read(4); magic; magic = await reader.read(4)) {
    const kind = magic.readUInt32LE();
    if (kind === FRAME) yield* decompress(frame(reader, magic));
    else if ((kind & 0xfffffff0) >>> 0 === SKIPPABLE) await skip(reader, (await exactly(reader, 4)).readUInt32LE());
    else throw new ArchiveError('malformed', 'Cannot read the archive: a zstd frame was expected');
  }
}

function decompress(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const plain = createZstdDecompress();
  // The iteration of `plain` throws what the callback is told.
  pipeline(Readable.from(bytes), plain, () => {});
  return plain;
}

/** The bytes of one frame. */
async function* frame(reader: ByteReader, magic: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  yield magic;
  const descriptor = await exactly(reader, 1);
  const flags = descriptor.readUInt8();
  yield descriptor;
  yield await exactly(reader, restOfHeader(flags));
  for (let last = false; !last; ) {
    const header = await exactly(reader, 3);
    const fields = header.readUIntLE(0, 3);
    last = (fields & 1) === 1;
    yield header;
    yield* reader.stream(((fields >> 1) & 3) === RLE ? 1 : fields >> 3);
  }
  if (flags & 4) yield await exactly(reader, 4);
}

/** 3.1.1.1: window, dictionary and content size, by the bits of the descriptor. */
function restOfHeader(flags: number): number {
  const single = (flags >> 5) & 1;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const size = [single, 2, 4, 8][flags >> 6] ?? 0;
  return (single === 1 ? 0 : 1) + dictionary + size;
}

async function exactly(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.read(length);
  if (!bytes) throw new ArchiveError('truncated', `Cannot read the archive: it ends ${length} bytes too early`);
  return bytes;
}

async function skip(reader: ByteReader, length: number): Promise<void> {
  for await (const _ of reader.stream(length));
}
