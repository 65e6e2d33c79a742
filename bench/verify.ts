/** Unpacks outputs with the systems' own tools and compares every file with what went in. The same bytes are unpacked once. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256, workFolder } from './folders.ts';
import type { Payload } from './payloads.ts';
import type { Output } from './rounds.ts';

/** Files an archive must hold, in the folder it may put them. */
export interface Tree {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

export interface Archive {
  readonly path: string;
  readonly tree: Tree;
}

const verified = new Set<string>();

/** A payload as single cases pack it: in a folder `payload`. */
export function payloadTree({ name, files }: Payload): Tree {
  return { name, files: files.map((file) => ({ ...file, path: `payload/${file.path}` })) };
}

/** Several archives count as one output: their sizes together, a digest of their digests. */
export function verify(archives: readonly Archive[]): Output {
  const outputs = archives.map(verifyOne);
  const sha256 = createHash('sha256')
    .update(outputs.map((output) => output.sha256).join())
    .digest('hex');
  return { size: outputs.reduce((sum, { size }) => sum + size, 0), sha256 };
}

function verifyOne({ path, tree }: Archive): Output {
  const output = { size: statSync(path).size, sha256: fileSha256(path) };
  const key = `${tree.name} ${output.sha256}`;
  if (!verified.has(key)) unpackAndCompare(path, tree);
  verified.add(key);
  return output;
}

function unpackAndCompare(archive: string, tree: Tree): void {
  const folder = mkdtempSync(join(workFolder('unpacked'), 'tree-'));
  try {
    unpack(archive, folder);
    compare(topOf(folder, tree), tree);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function unpack(archive: string, folder: string): void {
  if (archive.endsWith('.zip')) execFileSync('unzip', ['-q', archive, '-d', folder]);
  else if (archive.endsWith('.deb')) execFileSync('dpkg-deb', ['-x', archive, folder]);
  else if (archive.endsWith('.rpm'))
    execFileSync('bash', ['-c', 'set -o pipefail; rpm2cpio "$1" | cpio -idm --quiet', 'rpm', archive], { cwd: folder });
  else execFileSync('tar', ['-xf', archive, '-C', folder]);
}

/** Where the tree begins: archives may put it in folders of their own, packages beside their documents. */
function topOf(folder: string, tree: Tree): string {
  const [first = ''] = tree.files[0]?.path.split('/') ?? [];
  if (existsSync(join(folder, first))) return folder;
  const names = readdirSync(folder).filter((name) => name !== 'doc' && name !== 'lintian');
  const [only] = names;
  if (names.length !== 1 || only === undefined) throw new Error(`the archive holds ${names.join(', ')} instead of ${first}`);
  return topOf(join(folder, only), tree);
}

function compare(folder: string, { files, name }: Tree): void {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (found !== files.length) throw new Error(`${name}: the archive holds ${found} files instead of ${files.length}`);
  for (const { path, sha256 } of files) if (fileSha256(join(folder, path)) !== sha256) throw new Error(`${name}: ${path} has other content`);
}
