/** Writes a tar archive from a ready manifest with the payload library alone: `node tar-writer.mjs MANIFEST ARCHIVE`. Seconds go to ARCHIVE.seconds. */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { type Content, type ContentFacts, type Member, openSource, type Plain, type Source, tar } from '@provisioning-dist/payload';

const READ_SIZE = 256 * 1024;

/** What staging knows: files in order, with size, time and digest. */
interface Manifest {
  readonly files: readonly {
    readonly path: string;
    readonly file: string;
    readonly size: number;
    readonly mtimeMs: number;
    readonly sha256: string;
  }[];
}

const [manifestFile = '', archive = ''] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
const members = files.map(({ path, file, size, mtimeMs }): Member => ({ type: 'file', path, mode: 0o644, size, source: { file, size, mtimeMs } }));
const byDigest = new Map(files.map(({ sha256, ...source }) => [sha256, source]));
const facts = new Map(files.map(({ file, size, sha256 }): [string, ContentFacts] => [file, { size, crc32: 0, digests: { sha256 } }]));

const content: Content = {
  facts: (source) => ('file' in source ? facts.get(source.file) : undefined) ?? unknown(),
  crc32: unknown,
  encodedLength: unknown,
  pieces: unknown,
  bytes: unknown,
  read: readInto,
};

const began = performance.now();
const output = openSync(archive, 'w');
const window = Buffer.allocUnsafeSlow(READ_SIZE);
for (const part of tar(members, content, { dialect: 'gnu', mtime: 1_700_000_000 })) write(part);
closeSync(output);
writeFileSync(`${archive}.seconds`, String((performance.now() - began) / 1000));

function write(part: Plain): void {
  if (part instanceof Uint8Array) writeAll(part);
  else copy(byDigest.get(part.sha256) ?? unknown());
}

function copy(source: Source): void {
  const reader = openSource(source);
  for (let length = reader.read(window); length > 0; length = reader.read(window)) writeAll(window.subarray(0, length));
  reader.finish();
  reader.close();
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at);
}

function readInto(source: Source, target: Uint8Array): void {
  const reader = openSource(source);
  reader.read(target);
  reader.finish();
  reader.close();
}

function unknown(): never {
  throw new RangeError('Cannot write the archive: the manifest does not know this content');
}
