import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { issuersOf, keyIdsOf } from '../../src/repository/signer.ts';

/** As `gpg --list-packets` tells. */
const SIGNER = '1e09250bf279259a';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../plugin-sign/test/fixtures/${name}`, import.meta.url), 'utf8');
}

describe('the signer of an index', () => {
  it('is named by the signature', () => assert.deepEqual(issuersOf(fixture('hello.txt.asc')), [SIGNER]));

  it('is found in clear signatures', () => {
    const clear = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n${fixture('hello.txt.asc')}`;
    assert.deepEqual(issuersOf(clear), [SIGNER]);
  });

  it('is one of the keys of a block', () => assert.ok(keyIdsOf(fixture('gpg-eddsa.pub.asc')).includes(SIGNER)));

  it('is nobody in what is none', () => {
    const broken = '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0=\n-----END PGP SIGNATURE-----\n';
    for (const text of ['', 'hello', broken]) assert.deepEqual([issuersOf(text), keyIdsOf(text)], [[], []]);
  });
});
