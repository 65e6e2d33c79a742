import type { KeyInfo } from '@provisioning-dist/core';
import type { Storage } from '@provisioning-dist/storage';

/** The file people put into `/etc/apt/sources.list.d`, and the public key: they belong to the repository, not to a release. */

export interface SetupFile {
  readonly key: string;
  readonly text: string;
}

export async function writeSetup(storage: Storage, files: readonly SetupFile[], signal: AbortSignal): Promise<void> {
  for (const { key, text } of files) if ((await read(storage, key, signal)) !== text) await storage.put(key, Buffer.from(text), { signal });
}

/** Where somebody wrote another one, it is left alone. */
export async function removeSetup(storage: Storage, files: readonly SetupFile[], signal: AbortSignal): Promise<void> {
  for (const { key, text } of files) if ((await read(storage, key, signal)) === text) await storage.delete(key, { signal });
}

async function read(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.get(key, { signal });
  return found && Buffer.from(found.bytes).toString('utf8');
}

export interface Source {
  readonly url: string;
  readonly suite: string;
  readonly component: string;
  /** In armour; undefined for a repository without signatures. */
  readonly publicKey: string | undefined;
}

/** deb822 (sources.list(5)), the key inside: apt 2.3.10 and later need nothing else. */
export function printSources({ url, suite, component, publicKey }: Source): string {
  const trust = publicKey === undefined ? ['Trusted: yes'] : ['Signed-By:', ...folded(publicKey)];
  return `${['Types: deb', `URIs: ${url}`, `Suites: ${suite}`, `Components: ${component}`, ...trust].join('\n')}\n`;
}

function folded(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line === '' ? ' .' : ` ${line}`));
}

export function publicKeyText({ publicKey }: KeyInfo): string | undefined {
  return publicKey?.ext === 'asc' ? `${Buffer.from(publicKey.bytes).toString('utf8').trimEnd()}\n` : undefined;
}
