import type { Finding, ReadSource } from '@provisioning-dist/core';
import { readZip, type ZipEntry } from '@provisioning-dist/payload';
import type { ArchiveOptions } from '../options.ts';
import { checkArchive } from './checks.ts';
import { type Listed, summarize } from './listed.ts';
import { archiveOf, type Reading } from './reading.ts';
import { artifactName, unreadable } from './unreadable.ts';

export async function readZipArchive(source: ReadSource, reading: Reading<ArchiveOptions>): Promise<readonly Finding[]> {
  const name = artifactName(source);
  try {
    const entries: Listed[] = [];
    for (const entry of readZip(source)) entries.push(await describe(entry));
    const archive = archiveOf(name, entries, reading);
    return checkArchive({ ...archive, date: archive.date === undefined ? undefined : dosTime(archive.date) });
  } catch (error) {
    return [unreadable(name, error)];
  }
}

/** APPNOTE 4.4.6: steps of two seconds, from 1980 to 2107. */
function dosTime(date: number): number {
  const nearest = Math.min(Math.max(date, Date.UTC(1980, 0, 1) / 1000), Date.UTC(2107, 11, 31, 23, 59, 58) / 1000);
  return nearest - (nearest % 2);
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
