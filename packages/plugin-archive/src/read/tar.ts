import type { Finding, ReadSource } from '@provisioning-dist/core';
import { readTar, type TarEntry, type TarEntryType } from '@provisioning-dist/payload';
import type { ArchiveOptions } from '../options.ts';
import { type Archive, checkArchive } from './checks.ts';
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

/** How a compressed tar is looked at. */
export interface TarView {
  readonly decompress: (pieces: Iterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** What the compressed file shows by itself. */
  readonly checkFile?: (source: ReadSource) => readonly Finding[];
  readonly checkTree?: (archive: Archive) => readonly Finding[];
}

export async function readTarArchive(
  source: ReadSource,
  reading: Reading<ArchiveOptions>,
  { decompress, checkFile = () => [], checkTree = checkArchive }: TarView,
): Promise<readonly Finding[]> {
  const name = artifactName(source);
  try {
    const found = checkFile(source);
    const listed: Listed[] = [];
    for await (const entry of readTar(decompress(pieces(source)))) listed.push(await describe(entry));
    return [...found, ...checkTree(archiveOf(name, listed, reading))];
  } catch (error) {
    return [unreadable(name, error)];
  }
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

function* pieces(source: ReadSource): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += PIECE) yield source.read(at, PIECE);
}
