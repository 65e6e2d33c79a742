import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { algorithmOf, signDigest, verifyDigest } from '../src/raw.ts';
import { fixture } from './fixtures.ts';

const digestOf = (hash: string, text: string) => createHash(hash).update(text).digest();

/** RFC 6979 A.2.5. */
const RFC_KEY = createPrivateKey({
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: Buffer.from('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721', 'hex').toString('base64url'),
    x: Buffer.from('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6', 'hex').toString('base64url'),
    y: Buffer.from('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299', 'hex').toString('base64url'),
  },
  format: 'jwk',
});

describe('signatures of digests', () => {
  const rsa = createPrivateKey(fixture('x509-rsa.key'));

  for (const hash of ['sha1', 'sha256', 'sha512'] as const) {
    it(`with RSA are those of openssl over ${hash}`, async () => {
      assert.deepEqual(await signDigest(rsa, digestOf(hash, 'acme'), hash), sign(hash, Buffer.from('acme'), rsa));
    });
  }

  it('with ECDSA are those of RFC 6979', async () => {
    const signature = await signDigest(RFC_KEY, digestOf('sha256', 'sample'), 'sha256');
    const r = 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716';
    const s = 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8';
    assert.equal(Buffer.from(signature).toString('hex').toUpperCase(), `30460221 00${r} 022100${s}`.replaceAll(' ', ''));
  });

  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    it(`with ${namedCurve} are verified by openssl`, async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      const signature = await signDigest(privateKey, digestOf('sha256', 'acme'), 'sha256');
      assert.equal(verify('sha256', Buffer.from('acme'), publicKey, signature), true);
      const theirs = sign('sha256', Buffer.from('acme'), privateKey);
      assert.equal(await verifyDigest(publicKey, digestOf('sha256', 'acme'), { hash: 'sha256', signature: theirs }), true);
    });
  }

  it('with Ed25519 are over the digest', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const digest = digestOf('sha512', 'acme');
    const signature = await signDigest(privateKey, digest, 'sha512');
    assert.equal(verify(null, digest, publicKey, signature), true);
  });

  for (const name of ['x509-rsa.key', 'x509-ec.key']) {
    it(`are refused when a bit is turned: ${name}`, async () => {
      const key = createPrivateKey(fixture(name));
      const open = createPublicKey(key);
      const digest = digestOf('sha256', 'acme');
      const signature = await signDigest(key, digest, 'sha256');
      const turned = fc.asyncProperty(fc.nat(signature.length * 8 - 1), async (bit) => {
        const wrong = Uint8Array.from(signature, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        return !(await verifyDigest(open, digest, { hash: 'sha256', signature: wrong }));
      });
      await fc.assert(turned, { numRuns: 40 });
    });
  }

  it('are refused where there is garbage', async () => {
    const open = createPublicKey(rsa);
    const garbage = fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      async (signature) => !(await verifyDigest(open, digestOf('sha256', 'acme'), { hash: 'sha256', signature })),
    );
    await fc.assert(garbage, { numRuns: 50 });
  });

  it('need a digest of the length of its hash', async () => {
    await assert.rejects(signDigest(rsa, Buffer.alloc(31), 'sha256'), RangeError);
  });

  it('name their algorithm', () => {
    assert.equal(algorithmOf(rsa), 'rsa2048');
    assert.equal(algorithmOf(RFC_KEY), 'ecdsa-p256');
    assert.equal(algorithmOf(generateKeyPairSync('x25519').privateKey), undefined);
    assert.equal(algorithmOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), undefined);
  });
});
