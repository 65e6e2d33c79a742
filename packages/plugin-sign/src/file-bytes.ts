import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import type { SignedFile } from '@provisioning-dist/core';
import { tooLarge } from './errors.ts';

/** What Node reads into one buffer. */
const LIMIT = 2 ** 31 - 1;

/** The whole file, for signatures that cannot be made of a digest. */
export function wholeFile(id: string, { name, path, size }: SignedFile): Buffer {
  if (size > LIMIT) throw tooLarge(id, name, 2);
  return readFileSync(path);
}

export async function hashOfFile(path: string, algorithm: 'blake2b512' | 'sha512'): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest();
}
