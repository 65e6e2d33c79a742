import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type KeyJob } from '@provisioning-dist/core';
import * as openpgp from 'openpgp';
import { gpg } from '../src/gpg/key.ts';
import type { GpgOptions } from '../src/gpg/options.ts';
import { fixture, fixtureBytes, fixturePath, HELLO, PASSPHRASE } from './fixtures.ts';
import { bench, DATE, parse, refusal, secret } from './key-job.ts';

/** Of gpg-eddsa at DATE over hello.txt; test/consumers shows that gpg takes such. */
const GOLDEN = `-----BEGIN PGP SIGNATURE-----

wnUEABYKACcFgmVT8QAJEB4JJQvyeSWaFiEEazXhbENgRKpaEZnbHgklC/J5
JZoAAJSGAQCHtiLvlXYRrkvCmgbkrdpJLJNeicSWYxv92iwACliB6gD/Z+7g
+xDaKWGeZ/Fr9s1feOJ9Z5aR0KrmBvpJqF0BPwE=
=op1G
-----END PGP SIGNATURE-----
`;

describe('gpg', () => {
  const { job, file, folder } = bench();
  const detached = gpg.detached;
  assert.ok(detached);

  function keyed(name: string, more: object = {}, jobMore: Partial<KeyJob<GpgOptions>> = {}): KeyJob<GpgOptions> {
    return job(gpg, { key: secret(fixture(`gpg-${name}.asc`)), ...more }, jobMore);
  }

  const eddsa = (more: object = {}) => keyed('eddsa', { passphrase: secret(PASSPHRASE), ...more });
  const hello = () => file('hello.txt', HELLO);

  describe('detached', () => {
    it('signs the same bytes every time', async () => {
      const [first, second] = [await detached.sign(eddsa(), hello()), await detached.sign(eddsa(), hello())];
      assert.equal(Buffer.from(first).toString(), GOLDEN);
      assert.deepEqual(first, second);
    });

    for (const name of ['eddsa', 'rsa']) {
      it(`verifies what it signed with ${name}`, async () => {
        const signer = name === 'rsa' ? keyed('rsa') : eddsa();
        await detached.verify(signer, hello(), await detached.sign(signer, hello()));
      });
    }

    it('signs with a subkey alone, its main key elsewhere', async () => {
      const signer = keyed('subkey');
      await detached.verify(signer, hello(), await detached.sign(signer, hello()));
      assert.deepEqual(await gpg.preflight?.(signer), []);
    });

    it("verifies gpg's own signatures", async () => {
      await detached.verify(eddsa(), hello(), fixtureBytes('hello.txt.asc'));
      await detached.verify(keyed('rsa', { armor: false }), hello(), fixtureBytes('hello.txt.sig'));
    });

    it('verifies with the public key alone', async () => {
      const alone = job(gpg, { key: { reveal: () => assert.fail('asked for the secret') }, publicKey: fixturePath('gpg-eddsa.pub.asc') });
      await detached.verify(alone, hello(), fixtureBytes('hello.txt.asc'));
    });

    it('verifies without a passphrase', async () => {
      await detached.verify(keyed('eddsa'), hello(), fixtureBytes('hello.txt.asc'));
    });

    it('refuses a signature over other bytes', async () => {
      assert.match(
        await refusal(detached.verify(eddsa(), file('other', 'hellO\n'), fixtureBytes('hello.txt.asc'))),
        /^signature-wrong: .*does not fit/,
      );
    });

    it("refuses another key's signature", async () => {
      assert.match(await refusal(detached.verify(keyed('rsa'), hello(), fixtureBytes('hello.txt.asc'))), /^signature-wrong: .*another key/);
    });

    for (const [what, bytes] of [
      ['nothing', ''],
      ['garbage', 'garbage'],
      ['cut armour', '-----BEGIN PGP SIGNATURE-----\n\nwnUE'],
      ['a key', fixture('gpg-eddsa.pub.asc')],
    ] as const) {
      it(`refuses ${what} for a signature`, async () => {
        assert.match(await refusal(detached.verify(eddsa(), hello(), Buffer.from(bytes))), /^signature-wrong: /);
      });
    }

    it('refuses two signatures in one', async () => {
      const twice = Buffer.concat([fixtureBytes('hello.txt.sig'), fixtureBytes('hello.txt.sig')]);
      assert.match(await refusal(detached.verify(keyed('rsa'), hello(), twice)), /more than one/);
    });

    it('names signatures by their form', () => {
      assert.equal(detached.suffix(eddsa().options), '.asc');
      assert.equal(detached.suffix(eddsa({ armor: false }).options), '.sig');
    });

    it('uses the hash it is told', async () => {
      for (const digest of ['sha256', 'sha512'] as const) {
        const signature: Uint8Array = await detached.sign(keyed('rsa', { digest, armor: false }), hello());
        const { packets } = await openpgp.readSignature({ binarySignature: signature });
        assert.equal(packets[0]?.hashAlgorithm, openpgp.enums.hash[digest]);
      }
    });

    it('signs version 4 at the date of the release', async () => {
      const { packets } = await openpgp.readSignature({ armoredSignature: GOLDEN });
      assert.equal(packets[0]?.version, 4);
      assert.equal(packets[0]?.created?.getTime(), DATE * 1000);
      assert.deepEqual(packets[0]?.rawNotations, []);
    });

    it('signs no earlier than its key was made', async () => {
      const signer = keyed('rsa', { armor: false }, { date: 0 });
      const signature = await detached.sign(signer, hello());
      const { packets } = await openpgp.readSignature({ binarySignature: signature });
      assert.equal(packets[0]?.created?.toISOString(), '2023-01-01T00:00:00.000Z');
      await detached.verify(signer, hello(), signature);
    });

    it('signs files larger than a piece', async () => {
      const large = file('large', Buffer.alloc(3_000_001, 'abc'));
      await detached.verify(eddsa(), large, await detached.sign(eddsa(), large));
    });
  });

  describe('openpgp', () => {
    it('signs in the clear', async () => {
      const bytes = await gpg.openpgp?.(eddsa(), Buffer.from('Suite: stable\n- dashes\n'), { form: 'clear' });
      const text = Buffer.from(bytes ?? '').toString();
      assert.match(text, /^-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nSuite: stable\n- - dashes\n-----BEGIN PGP SIGNATURE-----\n/);
      assert.doesNotMatch(text, /\r/);
    });

    it('gives packets for embedding', async () => {
      const bytes = await gpg.openpgp?.(eddsa(), Buffer.from(HELLO), {});
      // RFC 9580 4.2: tag 2, new format
      assert.equal(bytes?.[0], 0xc2);
      await detached.verify(eddsa(), hello(), bytes ?? new Uint8Array());
    });

    for (const text of ['blank \n', 'tab\t\n', 'return\r\n']) {
      it(`refuses ${JSON.stringify(text)} in the clear`, async () => {
        assert.match(await refusal(gpg.openpgp?.(eddsa(), Buffer.from(text), { form: 'clear' })), /ends with a blank/);
      });
    }

    it('refuses what is no text in the clear', async () => {
      assert.match(await refusal(gpg.openpgp?.(eddsa(), Buffer.of(0xff, 0xfe), { form: 'clear' })), /UTF-8/);
    });
  });

  describe('raw', () => {
    it('signs digests with RSA', async () => {
      const digest = Buffer.from('5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03', 'hex');
      const signature = await gpg.raw?.(keyed('rsa'), digest, { hash: 'sha256' });
      const { publicParams } = (await openpgp.readKey({ armoredKey: fixture('gpg-rsa.asc') })).keyPacket as unknown as {
        publicParams: Record<'n' | 'e', Uint8Array>;
      };
      const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
      const open = createPublicKey({ key: { kty: 'RSA', n: base64(publicParams.n), e: base64(publicParams.e) }, format: 'jwk' });
      assert.equal(verify('sha256', Buffer.from(HELLO), open, signature ?? new Uint8Array()), true);
    });

    it('signs none with EdDSA', async () => {
      assert.match(await refusal(gpg.raw?.(eddsa(), Buffer.alloc(32), { hash: 'sha256' })), /ed25519 signs no digests/);
    });
  });

  describe('info', () => {
    it('tells who the key is', async () => {
      const { id, algorithm, expires, publicKey } = await gpg.info(keyed('expiring'));
      assert.equal(id, '499C740C5C234001F1E65205A8FEE4061E510EA9');
      assert.equal(algorithm, 'ed25519');
      assert.equal(expires, Date.UTC(2023, 10, 30, 12) / 1000);
      assert.equal(publicKey?.ext, 'asc');
    });

    it('exports the public half only', async () => {
      const { publicKey } = await gpg.info(eddsa());
      const key = await openpgp.readKey({ armoredKey: Buffer.from(publicKey?.bytes ?? '').toString() });
      assert.equal(key.isPrivate(), false);
      assert.equal(key.getFingerprint().toUpperCase(), '6B35E16C436044AA5A1199DB1E09250BF279259A');
    });
  });

  describe('preflight', () => {
    const ahead = (keyJob: KeyJob<GpgOptions>) => gpg.preflight?.(keyJob);

    it('finds nothing wrong with a good key', async () => {
      assert.deepEqual(await ahead(eddsa()), []);
    });

    it('warns of a key that expires within 30 days', async () => {
      const findings = await ahead(keyed('expiring'));
      assert.deepEqual(
        findings?.map(({ level, code, message }) => [level, code, message]),
        [['warning', 'key-expires', 'The key expires on 2023-11-30, within 30 days of this release']],
      );
    });

    it('warns of a key file that others can read', async () => {
      const path = join(folder(), 'gpg.key');
      writeFileSync(path, fixture('gpg-rsa.asc'), { mode: 0o644 });
      const findings = await ahead(job(gpg, { keyFile: path }));
      assert.deepEqual(
        findings?.map(({ level, code }) => [level, code]),
        [['warning', 'key-readable']],
      );
    });

    const bad: Readonly<Record<string, readonly [KeyJobMaker, RegExp]>> = {
      'a wrong passphrase': [() => eddsa({ passphrase: secret('wrong') }), /^key-passphrase: .*does not open/],
      'no passphrase': [() => keyed('eddsa'), /^key-passphrase: .*no "passphrase"/],
      'a public key': [() => job(gpg, { key: secret(fixture('gpg-eddsa.pub.asc')) }), /^key-unusable: .*a public one/],
      'an expired key': [() => keyed('expired'), /^key-expired: .*2023-06-01/],
      'a key that may not sign': [() => keyed('silent'), /^key-unusable: .*no part of its key may sign/],
      'a key whose private half is elsewhere': [() => keyed('stub'), /^key-unusable: .*is not in it/],
      garbage: [() => job(gpg, { key: secret('-----BEGIN PGP PRIVATE KEY BLOCK-----\n\ngarbage') }), /^key-unusable: .*no OpenPGP key/],
      'an empty key': [() => job(gpg, { key: secret('') }), /^key-unusable: .*no OpenPGP key/],
      "another key's public half": [() => keyed('rsa', { publicKey: fixturePath('gpg-eddsa.pub.asc') }), /^key-unusable: .*another key/],
    };
    for (const [what, [make, says]] of Object.entries(bad)) {
      it(`refuses ${what}`, async () => assert.match(await refusal(ahead(make())), says));
    }

    it('refuses keys of version 6', async () => {
      const options = { userIDs: [{ email: 'a@example.org' }], date: new Date(0), config: { v6Keys: true } };
      const { privateKey } = await openpgp.generateKey({ type: 'curve25519', format: 'armored', ...options });
      assert.match(await refusal(ahead(job(gpg, { key: secret(privateKey) }))), /^key-unusable: .*version 6/);
    });

    it('refuses the Ed25519 of RFC 9580', async () => {
      const options = { userIDs: [{ email: 'a@example.org' }], date: new Date(1_600_000_000_000) };
      const { privateKey } = await openpgp.generateKey({ type: 'curve25519', format: 'armored', ...options });
      assert.match(await refusal(ahead(job(gpg, { key: secret(privateKey) }))), /^key-unusable: .*type ed25519, which gpg/);
    });
  });

  describe('of the user', () => {
    const asked = async (message: string): Promise<readonly [string, Record<string, string> | undefined]> => {
      let env: Record<string, string> | undefined;
      const exec: KeyJob<GpgOptions>['exec'] = (_, options) => {
        env = { ...options?.env };
        return Promise.reject(new DistError('program-failed', message));
      };
      const said = await refusal(gpg.info(job(gpg, { command: { keyId: 'a@example.org' }, passphrase: secret('x') }, { exec })));
      return [said, env];
    };

    it('speaks English wherever it runs', async () => {
      const [, env] = await asked('gpg: failed');
      assert.equal(env?.LANGUAGE, 'en');
    });

    for (const [what, says] of [
      ['gpg: error reading key: No secret key', /^key-unusable: .*no secret key "a@example\.org"/],
      ['gpg: signing failed: Bad passphrase', /^key-passphrase: /],
      ['gpg: signing failed: Inappropriate ioctl for device', /^program-failed: /],
    ] as const) {
      it(`is understood when it says "${what}"`, async () => assert.match((await asked(what))[0], says));
    }
  });

  describe('options', () => {
    for (const raw of [{}, { key: secret('k'), keyFile: 'k' }, { key: secret('k'), command: true }, { command: { keyId: '--output' } }]) {
      it(`refuse ${JSON.stringify(raw)}`, () => assert.throws(() => parse(gpg, raw)));
    }
  });
});

type KeyJobMaker = () => KeyJob<GpgOptions>;
