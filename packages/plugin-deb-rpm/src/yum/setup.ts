import type { KeyInfo } from '@provisioning-dist/core';
import type { Storage } from '@provisioning-dist/storage';

/** The file people put into `/etc/yum.repos.d`, and the public key: they belong to the repository, not to a release. */

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

export interface RepoFile {
  /** Of the section: a name of letters, digits and ".-_". */
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly gpgcheck: boolean;
  /** Address of the public key; undefined for a repository without signatures. */
  readonly gpgkey: string | undefined;
}

/** dnf.conf(5). One hour, for the default of two days makes releases late. */
export function printRepo({ id, title, url, gpgcheck, gpgkey }: RepoFile): string {
  const lines = [`[${id}]`, `name=${title.replace(/[\p{Cc}\s]+/gu, ' ').trim()}`, `baseurl=${url}`, 'enabled=1', `gpgcheck=${Number(gpgcheck)}`];
  const keys = gpgkey === undefined ? ['repo_gpgcheck=0'] : ['repo_gpgcheck=1', `gpgkey=${gpgkey}`];
  return `${[...lines, ...keys, 'metadata_expire=1h'].join('\n')}\n`;
}

export function publicKeyText({ publicKey }: KeyInfo): string | undefined {
  return publicKey?.ext === 'asc' ? `${Buffer.from(publicKey.bytes).toString('utf8').trimEnd()}\n` : undefined;
}
