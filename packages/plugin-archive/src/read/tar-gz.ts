import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Finding, ReadSource } from '@provisioning-dist/core';
import { readTar, type TarEntry, type TarEntryType } from '@provisioning-dist/payload';
import type { ArchiveOptions } from '../options.ts';
import { type Archive, checkArchive } from './checks.ts';
import { gzipHeader } from './findings.ts';
import { type Listed, summarize } from './listed.ts';
import { archiveOf, type Reading } from './reading.ts';
import { artifactName, unreadable } from './unreadable.ts';

const PIECE = 1024 * 1024;
const TYPES: Readonly<Record<TarEntryType, Listed['type']>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'link',
  character: 'other',
  block: 'other',
  fifo: 'other',
};
/** RFC 1952: no flags, no time; nothing of the machine but the operating system's byte, which must be Unix or unknown. */
const PLAIN_HEADER = /^1f8b08(00){5}..(03|ff)$/;

/** `check` looks at the tree. */
export async function readTarGz(
  source: ReadSource,
  reading: Reading<ArchiveOptions>,
  check: (archive: Archive) => readonly Finding[] = checkArchive,
): Promise<readonly Finding[]> {
  const name = artifactName(source);
  try {
    const header = Buffer.from(source.read(0, 10)).toString('hex');
    const found = PLAIN_HEADER.test(header) ? [] : [gzipHeader(name, header)];
    return [...found, ...check(archiveOf(name, await list(source), reading))];
  } catch (error) {
    return [unreadable(name, error)];
  }
}

async function list(source: ReadSource): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for await (const entry of readTar(gunzip(source))) listed.push(await describe(entry));
  return listed;
}

async function describe(entry: TarEntry): Promise<Listed> {
  return {
    path: entry.path,
    type: TYPES[entry.type],
    mode: entry.mode,
    mtime: entry.mtime,
    owner: `${entry.owner}:${entry.group} (${entry.uid}:${entry.gid})`,
    ...(entry.target === undefined ? {} : { target: entry.target }),
    ...(entry.type === 'file' ? { content: await summarize(entry.body) } : {}),
  };
}

function gunzip(source: ReadSource): AsyncIterable<Uint8Array> {
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  // The iteration of `plain` throws what the callback is told.
  pipeline(Readable.from(pieces(source)), plain, () => {});
  return plain;
}

function* pieces(source: ReadSource): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += PIECE) yield source.read(at, PIECE);
}
