import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from './debs.ts';

/** Reads a repository as apt does: one pointer, then everything by its digest. Written from apt-secure(8) and deb822(5), not from our reader. */

export interface Seen {
  readonly date: number;
  /** `name version` of every stanza. */
  readonly packages: readonly string[];
}

export function readRepository(folder: string, { suite = 'stable', arch = 'amd64', component = 'main' } = {}): Seen {
  const text = readFileSync(join(folder, 'dists', suite, 'InRelease'), 'utf8');
  const listed =
    new RegExp(`^ ([0-9a-f]{64}) \\d+ ${component}/binary-${arch}/Packages\\.gz$`, 'm').exec(text)?.[1] ?? assert.fail('no index is listed');
  const packed = readFileSync(join(folder, 'dists', suite, component, `binary-${arch}/by-hash/SHA256`, listed));
  assert.equal(sha256(packed), listed, 'the index is another');
  const stanzas = gunzipSync(packed)
    .toString('utf8')
    .split('\n\n')
    .filter((stanza) => stanza !== '');
  const field = (stanza: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? assert.fail(`no ${name}`);
  for (const stanza of stanzas) assert.ok(existsSync(join(folder, field(stanza, 'Filename'))), `${field(stanza, 'Filename')} is not there`);
  const date = Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? '') / 1000;
  return { date, packages: stanzas.map((stanza) => `${field(stanza, 'Package')} ${field(stanza, 'Version')}`) };
}
