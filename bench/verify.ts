/** Unpacks an output with GNU tar and compares every file with the payload. The same bytes are unpacked once. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256, workFolder } from './folders.ts';
import type { Payload } from './payloads.ts';
import type { Output } from './rounds.ts';

const verified = new Set<string>();

export function verifyTar(archive: string, payload: Payload): Output {
  const output = { size: statSync(archive).size, sha256: fileSha256(archive) };
  const key = `${payload.name} ${output.sha256}`;
  if (!verified.has(key)) unpackAndCompare(archive, payload);
  verified.add(key);
  return output;
}

function unpackAndCompare(archive: string, payload: Payload): void {
  const folder = mkdtempSync(join(workFolder('unpacked'), 'tree-'));
  try {
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    compare(topOf(folder), payload);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the tree named `payload` begins; ours may stand in a folder of the release's name. */
function topOf(folder: string): string {
  const names = readdirSync(folder);
  const [only] = names;
  if (names.includes('payload')) return join(folder, 'payload');
  if (names.length !== 1 || only === undefined) throw new Error(`the archive holds ${names.join(', ')} instead of payload`);
  return topOf(join(folder, only));
}

function compare(folder: string, { files, name }: Payload): void {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (found !== files.length) throw new Error(`${name}: the archive holds ${found} files instead of ${files.length}`);
  for (const { path, sha256 } of files) if (fileSha256(join(folder, path)) !== sha256) throw new Error(`${name}: ${path} has other content`);
}
