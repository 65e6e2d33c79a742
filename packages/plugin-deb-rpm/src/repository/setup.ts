import type { KeyInfo } from '@provisioning-dist/core';
import type { Storage } from '@provisioning-dist/storage';

/** What users need to begin: it belongs to the repository, not to a release. */

export interface SetupFile {
  readonly key: string;
  readonly text: string;
}

export async function writeSetup(storage: Storage, files: readonly SetupFile[], signal: AbortSignal): Promise<void> {
  for (const { key, text } of files) if ((await read(storage, key, signal)) !== text) await storage.put(key, Buffer.from(text), { signal });
}

/** Those nobody needs. Where somebody wrote another one, it is left alone. */
export async function removeSetup(storage: Storage, files: readonly SetupFile[], signal: AbortSignal): Promise<void> {
  for (const { key, text } of files) if ((await read(storage, key, signal)) === text) await storage.delete(key, { signal });
}

async function read(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.get(key, { signal });
  return found && Buffer.from(found.bytes).toString('utf8');
}

/** In armour; undefined for a key that is not written so. */
export function publicKeyText({ publicKey }: KeyInfo): string | undefined {
  return publicKey?.ext === 'asc' ? `${Buffer.from(publicKey.bytes).toString('utf8').trimEnd()}\n` : undefined;
}
