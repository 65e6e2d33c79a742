import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyInfo, RawOptions } from '@provisioning-dist/core';
import { describeConformance, keyConformance, startServer, type TestServer } from '@provisioning-dist/core/testing';
import * as openpgp from 'openpgp';
import { command } from '../src/command/key.ts';
import { cosign } from '../src/cosign/key.ts';
import { gpg } from '../src/gpg/key.ts';
import { minisign } from '../src/minisign/key.ts';
import { remote } from '../src/remote/key.ts';
import { x509 } from '../src/x509/key.ts';
import { fixture, fixturePath, PASSPHRASE } from './fixtures.ts';
import { parse, secret } from './key-job.ts';
import { newInstance } from './sigstore/instance.ts';

const passphrase = secret(PASSPHRASE);
const WRONG = 'canary of a wrong passphrase';
/** Neither the passphrase nor any line of the key. */
const secretsOf = (name: string): readonly string[] => [PASSPHRASE, WRONG, ...(fixture(name).match(/^[A-Za-z0-9+/=]{40,}$/gm) ?? [])];

/** By OpenPGP.js, over the packets it is given. */
async function checkOpenPgp(data: Uint8Array, signature: Uint8Array, { info }: { readonly info: KeyInfo }): Promise<void> {
  const verificationKeys = await openpgp.readKey({ armoredKey: Buffer.from(info.publicKey?.bytes ?? '').toString() });
  const text = Buffer.from(signature).toString();
  const date = new Date(1_700_000_000_000);
  if (text.includes('BEGIN PGP SIGNED MESSAGE')) {
    const message = await openpgp.readCleartextMessage({ cleartextMessage: text });
    const { signatures } = await openpgp.verify({ message, verificationKeys, date });
    assert.equal(await signatures[0]?.verified, true);
    return;
  }
  const read = text.startsWith('-----') ? openpgp.readSignature({ armoredSignature: text }) : openpgp.readSignature({ binarySignature: signature });
  const message = await openpgp.createMessage({ binary: data });
  const { signatures } = await openpgp.verify({ message, signature: await read, verificationKeys, date });
  assert.equal(await signatures[0]?.verified, true);
}

describe('the conformance of gpg', () => {
  const options = parse(gpg, { key: secret(fixture('gpg-eddsa.asc')), passphrase });
  const wrong = parse(gpg, { key: secret(fixture('gpg-eddsa.asc')), passphrase: secret(WRONG) });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: gpg, options: () => options, secrets: secretsOf('gpg-eddsa.asc'), deterministic: ['openpgp', 'detached'] },
      raw: [],
      broken: { 'a wrong passphrase': () => wrong, 'no key': () => parse(gpg, { key: secret('nonsense') }) },
      check: { openpgp: checkOpenPgp },
    }),
  );
});

describe('the conformance of gpg with rsa', () => {
  const options = parse(gpg, { key: secret(fixture('gpg-rsa.asc')) });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: gpg, options: () => options, secrets: secretsOf('gpg-rsa.asc'), deterministic: ['openpgp', 'detached', 'raw'] },
      check: { openpgp: checkOpenPgp },
    }),
  );
});

describe('the conformance of minisign', () => {
  const options = parse(minisign, { key: secret(fixture('minisign.key')) });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: minisign, options: () => options, secrets: secretsOf('minisign.key'), deterministic: ['detached'] },
      broken: { 'no key': () => parse(minisign, { key: secret('nonsense') }) },
    }),
  );
});

describe('the conformance of cosign', () => {
  const options = parse(cosign, { key: secret(fixture('cosign.key')), passphrase });
  const wrong = parse(cosign, { key: secret(fixture('cosign.key')), passphrase: secret(WRONG) });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: cosign, options: () => options, secrets: secretsOf('cosign.key'), deterministic: ['detached'] },
      broken: { 'a wrong passphrase': () => wrong },
    }),
  );
});

describe('the conformance of cosign, keyless', () => {
  const instance = newInstance();
  const TOKEN = instance.token();
  let folder = '';
  let server: TestServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyless-'));
    writeFileSync(join(folder, 'trusted_root.json'), JSON.stringify(instance.trustedRoot()));
    server = await startServer({ answer: instance.answer });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const open = (token: string, more: object = {}) =>
    parse(cosign, {
      keyless: {
        ...{ identity: instance.identity, issuer: instance.issuer, identityToken: secret(token) },
        ...{ fulcio: server.url, rekor: server.url, trustedRoot: join(folder, 'trusted_root.json'), ...more },
      },
    });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: cosign, options: () => open(TOKEN), secrets: [TOKEN, ...TOKEN.split('.')], raw: [] },
      broken: {
        'an expired token': () => open(instance.token({ exp: 1_600_000_000 })),
        'no token': () => open('nonsense'),
        'a log that is not there': () => open(TOKEN, { rekor: 'http://127.0.0.1:1' }),
      },
    }),
  );
});

for (const kind of ['rsa', 'ec'] as const) {
  describe(`the conformance of x509 with ${kind}`, () => {
    const options = parse(x509, { certificate: fixturePath(`x509-${kind}.pem`), key: secret(fixture(`x509-${kind}.key`)) });
    const wrong = parse(x509, { pkcs12: fixturePath(`x509-${kind}.p12`), passphrase: secret(WRONG) });
    describeConformance(
      { it },
      keyConformance({
        ...{
          definition: x509,
          options: () => options,
          secrets: secretsOf(`x509-${kind}.key`),
          deterministic: kind === 'rsa' ? ['cms', 'detached'] : [],
        },
        broken: { 'a wrong passphrase': () => wrong },
      }),
    );
  });
}

describe('the conformance of remote', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const TOKEN = 'canary of a token';
  let folder = '';
  let server: TestServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'remote-'));
    writeFileSync(join(folder, 'key.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    server = await startServer({
      auth: { token: TOKEN },
      answer: ({ method, bytes }) => {
        if (method === 'HEAD') return { status: 405 };
        const { digest } = JSON.parse(Buffer.from(bytes).toString()) as { digest: string };
        const signature = sign(null, Buffer.from(digest, 'base64'), privateKey);
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ signature: signature.toString('base64') }) };
      },
    });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const open = (token: string) => parse(remote, { url: server.url, token: secret(token), publicKey: join(folder, 'key.pub') });
  const checkRaw = async (digest: Uint8Array, signature: Uint8Array, _: { readonly options: RawOptions }): Promise<void> =>
    assert.ok(verify(null, digest, publicKey, signature));
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: remote, options: () => open(TOKEN), secrets: [TOKEN], deterministic: ['raw', 'detached'], check: { raw: checkRaw } },
    }),
  );
});

describe('the conformance of command', () => {
  const node = process.execPath;
  const mac = "require('node:crypto').createHmac('sha256', process.env.SIGN_KEY).update(fs.readFileSync(file)).digest('hex')";
  const signing = `const fs = require('node:fs'); const [file, signature] = process.argv.slice(1); fs.writeFileSync(signature, ${mac});`;
  const verifying = `const fs = require('node:fs'); const [file, signature] = process.argv.slice(1);
    process.exit(fs.readFileSync(signature, 'utf8') === ${mac} ? 0 : 1);`;
  const KEY = 'canary of a key';
  const argv = (program: string): readonly string[] => [node, '-e', program, '{file}', '{signature}'];
  const options = parse(command, { sign: argv(signing), verify: argv(verifying), suffix: '.mac', env: { SIGN_KEY: secret(KEY) } });
  describeConformance(
    { it },
    keyConformance({
      ...{ definition: command, options: () => options, deterministic: ['detached'] },
    }),
  );
});
