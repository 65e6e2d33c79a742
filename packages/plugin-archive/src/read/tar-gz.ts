import { createGunzip } from 'node:zlib';
import type { Finding, ReadSource } from '@provisioning-dist/core';
import type { ArchiveOptions } from '../options.ts';
import { gzipHeader } from './findings.ts';
import type { Reading } from './reading.ts';
import { readTarArchive, type TarView } from './tar.ts';
import { through } from './through.ts';
import { artifactName } from './unreadable.ts';

/** RFC 1952: no flags, no time; nothing of the machine but the operating system's byte, which must be Unix or unknown. */
const PLAIN_HEADER = /^1f8b08(00){5}..(03|ff)$/;

/** `checkTree` looks at the tree instead of what looks at every archive. */
export function readTarGz(source: ReadSource, reading: Reading<ArchiveOptions>, checkTree?: TarView['checkTree']): Promise<readonly Finding[]> {
  return readTarArchive(source, reading, { decompress: gunzip, checkFile, ...(checkTree === undefined ? {} : { checkTree }) });
}

function checkFile(source: ReadSource): readonly Finding[] {
  const header = Buffer.from(source.read(0, 10)).toString('hex');
  return PLAIN_HEADER.test(header) ? [] : [gzipHeader(artifactName(source), header)];
}

function gunzip(pieces: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return through(pieces, createGunzip({ chunkSize: 256 * 1024 }));
}
