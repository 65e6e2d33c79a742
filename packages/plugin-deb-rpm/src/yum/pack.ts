import { createHash } from 'node:crypto';
import { type ContentStore, gzip, type Part, type Parts, zstdFrames } from '@provisioning-dist/payload';

/** Metadata as it is stored: named by its digest, so that nothing is ever written over. */

export type Compression = 'gz' | 'zstd';

export interface MetadataFile {
  /** In repomd.xml. */
  readonly type: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly open: { readonly size: number; readonly sha256: string };
}

export interface Plain {
  readonly type: string;
  /** `primary.xml` */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const ENDINGS = { gz: '.gz', zstd: '.zst' } as const;

export async function pack({ type, name, bytes: plain }: Plain, compression: Compression, packer: ContentStore): Promise<MetadataFile> {
  const bytes = await packed(compression === 'gz' ? gzip([plain], packer) : zstdFrames([plain]), packer);
  const sha256 = digest(bytes);
  const key = `repodata/${sha256}-${name}${ENDINGS[compression]}`;
  return { type, key, bytes, sha256, open: { size: plain.length, sha256: digest(plain) } };
}

export function digest(bytes: Uint8Array, algorithm = 'sha256'): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

async function packed(parts: Parts, packer: ContentStore): Promise<Uint8Array> {
  const bytes: Uint8Array[] = [];
  const iterator = parts[Symbol.iterator]();
  // Of a mark only its place matters: everything before it is encoded by then.
  const next = () => iterator.next({ position: 0, digests: {} });
  for (let step = next(); !step.done; step = next()) bytes.push(await bytesOf(step.value, packer));
  return Buffer.concat(bytes);
}

async function bytesOf(part: Part, packer: ContentStore): Promise<Uint8Array> {
  if (part instanceof Uint8Array) return part;
  if (!('run' in part)) return new Uint8Array();
  const { run, codec, level, seen, settled } = part;
  const encoded = await packer.encode(run, codec, level);
  seen?.(encoded);
  settled?.(encoded.length);
  return encoded;
}
