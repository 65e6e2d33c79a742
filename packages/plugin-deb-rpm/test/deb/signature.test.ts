import assert from 'node:assert/strict';
import type { KeyHandle } from '@provisioning-dist/core';
import { readDeb } from '../../src/deb/read/read.ts';
import { file, makeDeb, sampleEntries, sorted, sourceOf } from '../package.ts';

/** A key that keeps what it signed. */
function keyOf(signature: Uint8Array): { readonly key: (id: string) => KeyHandle; readonly signed: Uint8Array[]; readonly asked: unknown[] } {
  const [signed, asked]: [Uint8Array[], unknown[]] = [[], []];
  const no = () => Promise.reject(new Error('not asked for'));
  const key = (id: string): KeyHandle => ({
    id,
    info: no,
    cms: no,
    raw: no,
    openpgp: async (data, options) => {
      signed.push(Buffer.concat(data instanceof Uint8Array ? [data] : [...data]));
      asked.push([id, options]);
      return signature;
    },
  });
  return { key, signed, asked };
}

/** Contents of the first three members, by ar(5). */
function signedPart(deb: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; parts.length < 3; ) {
    const size = Number(deb.toString('latin1', at + 48, at + 58));
    parts.push(deb.subarray(at + 60, at + 60 + size));
    at += 60 + size + (size % 2);
  }
  return Buffer.concat(parts);
}

const ENTRIES = sorted([
  ...sampleEntries(),
  file('share/acme/large', Buffer.alloc(2_500_000, 'large ')),
  file('share/acme/other', Buffer.alloc(90_000, 'other ')),
]);

describe('a signed deb', () => {
  for (const codec of ['gzip', 'xz', 'zstd', 'none']) {
    it(`of ${codec} is signed as it is stored`, async () => {
      const { key, signed, asked } = keyOf(Buffer.from('sig'));
      const deb = await makeDeb({ entries: ENTRIES, options: { codec, sign: 'release' }, job: { key } });
      assert.deepEqual(asked, [['release', { form: 'detached', armor: false }]]);
      assert.ok(signedPart(deb).equals(signed[0] ?? Buffer.alloc(0)));
    });
  }

  it('ends with the signature', async () => {
    const deb = await makeDeb({ options: { sign: 'release' }, job: { key: keyOf(Buffer.from('\x88ig', 'latin1')).key } });
    assert.match(deb.toString('latin1'), /_gpgorigin {6}\d+ {2}0 {5}0 {5}100644 {2}3 {9}`\n\x88ig\n$/);
    assert.deepEqual(await readDeb(sourceOf(deb)), []);
  });

  it('tells who signed', async () => {
    const options = { sign: 'release', signRole: 'maint' };
    const deb = await makeDeb({ options, job: { key: keyOf(Buffer.from('\x88ig', 'latin1')).key } });
    assert.match(deb.toString('latin1'), /_gpgmaint {7}\d+ {2}0 {5}0 {5}100644 {2}3 {9}`\n\x88ig\n$/);
    assert.deepEqual(await readDeb(sourceOf(deb)), []);
  });

  it('is told when the signature is armoured', async () => {
    const deb = await makeDeb({ options: { sign: 'release' }, job: { key: keyOf(Buffer.from('-----BEGIN PGP')).key } });
    const [finding, ...others] = await readDeb(sourceOf(deb));
    assert.deepEqual([finding?.code, others], ['deb-signature', []]);
  });

  it('is not written when the key fails', async () => {
    const key = (id: string): KeyHandle => ({ ...keyOf(Buffer.alloc(0)).key(id), openpgp: () => Promise.reject(new Error('wrong passphrase')) });
    await assert.rejects(makeDeb({ options: { sign: 'release' }, job: { key } }), /wrong passphrase/);
  });
});
