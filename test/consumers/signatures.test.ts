import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type Http, type KeyDefinition, type KeyJob, type SignedFile } from '@provisioning-dist/core';
import { cosign } from '../../packages/plugin-sign/src/cosign/key.ts';
import { gpg } from '../../packages/plugin-sign/src/gpg/key.ts';
import { minisign } from '../../packages/plugin-sign/src/minisign/key.ts';
import { x509 } from '../../packages/plugin-sign/src/x509/key.ts';
import { fixture, fixturePath, HELLO, PASSPHRASE } from '../../packages/plugin-sign/test/fixtures.ts';
import { bench, DATE, secret } from '../../packages/plugin-sign/test/key-job.ts';
import { type Instance, newInstance } from '../../packages/plugin-sign/test/sigstore/instance.ts';
import { needs, run, temporaryFolder } from './tools.ts';

/** Our signatures by the programs users check them with; theirs by us. */

const SUMS = `${'0'.repeat(64)}  acme-1.2.3-linux-amd64.tar.gz\n`;

async function signature<Options>(key: KeyDefinition<Options>, job: KeyJob<Options>, file: SignedFile): Promise<Uint8Array> {
  assert.ok(key.detached);
  const bytes = await key.detached.sign(job, file);
  await key.detached.verify(job, file, bytes);
  return bytes;
}

function described(folder: string, name: string, bytes: string | Uint8Array = SUMS): SignedFile {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { name, path, size: statSync(path).size, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Exit code and what was said on standard error, of a program that may fail. */
function tried(program: string, args: readonly string[], cwd: string, input = ''): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(program, args, { cwd, input, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: cwd, LC_ALL: 'C' } });
}

describe('gpg', () => {
  needs('gpg');
  const folder = temporaryFolder();
  const { job } = bench();
  const home = () => join(folder(), 'gnupg');
  const gpgRun = (...args: readonly string[]) =>
    run('gpg', ['--homedir', home(), '--batch', '--quiet', '--trust-model', 'always', ...args], folder());
  const at = (name: string) => join(folder(), name);

  before('imports the keys', async () => {
    mkdirSync(home(), { mode: 0o700 });
    for (const name of ['eddsa', 'rsa']) {
      const { publicKey } = await gpg.info(keyed(name));
      writeFileSync(at(`${name}.asc`), publicKey?.bytes ?? '');
      gpgRun('--import', at(`${name}.asc`));
    }
  });

  const keyed = (name: string, more: object = {}) => job(gpg, { key: secret(fixture(`gpg-${name}.asc`)), passphrase: secret(PASSPHRASE), ...more });

  for (const name of ['eddsa', 'rsa']) {
    for (const armor of [true, false]) {
      for (const digest of ['sha256', 'sha512']) {
        it(`verifies ${name} ${armor ? 'as text' : 'in packets'} over ${digest}`, async () => {
          const file = described(folder(), 'sums');
          writeFileSync(at('sums.sig'), await signature(gpg, keyed(name, { armor, digest }), file));
          assert.match(
            gpgRun('--status-fd', '1', '--verify', at('sums.sig'), file.path),
            new RegExp(`^\\[GNUPG:\\] VALIDSIG [0-9A-F]{40} 2023-11-14 ${DATE} `, 'm'),
          );
        });
      }
    }

    it(`reads back a clear text of ${name}`, async () => {
      const text = 'Suite: stable\n- dashes\nFrom here\n';
      writeFileSync(at('InRelease'), (await gpg.openpgp?.(keyed(name), Buffer.from(text), { form: 'clear' })) ?? '');
      assert.equal(gpgRun('--decrypt', at('InRelease')), text);
    });

    it(`refuses other bytes than ${name} signed`, async () => {
      const file = described(folder(), 'sums');
      writeFileSync(at('sums.sig'), await signature(gpg, keyed(name), file));
      const { status, stderr } = tried(
        'gpg',
        ['--homedir', home(), '--batch', '--verify', at('sums.sig'), described(folder(), 'other', 'x').path],
        folder(),
      );
      assert.equal(status, 1);
      assert.match(stderr, /BAD signature/);
    });
  }

  describe('as the signer', () => {
    before('imports the secret keys', () => {
      for (const name of ['eddsa', 'rsa']) {
        const { status, stderr } = tried(
          'gpg',
          ['--homedir', home(), '--batch', '--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--import', fixturePath(`gpg-${name}.asc`)],
          folder(),
          `${PASSPHRASE}\n`,
        );
        assert.equal(status, 0, stderr);
      }
    });
    after('ends the agent', () => tried('gpgconf', ['--homedir', home(), '--kill', 'all'], folder()));

    const program = (name: string, more: object = {}) =>
      job(gpg, { command: { keyId: `${name}@example.org`, home: home() }, passphrase: secret(PASSPHRASE), ...more });

    for (const name of ['eddsa', 'rsa']) {
      it(`signs the same bytes every time with ${name}`, async () => {
        const file = described(folder(), 'sums');
        const [first, second] = [await signature(gpg, program(name), file), await signature(gpg, program(name), file)];
        assert.deepEqual(first, second);
        writeFileSync(at('sums.asc'), first);
        assert.match(gpgRun('--status-fd', '1', '--verify', at('sums.asc'), file.path), new RegExp(` VALIDSIG [0-9A-F]{40} 2023-11-14 ${DATE} `));
      });
    }

    it('does not open the key with a wrong passphrase', async () => {
      tried('gpgconf', ['--homedir', home(), '--reload', 'gpg-agent'], folder());
      const wrong = program('eddsa', { passphrase: secret('canary') });
      const error = await signature(gpg, wrong, described(folder(), 'sums')).catch((refused: Error) => refused);
      assert.ok(error instanceof DistError);
      assert.equal(error.code, 'key-passphrase');
      assert.doesNotMatch(error.message, /canary/);
    });

    it('signs in the clear', async () => {
      writeFileSync(at('clear.asc'), (await gpg.openpgp?.(program('rsa'), Buffer.from(HELLO), { form: 'clear' })) ?? '');
      assert.equal(gpgRun('--decrypt', at('clear.asc')), HELLO);
    });

    it('is asked for one key among several', async () => {
      const several = job(gpg, { command: { home: home() } });
      await assert.rejects(gpg.info(several), { code: 'key-unusable', message: /2 secret keys it could be/ });
    });

    it('says what key it does not have', async () => {
      const unknown = job(gpg, { command: { home: home(), keyId: 'nobody@example.org' } });
      await assert.rejects(gpg.info(unknown), /nobody@example.org/);
    });
  });
});

