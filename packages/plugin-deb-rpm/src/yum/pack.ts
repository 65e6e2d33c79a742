import { createHash } from 'node:crypto';
import { type ContentStore, gzip, zstdFrames } from '@provisioning-dist/payload';
import { packed } from '../repository/packed.ts';

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
