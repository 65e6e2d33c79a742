import assert from 'node:assert/strict';
import { createHash, scryptSync } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { minisign } from '../src/minisign/key.ts';
import { scryptCosts } from '../src/minisign/secret.ts';
import { fixture, fixtureBytes, fixturePath, HELLO, PASSPHRASE } from './fixtures.ts';
import { bench, DATE, parse, refusal, secret } from './key-job.ts';

describe('minisign', () => {
  const { job, file } = bench();
  const detached = minisign.detached;
  assert.ok(detached);
  const open = (more: object = {}) => job(minisign, { key: secret(fixture('minisign.key')), ...more });
  const hello = () => file('hello.txt', HELLO);

  it("signs minisign's own bytes below the comment", async () => {
    const ours = Buffer.from(await detached.sign(open(), hello())).toString();
    const theirs = fixture('hello.txt.minisig');
    assert.deepEqual(ours.split('\n').slice(1), theirs.split('\n').slice(1));
  });

  it('says which key, when and what in its comments', async () => {
    const [untrusted, , trusted] = Buffer.from(await detached.sign(open(), hello()))
      .toString()
      .split('\n');
    assert.match(untrusted ?? '', /^untrusted comment: signature from minisign key 64C08B8A4C3EED14$/);
    assert.equal(trusted, `trusted comment: timestamp:${DATE}\tfile:hello.txt\thashed`);
  });

  for (const legacy of [false, true]) {
    it(`verifies what it signed${legacy ? ' the old way' : ''}`, async () => {
      const signer = open({ legacy });
      const signature = await detached.sign(signer, hello());
      assert.match(Buffer.from(signature).toString(), legacy ? /^RW/m : /^RU/m);
      await detached.verify(signer, hello(), signature);
    });
  }

  it('verifies with the public key alone', async () => {
    const alone = job(minisign, { key: { reveal: () => assert.fail('asked for the secret') }, publicKey: fixturePath('minisign.pub') });
    await detached.verify(alone, hello(), fixtureBytes('hello.txt.minisig'));
  });

  it('gives the public key as minisign writes it', async () => {
    const { id, publicKey } = await minisign.info(open());
    assert.equal(id, '64C08B8A4C3EED14');
    assert.equal(Buffer.from(publicKey?.bytes ?? '').toString(), fixture('minisign.pub'));
  });

  it('refuses a signature over other bytes', async () => {
    assert.match(await refusal(detached.verify(open(), file('other', 'hellO\n'), fixtureBytes('hello.txt.minisig'))), /does not fit the file/);
  });

  it('refuses a changed trusted comment', async () => {
    const changed = fixture('hello.txt.minisig').replace('file:hello.txt', 'file:evil.txt');
    assert.match(await refusal(detached.verify(open(), hello(), Buffer.from(changed))), /trusted comment was changed/);
  });

  it("refuses another key's signature", async () => {
    const record = Buffer.from(fixture('hello.txt.minisig').split('\n')[1] ?? '', 'base64');
    record[2] = (record[2] ?? 0) ^ 1;
    const changed = fixture('hello.txt.minisig').replace(/^RU.*$/m, record.toString('base64'));
    assert.match(await refusal(detached.verify(open(), hello(), Buffer.from(changed))), /another key/);
  });

  for (const bytes of [
    '',
    'garbage',
    fixture('minisign.pub'),
    `${fixture('hello.txt.minisig')}more\n`,
    'untrusted comment: x\nRU\ntrusted comment: y\nz\n',
  ]) {
    it(`refuses ${JSON.stringify(bytes.slice(0, 30))} for a signature`, async () => {
      assert.match(await refusal(detached.verify(open(), hello(), Buffer.from(bytes))), /no minisign signature/);
    });
  }

  describe('with a password', () => {
    it('opens the key', async () => {
      const signer = open({ key: secret(sealed(PASSPHRASE)), passphrase: secret(PASSPHRASE) });
      await detached.verify(open(), hello(), await detached.sign(signer, hello()));
    });

    it('refuses another one', async () => {
      const signer = open({ key: secret(sealed(PASSPHRASE)), passphrase: secret('wrong') });
      assert.match(await refusal(minisign.preflight?.(signer)), /^key-passphrase: .*does not open/);
    });

    it('asks for one', async () => {
      assert.match(await refusal(minisign.preflight?.(open({ key: secret(sealed('x')) }))), /^key-passphrase: .*no "passphrase"/);
    });

    it("takes minisign's limits to scrypt's costs", () => {
      // crypto_pwhash_scryptsalsa208sha256: SENSITIVE, half of it, INTERACTIVE
      assert.deepEqual(costs(33_554_432n, 1_073_741_824n), [2 ** 20, 8, 1]);
      assert.deepEqual(costs(16_777_216n, 536_870_912n), [2 ** 19, 8, 1]);
      assert.deepEqual(costs(524_288n, 16_777_216n), [2 ** 14, 8, 1]);
    });

    it('refuses costs nobody has memory for', () => {
      assert.equal(scryptCosts(2n ** 40n, 2n ** 40n), undefined);
      assert.equal(scryptCosts(2n ** 64n - 1n, 2n ** 64n - 1n), undefined);
    });
  });

  for (const [what, key, says] of [
    ['a public key', fixture('minisign.pub'), /a public one/],
    ['garbage', 'garbage', /no minisign secret key/],
    ['nothing', '', /no minisign secret key/],
    ['another kind of key', fixture('cosign.key'), /no minisign secret key/],
    ['a damaged key', damaged(), /damaged/],
  ] as const) {
    it(`refuses ${what}`, async () => assert.match(await refusal(minisign.preflight?.(open({ key: secret(key) }))), says));
  }

  it('needs exactly one key', () => {
    assert.throws(() => parse(minisign, {}));
    assert.throws(() => parse(minisign, { key: secret('x'), keyFile: 'x' }));
  });
});

function costs(operations: bigint, memory: bigint): readonly (number | undefined)[] {
  const { N, r, p } = scryptCosts(operations, memory) ?? {};
  return [N, r, p];
}

function record(): Buffer {
  return Buffer.from(fixture('minisign.key').split('\n')[1] ?? '', 'base64');
}

function written(bytes: Buffer): string {
  return `untrusted comment: minisign secret key\n${bytes.toString('base64')}\n`;
}

/** The public half does not belong to the seed. */
function damaged(): string {
  const bytes = record();
  bytes[54 + 8 + 40] = (bytes[54 + 8 + 40] ?? 0) ^ 1;
  return written(bytes);
}

/** The fixture's key as minisign encrypts it, with the least costs. */
function sealed(password: string): string {
  const bytes = record();
  const salt = createHash('sha256').update('salt').digest();
  bytes.write('Sc', 2, 'latin1');
  salt.copy(bytes, 6);
  bytes.writeBigUInt64LE(32_768n, 38);
  bytes.writeBigUInt64LE(1_048_576n, 46);
  const inside = bytes.subarray(54);
  Buffer.from(blake2b(Buffer.concat([Buffer.from('Ed'), inside.subarray(0, 72)]), { dkLen: 32 })).copy(inside, 72);
  const stream = scryptSync(password, salt, 104, { N: 1024, r: 8, p: 1 });
  for (const [at, byte] of stream.entries()) inside[at] = (inside[at] ?? 0) ^ byte;
  return written(bytes);
}