describe('minisign', () => {
  needs('minisign');
  const folder = temporaryFolder();
  const { job } = bench();

  before('makes a key with a password', () => {
    const { status, stderr } = tried('minisign', ['-G', '-p', 'a.pub', '-s', 'a.key'], folder(), `${PASSPHRASE}\n${PASSPHRASE}\n`);
    assert.equal(status, 0, stderr);
  });

  const keyed = (more: object = {}) =>
    job(minisign, { key: secret(readFileSync(join(folder(), 'a.key'), 'utf8')), passphrase: secret(PASSPHRASE), ...more });

  for (const legacy of [false, true]) {
    it(`verifies what we signed with its key${legacy ? ' the old way' : ''}`, async () => {
      const file = described(folder(), 'sums');
      writeFileSync(`${file.path}.minisig`, await signature(minisign, keyed({ legacy }), file));
      const said = run('minisign', ['-V', '-p', 'a.pub', '-m', 'sums'], folder());
      assert.match(said, /^Signature and comment signature verified\nTrusted comment: timestamp:1700000000\tfile:sums/);
    }).timeout(60_000);
  }

  it('refuses other bytes', () => {
    described(folder(), 'sums', 'changed');
    assert.match(tried('minisign', ['-V', '-p', 'a.pub', '-m', 'sums'], folder()).stderr, /Signature verification failed/);
  });
});

describe('openssl', () => {
  needs('openssl');
  const folder = temporaryFolder();
  const { job } = bench();
  const at = (name: string) => join(folder(), name);
  const pem = (kind: 'rsa' | 'ec') => job(x509, { certificate: fixturePath(`x509-${kind}.pem`), key: secret(fixture(`x509-${kind}.key`)) });

  for (const kind of ['rsa', 'ec'] as const) {
    it(`verifies digests signed with ${kind}`, async () => {
      const file = described(folder(), 'sums');
      writeFileSync(at('sums.sig'), (await x509.raw?.(pem(kind), Buffer.from(file.sha256, 'hex'), { hash: 'sha256' })) ?? '');
      writeFileSync(at('pub.pem'), run('openssl', ['x509', '-in', fixturePath(`x509-${kind}.pem`), '-pubkey', '-noout'], folder()));
      assert.equal(run('openssl', ['dgst', '-sha256', '-verify', 'pub.pem', '-signature', 'sums.sig', 'sums'], folder()), 'Verified OK\n');
    });

    it(`verifies CMS beside a file by ${kind}`, async () => {
      const file = described(folder(), 'sums');
      writeFileSync(at('sums.p7s'), await signature(x509, pem(kind), file));
      const args = [
        'cms',
        '-verify',
        '-binary',
        '-inform',
        'DER',
        '-in',
        'sums.p7s',
        '-content',
        'sums',
        '-CAfile',
        fixturePath(`x509-${kind}.pem`),
        '-purpose',
        'any',
      ];
      assert.equal(run('openssl', args, folder()), SUMS);
    });

    it(`reads CMS around a text by ${kind}`, async () => {
      writeFileSync(at('text.p7m'), (await x509.cms?.(pem(kind), Buffer.from(HELLO), { detached: false })) ?? '');
      const args = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'text.p7m', '-CAfile', fixturePath(`x509-${kind}.pem`), '-purpose', 'any'];
      assert.equal(run('openssl', args, folder()), HELLO);
    });
  }

  it('verifies the signature inside a cosign bundle', async () => {
    const file = described(folder(), 'sums');
    const signer = job(cosign, { key: secret(fixture('cosign.key')), passphrase: secret(PASSPHRASE) });
    const bundle = JSON.parse(Buffer.from(await signature(cosign, signer, file)).toString());
    writeFileSync(at('sums.sig'), Buffer.from(bundle.messageSignature.signature, 'base64'));
    assert.equal(
      run('openssl', ['dgst', '-sha256', '-verify', fixturePath('cosign.pub'), '-signature', 'sums.sig', 'sums'], folder()),
      'Verified OK\n',
    );
  });

  it('verifies the Ed25519 signature inside a cosign bundle', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const file = described(folder(), 'sums');
    const signer = job(cosign, { key: secret(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string) });
    const bundle = JSON.parse(Buffer.from(await signature(cosign, signer, file)).toString());
    writeFileSync(at('sums.sig'), Buffer.from(bundle.messageSignature.signature, 'base64'));
    writeFileSync(at('ed.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    const args = ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', 'ed.pub', '-in', 'sums', '-sigfile', 'sums.sig'];
    assert.match(run('openssl', args, folder()), /Signature Verified Successfully/);
  });
});

