import assert from 'node:assert/strict';
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import type { KeyJob } from '@provisioning-dist/core';
import { valuesIn } from '../src/x509/der.ts';
import { x509 } from '../src/x509/key.ts';
import type { X509Options } from '../src/x509/options.ts';
import { fixture, fixturePath, HELLO, PASSPHRASE } from './fixtures.ts';
import { bench, parse, refusal, secret } from './key-job.ts';

describe('x509', () => {
  const { job, file } = bench();
  const detached = x509.detached;
  assert.ok(detached);
  const pem = (kind: 'rsa' | 'ec', more: object = {}, jobMore: Partial<KeyJob<X509Options>> = {}) =>
    job(x509, { certificate: fixturePath(`x509-${kind}.pem`), key: secret(fixture(`x509-${kind}.key`)), ...more }, jobMore);
  const p12 = (kind: 'rsa' | 'ec', passphrase = PASSPHRASE) => job(x509, { pkcs12: fixturePath(`x509-${kind}.p12`), passphrase: secret(passphrase) });
  const hello = () => file('hello.txt', HELLO);

  for (const kind of ['rsa', 'ec'] as const) {
    it(`verifies what it signed with ${kind}`, async () => {
      await detached.verify(pem(kind), hello(), await detached.sign(pem(kind), hello()));
    });

    it(`signs the same from PKCS#12 with ${kind}`, async () => {
      assert.deepEqual(await detached.sign(p12(kind), hello()), await detached.sign(pem(kind), hello()));
    });

    it(`refuses a signature over other bytes with ${kind}`, async () => {
      const signature = await detached.sign(pem(kind), hello());
      assert.match(await refusal(detached.verify(pem(kind), file('other', 'x'), signature)), /about other bytes/);
    });
  }

  it('verifies without the private key', async () => {
    const alone = pem('rsa', { key: { reveal: () => assert.fail('asked for the secret') } });
    await detached.verify(alone, hello(), await detached.sign(pem('rsa'), hello()));
  });

  it("refuses another certificate's signature", async () => {
    assert.match(await refusal(detached.verify(pem('ec'), hello(), await detached.sign(pem('rsa'), hello()))), /another certificate/);
  });

  it('refuses a forged signature', async () => {
    const signature = Buffer.from(await detached.sign(pem('rsa'), hello()));
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
    assert.match(await refusal(detached.verify(pem('rsa'), hello(), signature)), /did not make it/);
  });

  for (const bytes of [Buffer.alloc(0), Buffer.from('garbage'), Buffer.from('30840000', 'hex'), Buffer.from('3080000000', 'hex')]) {
    it(`refuses ${bytes.toString('hex') || 'nothing'} for a signature`, async () => {
      assert.match(await refusal(detached.verify(pem('rsa'), hello(), bytes)), /no CMS signature/);
    });
  }

  it('holds the content when asked to', async () => {
    const bytes = Buffer.from('inside and out');
    const without = Buffer.from((await x509.cms?.(pem('rsa'), bytes, {})) ?? '');
    const within = Buffer.from((await x509.cms?.(pem('rsa'), bytes, { detached: false })) ?? '');
    assert.equal(without.includes(bytes), false);
    assert.equal(within.includes(bytes), true);
  });

  it('signs the digest of what it signs raw', async () => {
    const digest = createHash('sha256').update(HELLO).digest();
    const expected = sign('sha256', Buffer.from(HELLO), createPrivateKey(fixture('x509-rsa.key')));
    assert.deepEqual(await x509.raw?.(pem('rsa'), digest, { hash: 'sha256' }), expected);
  });

  it('tells who the certificate is', async () => {
    const { id, algorithm, expires } = await x509.info(pem('ec'));
    assert.equal(id, new X509Certificate(fixture('x509-ec.pem')).fingerprint256.replaceAll(':', ''));
    assert.equal(algorithm, 'ecdsa-p256');
    assert.equal(expires, Date.UTC(2043, 0, 1) / 1000);
  });

  for (const [what, make, says] of [
    ['a certificate of later', () => pem('rsa', {}, { date: 0 }), /valid from 2023-01-01 on, and the release is of 1970-01-01/],
    ['an expired certificate', () => pem('rsa', {}, { date: Date.UTC(2043, 0, 1) / 1000 }), /^key-expired: .*2043-01-01/],
    ["another key's certificate", () => pem('rsa', { key: secret(fixture('x509-ec.key')) }), /none of its certificates/],
    ['a certificate for a key', () => pem('rsa', { key: secret(fixture('x509-rsa.pem')) }), /a public one/],
    ['a key for a certificate', () => pem('rsa', { certificate: fixturePath('x509-rsa.key') }), /no certificate in/],
    ['a file that is not there', () => pem('rsa', { certificate: fixturePath('nothing') }), /ENOENT/],
    ['a wrong passphrase', () => p12('rsa', 'wrong'), /^key-passphrase: .*does not open/],
    ['text for PKCS#12', () => job(x509, { pkcs12: fixturePath('x509-rsa.pem'), passphrase: secret('x') }), /no PKCS#12/],
  ] as const) {
    it(`refuses ${what}`, async () => assert.match(await refusal(x509.preflight?.(make())), says));
  }

  it('warns of a certificate about to expire', async () => {
    const findings = await x509.preflight?.(pem('rsa', {}, { date: Date.UTC(2042, 11, 15) / 1000 }));
    assert.deepEqual(
      findings?.map(({ code }) => code),
      ['key-expires'],
    );
  });

  for (const raw of [{}, { certificate: 'a' }, { key: secret('k') }, { pkcs12: 'a', key: secret('k') }, { pkcs12: 'a', certificate: 'b' }]) {
    it(`needs all of one form: ${JSON.stringify(raw)}`, () => assert.throws(() => parse(x509, raw)));
  }

  it('writes lengths of any size that it reads', () => {
    assert.throws(() => valuesIn(Buffer.from('3005', 'hex')), RangeError);
    assert.equal(valuesIn(Buffer.from('308200020500', 'hex'))[0]?.content.toString('hex'), '0500');
  });
});
