import { createHash } from 'node:crypto';
import { readTar, type TarEntry, type TarLimits } from '@provisioning-dist/payload';

/** One entry of a package's tar. */
export interface Listed extends Omit<TarEntry, 'body'> {
  readonly digests: Readonly<Record<'md5' | 'sha1' | 'sha256', string>>;
  /** Of files that are asked for. */
  readonly bytes?: Buffer;
}

const ALGORITHMS = ['md5', 'sha1', 'sha256'] as const;
/** Longer descriptions than this are no descriptions. */
const KEPT_MAX = 64 * 1024 * 1024;

/** Every entry with the digests of its content; the content as well where `kept` says so. */
export async function listTar(
  plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  kept: (path: string) => boolean,
  limits: TarLimits = {},
): Promise<readonly Listed[]> {
  const entries: Listed[] = [];
  for await (const { body, ...entry } of readTar(plain, limits)) {
    const content = await contentOf(body, entry.size <= KEPT_MAX && kept(entry.path));
    entries.push({ ...entry, ...content });
  }
  return entries;
}

async function contentOf(body: AsyncIterable<Uint8Array>, keep: boolean): Promise<Pick<Listed, 'digests' | 'bytes'>> {
  const hashes = ALGORITHMS.map((name) => createHash(name));
  const pieces: Buffer[] = [];
  for await (const piece of body) {
    for (const hash of hashes) hash.update(piece);
    if (keep) pieces.push(Buffer.from(piece));
  }
  const [md5 = '', sha1 = '', sha256 = ''] = hashes.map((hash) => hash.digest('hex'));
  return { digests: { md5, sha1, sha256 }, ...(keep ? { bytes: Buffer.concat(pieces) } : {}) };
}