/** Not packaged by distributions: `go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3` provides it. */
describe('cosign', () => {
  before('looks for it', function () {
    if (tried('cosign', ['version'], process.cwd()).status !== 0) this.skip();
  });
  const folder = temporaryFolder();
  const { job } = bench();

  for (const [kind, raw] of [
    ['ECDSA', () => ({ key: secret(fixture('cosign.key')), passphrase: secret(PASSPHRASE) })],
    ['Ed25519', () => ({ key: secret(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string) })],
  ] as const) {
    it(`verifies ${kind} bundles`, async () => {
      const file = described(folder(), 'sums');
      const signer = job(cosign, raw());
      writeFileSync(join(folder(), 'sums.bundle'), await signature(cosign, signer, file));
      writeFileSync(join(folder(), 'sums.pub'), (await cosign.info(signer)).publicKey?.bytes ?? '');
      const args = ['verify-blob', '--key', 'sums.pub', '--bundle', 'sums.bundle', '--insecure-ignore-tlog', 'sums'];
      const { status, stderr } = tried('cosign', args, folder());
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Verified OK/);
      described(folder(), 'sums', 'changed');
      assert.notEqual(tried('cosign', args, folder()).status, 0);
    });
  }

  describe('keyless', () => {
    const instance = newInstance();
    const signer = () => {
      const trustedRoot = join(folder(), 'root.json');
      writeFileSync(trustedRoot, JSON.stringify(instance.trustedRoot()));
      const [fulcio, rekor] = ['https://fulcio.example', 'https://rekor.example'];
      const identityToken = secret(instance.token());
      const keyless = { identity: instance.identity, issuer: instance.issuer, identityToken, fulcio, rekor, trustedRoot };
      return job(cosign, { keyless }, { http: answeredBy(instance) });
    };
    const args = (identity: string = instance.identity) =>
      ['verify-blob', '--bundle', 'k.bundle', '--trusted-root', 'root.json'].concat(
        ['--certificate-identity', identity, '--certificate-oidc-issuer', instance.issuer],
        'sums',
      );
    before('signs', async () => {
      await signature(cosign, signer(), described(folder(), 'other', 'other'));
      writeFileSync(join(folder(), 'k.bundle'), await signature(cosign, signer(), described(folder(), 'sums')));
    });

    it('verifies a bundle', () => {
      described(folder(), 'sums');
      const { status, stderr } = tried('cosign', args(), folder());
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Verified OK/);
    });

    it('verifies no other bytes', () => {
      described(folder(), 'sums', 'changed');
      assert.notEqual(tried('cosign', args(), folder()).status, 0);
    });

    it('verifies nothing of somebody else', () => {
      described(folder(), 'sums');
      assert.match(tried('cosign', args('https://ci.example/mallory'), folder()).stderr, /no matching CertificateIdentity/);
    });
  });
});

/** What a Sigstore instance in this process answers. */
function answeredBy(instance: Instance): Http {
  return async (url, { method = 'GET', headers = {}, body = '' } = {}) => {
    const ask = { method, path: new URL(url).pathname, headers: headers as Record<string, string>, bytes: Buffer.from(body as string) };
    const { status, headers: said, body: text } = instance.answer(ask);
    return { status, headers: said, bytes: Buffer.from(text), text: () => text, json: () => JSON.parse(text) as unknown };
  };
}
