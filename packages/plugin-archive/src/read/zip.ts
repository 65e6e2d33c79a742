import type { Distribution, Finding, ReadSource } from '@provisioning-dist/core';
import { readZip, type ZipEntry } from '@provisioning-dist/payload';
import { checkArchive } from './checks.ts';
import { type Listed, summarize } from './listed.ts';
import { artifactName, unreadable } from './unreadable.ts';

export async function readZipArchive(source: ReadSource, distribution?: Distribution): Promise<readonly Finding[]> {
  const name = artifactName(source);
  try {
    const entries: Listed[] = [];
    for (const entry of readZip(source)) entries.push(await describe(entry));
    return checkArchive({ name, ext: 'zip', entries, distribution });
  } catch (error) {
    return [unreadable(name, error)];
  }
}

async function describe(entry: ZipEntry): Promise<Listed> {
  const { path, type, mode, mtime, target } = entry;
  return {
    path,
    type,
    mode,
    mtime,
    ...(target === undefined ? {} : { target }),
    ...(type === 'file' ? { content: await summarize(entry.stream()) } : {}),
  };
}
