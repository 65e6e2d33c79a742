import { createHash } from 'node:crypto';
import { type Elf, elfStream, readTar, type TarEntry } from '@provisioning-dist/payload';
import { type SeenHeaders, watchHeaders } from './headers.ts';

/** One entry of control.tar or data.tar. */
export interface Listed extends Omit<TarEntry, 'body' | 'path'> {
  /** As stored. */
  readonly stored: string;
  /** Without `./`; empty for the root. */
  readonly path: string;
  readonly sha256?: string;
  readonly md5?: string;
  /** Of small files that are asked for. */
  readonly bytes?: Buffer;
  readonly elf?: Elf | undefined;
  /** Whether a program has more symbols than it needs to run. */
  readonly symbols?: boolean | undefined;
}

/** How long a file at a path may be to be kept. */
export type Keep = (path: string) => number;

export interface Listing {
  readonly entries: readonly Listed[];
  readonly headers: SeenHeaders;
}

export async function listTar(plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, keep: Keep): Promise<Listing> {
  const { chunks, seen } = watchHeaders(plain);
  const entries: Listed[] = [];
  for await (const entry of readTar(chunks)) entries.push(await describe(entry, keep));
  return { entries, headers: seen };
}

async function describe({ body, path: stored, ...entry }: TarEntry, keep: Keep): Promise<Listed> {
  const path = stored.replace(/^\.?\/|^\.$/, '');
  const listed = { ...entry, stored, path };
  if (entry.type !== 'file') return listed;
  return { ...listed, ...(await contentOf(body, entry.size, keep(path))) };
}

async function contentOf(
  body: AsyncIterable<Uint8Array>,
  size: number,
  keep: number,
): Promise<Pick<Listed, 'sha256' | 'md5' | 'bytes' | 'elf' | 'symbols'>> {
  const [sha256, md5, program] = [createHash('sha256'), createHash('md5'), elfStream(size, { symbols: true })];
  const kept: Buffer[] = [];
  for await (const piece of body) {
    sha256.update(piece);
    md5.update(piece);
    if (size <= keep) kept.push(Buffer.from(piece));
    if (!program.done()) program.push(piece);
  }
  const digests = { sha256: sha256.digest('hex'), md5: md5.digest('hex'), elf: program.elf(), symbols: program.symbols() };
  return size <= keep ? { ...digests, bytes: Buffer.concat(kept) } : digests;
}
