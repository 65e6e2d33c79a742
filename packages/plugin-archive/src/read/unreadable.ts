import type { Finding, ReadSource } from '@provisioning-dist/core';

export function artifactName(source: Pick<ReadSource, 'path'>): string {
  return source.path.split(/[\\/]/).at(-1) ?? source.path;
}

export function unreadable(name: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return { level: 'error', code: 'archive-unreadable', subject: name, message };
}
