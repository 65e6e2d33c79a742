import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KeyHandle } from '@provisioning-dist/core';
import { createCleartextMessage, createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { apt } from '../../src/apt/registry.ts';
import { yum } from '../../src/yum/registry.ts';
import { optionsOf as aptOptions } from '../apt/bench.ts';
import * as debs from '../apt/runner.ts';
import { optionsOf as yumOptions } from '../yum/bench.ts';
import * as rpms from '../yum/runner.ts';

/** Publishing beside somebody who can write the place and has no key; the signatures are real ones here. */

type Keys = (id: string) => KeyHandle;

const SIGNED_AT = new Date(1_700_000_000_000);

async function newKey(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKey({ type: 'ecc', curve: 'ed25519Legacy', userIDs: [{ name: 'acme' }], date: SIGNED_AT });
  const signingKeys = await readPrivateKey({ armoredKey: privateKey });
  const none = () => Promise.reject(new Error('a repository asks for OpenPGP alone'));
  return (id) => ({
    ...{ id, cms: none, raw: none },
    info: async () => ({ id: 'acme', algorithm: 'ed25519', publicKey: { ext: 'asc', bytes: Buffer.from(publicKey) } }),
    openpgp: async (data, { form = 'detached', armor = false } = {}) => {
      const bytes = Buffer.concat(data instanceof Uint8Array ? [data] : [...data]);
      if (form === 'clear') {
        const message = await createCleartextMessage({ text: bytes.toString('utf8').replace(/\n$/, '') });
        return Buffer.from((await sign({ message, signingKeys, date: SIGNED_AT })).replaceAll('\r', ''));
      }
      const common = { message: await createMessage({ binary: bytes }), signingKeys, detached: true, date: SIGNED_AT } as const;
      return armor ? Buffer.from(await sign(common)) : Buffer.from(await sign({ ...common, format: 'binary' }));
    },
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Another package in the state, and its digest in InRelease. */
function addToSuite(folder: string): void {
  const suite = join(folder, 'dists/stable');
  const text = readFileSync(join(suite, 'InRelease'), 'utf8');
  const [line = '', digest = '', path = ''] = /^ ([0-9a-f]{64}) +\d+ (provisioning-dist\/\S+)$/m.exec(text) ?? [];
  const place = join(suite, path, '../by-hash/SHA256');
  const lines = gunzipSync(readFileSync(join(place, digest)))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const evil = (lines.at(-1) ?? '').replaceAll('1.0.0', '6.6.6');
  const packed = gzipSync(`${[...lines, evil].join('\n')}\n`);
  writeFileSync(join(place, sha256(packed)), packed);
  writeFileSync(join(suite, 'InRelease'), text.replace(line, ` ${sha256(packed)} ${packed.length} ${path}`));
}

/** Other words in primary, and its digests in repomd.xml. */
function changePrimary(folder: string): void {
  const repomd = join(folder, 'repodata/repomd.xml');
  const text = readFileSync(repomd, 'utf8');
  const digest = /repodata\/([0-9a-f]{64})-primary\.xml\.gz/.exec(text)?.[1] ?? '';
  const list = gunzipSync(readFileSync(join(folder, `repodata/${digest}-primary.xml.gz`))).toString('utf8');
  const packed = gzipSync(list.replace(/<summary>[^<]*/, '<summary>EVIL'));
  writeFileSync(join(folder, `repodata/${sha256(packed)}-primary.xml.gz`), packed);
  writeFileSync(repomd, text.replaceAll(digest, sha256(packed)));
}

function changeDate(folder: string): void {
  const name = join(folder, 'dists/stable/InRelease');
  writeFileSync(name, readFileSync(name, 'utf8').replace(/^Date: .*$/m, 'Date: Wed, 01 Jan 2098 00:00:00 UTC'));
}

function unsign(folder: string): void {
  const name = join(folder, 'dists/stable/InRelease');
  writeFileSync(name, readFileSync(join(folder, 'dists/stable/Release')));
}

interface Run {
  readonly path: string;
  readonly folder: string;
  readonly key: Keys;
  readonly adopt?: boolean;
}

const registries = {
  apt: {
    jobOf: ({ path, adopt = false, ...run }: Run, version: string) => debs.jobOf({ ...run, options: aptOptions({ path, adopt }) }, { version }).job,
    ...{ preflight: apt.preflight, publish: apt.publish, verify: apt.verify },
    tampers: { 'a package added': addToSuite, 'another date': changeDate, 'no signature in InRelease': unsign },
  },
  yum: {
    jobOf: ({ path, adopt = false, ...run }: Run, version: string) => rpms.jobOf({ ...run, options: yumOptions({ path, adopt }) }, { version }).job,
    ...{ preflight: yum.preflight, publish: yum.publish, verify: yum.verify },
    tampers: { 'words changed': changePrimary },
  },
};

for (const [name, registry] of Object.entries(registries)) {
  describe(`a signed ${name} repository`, () => {
    // biome-ignore lint/suspicious/noExplicitAny: jobs of one registry or the other
    const { jobOf, preflight, publish, verify, tampers } = registry as any;
    let [path, folder] = ['', ''];
    let [key, other]: Keys[] = [];
    before(async () => {
      [key, other] = await Promise.all([newKey(), newKey()]);
    });
    beforeEach(async () => {
      [path, folder] = [mkdtempSync(join(tmpdir(), 'trust-')), mkdtempSync(join(tmpdir(), 'trust-packages-'))];
      await publish(jobOf({ path, folder, key }, '1.0.0'));
    });
    afterEach(() => {
      for (const one of [path, folder]) rmSync(one, { recursive: true });
    });

    /** Everything but the packages, which nobody is told of. */
    const content = (): readonly string[] =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((file) => statSync(join(path, file)).isFile() && !/\.(?:deb|rpm)$/.test(file))
        .sort()
        .map((file) => `${file} ${sha256(readFileSync(join(path, file)))}`);

    async function refused(run: Run): Promise<void> {
      const before = content();
      const code = 'repository-foreign-signature';
      const found: readonly { readonly code: string }[] = await preflight(jobOf(run, '1.1.0'));
      assert.deepEqual(
        found.map((each) => each.code),
        [code],
      );
      for (const version of ['1.0.0', '1.1.0']) await assert.rejects(publish(jobOf(run, version)), { code });
      assert.deepEqual(content(), before);
    }

    it('goes on under the same key', async () => {
      for (const version of ['1.1.0', '1.2.0']) {
        assert.deepEqual(await preflight(jobOf({ path, folder, key }, version)), []);
        await publish(jobOf({ path, folder, key }, version));
      }
      assert.deepEqual(await verify(jobOf({ path, folder, key }, '1.2.0')), []);
    });

    for (const [what, tamper] of Object.entries(tampers as Record<string, (folder: string) => void>)) {
      it(`is refused with ${what}`, async () => {
        tamper(path);
        await refused({ path, folder, key: key as Keys });
      });
    }

    it('is refused under another key', () => refused({ path, folder, key: other as Keys }));

    it('is adopted by another key', async () => {
      await publish(jobOf({ path, folder, key: other, adopt: true }, '1.1.0'));
      await publish(jobOf({ path, folder, key: other }, '1.2.0'));
      assert.deepEqual(await verify(jobOf({ path, folder, key: other }, '1.2.0')), []);
      await refused({ path, folder, key: key as Keys });
    });
  });
}
