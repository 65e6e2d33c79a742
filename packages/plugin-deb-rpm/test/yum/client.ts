import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { signaturePacket } from './bench.ts';
import { sha256 } from './rpms.ts';

/**
 * Reads a repository as librepo does: repomd.xml, then its signatures, of which one has to be good, then what it names by digest. Written from
 * the format and from librepo's order, not from our reader.
 */

export interface Seen {
  readonly revision: number;
  /** `name version-release` of every package. */
  readonly packages: readonly string[];
}

export async function readRepository(folder: string): Promise<Seen> {
  const repomd = await readFile(join(folder, 'repodata/repomd.xml'));
  const armor = await readFile(join(folder, 'repodata/repomd.xml.asc'), 'latin1');
  const packets = Buffer.from(/\n\n([^=]*=*)\n=/.exec(armor)?.[1] ?? assert.fail('no armour'), 'base64');
  assert.ok(packets.includes(signaturePacket(repomd)), 'no signature is of this repomd.xml');
  const text = repomd.toString('utf8');
  const primary = await listed(folder, text, 'primary');
  await listed(folder, text, 'filelists');
  for (const [, href = ''] of primary.matchAll(/<location href="([^"]*)"/g)) assert.ok(existsSync(join(folder, href)), `${href} is not there`);
  const found = [...primary.matchAll(/<name>(.*?)<.*? ver="(.*?)" rel="(.*?)"/gs)];
  return {
    revision: Number(/<revision>(\d+)</.exec(text)?.[1]),
    packages: found.map(([, name, version, release]) => `${name} ${version}-${release}`),
  };
}

async function listed(folder: string, repomd: string, type: string): Promise<string> {
  const data = new RegExp(`<data type="${type}">.*?</data>`, 's').exec(repomd)?.[0] ?? assert.fail(`no ${type}`);
  const digest = (element: string): string | undefined => new RegExp(`<${element} type="sha256">([0-9a-f]{64})<`).exec(data)?.[1];
  const packed = await readFile(join(folder, /href="([^"]*)"/.exec(data)?.[1] ?? assert.fail('no place')));
  assert.equal(sha256(packed), digest('checksum'), `${type} is another`);
  const plain = gunzipSync(packed);
  assert.equal(sha256(plain), digest('open-checksum'), `${type} is another inside`);
  return plain.toString('utf8');
}
