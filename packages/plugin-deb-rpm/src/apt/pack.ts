import { createHash } from 'node:crypto';
import { ContentStore, gzip, xz } from '@provisioning-dist/payload';
import { packed } from '../repository/packed.ts';
import type { Index } from './render.ts';

/** Indexes as they are stored and listed. */

export interface IndexFile {
  /** Below the suite. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Listed only: apt compares it after it has unpacked the file it took. */
  readonly unstored?: true;
}

/** An index is waited for, and what higher levels save of it is little. */
const XZ_LEVEL = 2;

/** Runs `use` with what compresses: the same bytes on every machine. */
export async function withPacker<Value>(use: (packer: ContentStore) => Promise<Value>): Promise<Value> {
  const store = await ContentStore.open();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Every form is listed, which clients choose from. */
export async function packIndexes(indexes: readonly Index[], packer: ContentStore): Promise<readonly IndexFile[]> {
  return (await Promise.all(indexes.map((index) => formsOf(index, packer)))).flat();
}

async function formsOf({ path, bytes, kind }: Index, packer: ContentStore): Promise<readonly IndexFile[]> {
  const plain = indexFile(path, bytes);
  const small = await packGzip(`${path}.gz`, bytes, packer);
  if (kind === 'contents') return [{ ...plain, unstored: true }, small];
  return [plain, small, indexFile(`${path}.xz`, await packed(xz([bytes], packer, { level: XZ_LEVEL }), packer))];
}

export async function packGzip(path: string, bytes: Uint8Array, packer: ContentStore, level = 6): Promise<IndexFile> {
  return indexFile(path, await packed(gzip([bytes], packer, { level }), packer));
}

function indexFile(path: string, bytes: Uint8Array): IndexFile {
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
