import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cosign } from '../src/cosign/key.ts';
import { fixture, fixtureBytes, fixturePath, HELLO, PASSPHRASE } from './fixtures.ts';
import { bench, refusal, secret } from './key-job.ts';

describe('cosign', () => {
  const { job, file } = bench();
  const detached = cosign.detached;
  assert.ok(detached);
  const options = { key: secret(fixture('cosign.key')), passphrase: secret(PASSPHRASE) };
  const fresh = (more: object = {}) => job(cosign, { ...options, ...more });
  // decrypting takes a third of a second
  const shared = fresh();
  const open = () => shared;
  const hello = () => file('hello.txt', HELLO);
  const pem = (type: 'ed25519' | 'x25519') => generateKeyPairSync(type as 'ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;

  it('writes a bundle like that of cosign', async () => {
    const ours = JSON.parse(Buffer.from(await detached.sign(open(), hello())).toString());
    const theirs = JSON.parse(fixture('hello.txt.cosign.bundle'));
    const signature = 'any';
    assert.deepEqual(
      { ...ours, messageSignature: { ...ours.messageSignature, signature } },
      {
        ...theirs,
        messageSignature: { ...theirs.messageSignature, signature },
      },
    );
  });

  it('signs the same bytes every time', async () => {
    assert.deepEqual(await detached.sign(fresh(), hello()), await detached.sign(fresh(), hello()));
  });

  it("verifies cosign's own signature by the public key alone", async () => {
    const alone = job(cosign, { key: { reveal: () => assert.fail('asked for the secret') }, publicKey: fixturePath('cosign.pub') });
    await detached.verify(alone, hello(), fixtureBytes('hello.txt.cosign.bundle'));
  });

  it('verifies what it signed with Ed25519', async () => {
    const signer = job(cosign, { key: secret(pem('ed25519')) });
    await detached.verify(signer, hello(), await detached.sign(signer, hello()));
  });

  it('gives the public key as cosign writes it', async () => {
    const { algorithm, publicKey } = await cosign.info(open());
    assert.equal(algorithm, 'ecdsa-p256');
    assert.equal(Buffer.from(publicKey?.bytes ?? '').toString(), fixture('cosign.pub'));
  });

  it('refuses a bundle about other bytes', async () => {
    assert.match(await refusal(detached.verify(open(), file('other', 'x'), fixtureBytes('hello.txt.cosign.bundle'))), /about other bytes/);
  });

  it("refuses another key's signature", async () => {
    const other = job(cosign, { key: secret(pem('ed25519')) });
    assert.match(await refusal(detached.verify(other, hello(), fixtureBytes('hello.txt.cosign.bundle'))), /another key/);
  });

  for (const bytes of ['', 'garbage', 'null', '[]', '{}', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":null}']) {
    it(`refuses ${JSON.stringify(bytes)} for a bundle`, async () => {
      assert.match(await refusal(detached.verify(open(), hello(), Buffer.from(bytes))), /no Sigstore bundle/);
    });
  }

  const boxed = (change: (box: { kdf: { params: { N: number } } }) => void): string => {
    const [, label = '', body = ''] = /-----BEGIN (.*)-----\n([^-]*)/.exec(fixture('cosign.key')) ?? [];
    const box = JSON.parse(Buffer.from(body, 'base64').toString());
    change(box);
    return `-----BEGIN ${label}-----\n${Buffer.from(JSON.stringify(box)).toString('base64')}\n-----END ${label}-----\n`;
  };
  const huge = boxed(({ kdf }) => {
    kdf.params.N = 2 ** 30;
  });
  for (const [what, more, says] of [
    ['a wrong passphrase', { passphrase: secret('wrong') }, /^key-passphrase: .*does not open/],
    ['a public key', { key: secret(fixture('cosign.pub')) }, /a public one/],
    ['garbage', { key: secret('garbage') }, /no PEM/],
    [
      'an empty box',
      { key: secret('-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nbnVsbA==\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n') },
      /does not know/,
    ],
    ['a box that wants all memory', { key: secret(huge) }, /does not know/],
    ['an RSA key', { key: secret(fixture('x509-rsa.key')) }, /of type rsa2048/],
    ['a key that cannot sign', { key: secret(pem('x25519')) }, /of type x25519/],
    ["another key's public half", { publicKey: fixturePath('x509-ec.pem') }, /another key/],
    ['no passphrase', { passphrase: undefined }, /^key-passphrase: .*no "passphrase"/],
  ] as const) {
    it(`refuses ${what}`, async () => assert.match(await refusal(cosign.preflight?.(fresh(more))), says));
  }
});
