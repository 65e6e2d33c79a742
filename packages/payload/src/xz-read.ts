import { ArchiveError } from './archive-error.ts';
import { lzmaLibrary } from './xz/library.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What is in an .xz file, every check verified. Throws ArchiveError for a file that is none, or damaged. */
export async function* readXz(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const { xz } = lzmaLibrary();
  try {
    yield* xz.decompressStream(ReadableStream.from(chunks));
  } catch (cause) {
    throw new ArchiveError('malformed', `Cannot read the archive: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
