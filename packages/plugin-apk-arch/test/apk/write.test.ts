import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, generateKeyPairSync, privateEncrypt, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { KeyHandle } from '@provisioning-dist/core';
import { apkFormat } from '../../src/apk/format.ts';
import { readApk } from '../../src/apk/read.ts';
import { directory, distribution, file, makePackage, RELEASE, sampleEntries, sorted, sourceOf, symlink } from '../package.ts';

/** RFC 8017, 9.2: DigestInfo of SHA-256. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function keyOf(algorithm = 'rsa2048'): KeyHandle {
  const unused = () => Promise.reject(new Error('no apk asks for that'));
  return {
    id: 'alpine',
    info: async () => ({ id: 'alpine', algorithm }),
    openpgp: unused,
    cms: unused,
    raw: async (digest) => privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA256_INFO, digest])),
  };
}

/** The gzip members and what is in them; those before the data are stored, in one block here. */
function segments(apk: Buffer, count: number): readonly { readonly packed: Buffer; readonly plain: Buffer }[] {
  const all: { packed: Buffer; plain: Buffer }[] = [];
  let at = 0;
  for (let index = 1; index < count; index++) {
    const length = 10 + 5 + apk.readUInt16LE(at + 11) + 8;
    all.push({ packed: apk.subarray(at, at + length), plain: apk.subarray(at + 15, at + length - 8) });
    at += length;
  }
  return [...all, { packed: apk.subarray(at), plain: inflateRawSync(apk.subarray(at + 10)) }];
}

async function infoOf(making: Parameters<typeof makePackage>[1]): Promise<string> {
  const [control] = segments(await makePackage(apkFormat, making), 2);
  const plain = control?.plain ?? Buffer.alloc(0);
  return plain.toString('utf8', 512, 512 + Number.parseInt(plain.toString('latin1', 124, 135), 8));
}

describe('an apk', () => {
  it('says what it is', async () => {
    const info = await infoOf({
      options: {
        depends: 'so:libc.musl-x86_64.so.1, cmd:git>=2',
        conflicts: 'other',
        triggers: ['/usr/share/acme/*'],
        scripts: { trigger: '#!/bin/sh\n' },
      },
    });
    assert.equal(
      info.replace(/^datahash = [0-9a-f]{64}\n$/m, ''),
      [
        'pkgname = acme',
        'pkgver = 1.2.3-r0',
        'pkgdesc = Tool that does things',
        'url = https://acme.example',
        'builddate = 1709209810',
        'packager = Jane Doe <jane@acme.example>',
        'size = 200056',
        'arch = x86_64',
        'origin = acme',
        'maintainer = Jane Doe <jane@acme.example>',
        'license = MIT',
        'triggers = /usr/share/acme/*',
        'depend = so:libc.musl-x86_64.so.1',
        'depend = cmd:git>=2',
        'depend = /bin/sh',
        'depend = !other',
        'provides = cmd:ac=1.2.3-r0',
        'provides = cmd:acme=1.2.3-r0',
        '',
      ].join('\n'),
    );
  });

  it('tells the digest of its data', async () => {
    const apk = await makePackage(apkFormat);
    const [control, data] = segments(apk, 2);
    const expected = createHash('sha256')
      .update(data?.packed ?? '')
      .digest('hex');
    assert.ok(control?.plain.includes(`datahash = ${expected}\n`));
  });

  it('holds a checksum for each file', async () => {
    const apk = await makePackage(apkFormat, { entries: [file('bin/a', 'abc')] });
    const [, data] = segments(apk, 2);
    // FIPS 180-2, A.1
    assert.ok(data?.plain.includes('68 APK-TOOLS.checksum.SHA1=a9993e364706816aba3e25717850c26c9cd0d89d\n'));
  });

  it('signs its control segment', async () => {
    const apk = await makePackage(apkFormat, { options: { sign: 'alpine' }, job: { key: () => keyOf() } });
    const [signature, control, data] = segments(apk, 3);
    assert.equal(signature?.plain.toString('utf8', 0, 43), '.SIGN.RSA256.jane@acme.example.rsa.pub\0\0\0\0\0');
    assert.equal(signature?.plain.length, 1024);
    assert.ok(
      verify('sha256', control?.packed ?? Buffer.alloc(0), createPublicKey(privateKey), signature?.plain.subarray(512, 768) ?? Buffer.alloc(0)),
    );
    assert.ok(
      control?.plain.includes(
        createHash('sha256')
          .update(data?.packed ?? '')
          .digest('hex'),
      ),
    );
  });

  it('refuses keys that are not RSA', async () => {
    const making = { options: { sign: 'alpine' }, job: { key: () => keyOf('ed25519') } };
    await assert.rejects(makePackage(apkFormat, making), { code: 'apk-key' });
  });

  it('refuses signatures of another length', async () => {
    const making = { options: { sign: 'alpine' }, job: { key: () => keyOf('rsa4096') } };
    await assert.rejects(makePackage(apkFormat, making), { code: 'apk-key' });
  });

  it('needs a name for its key', async () => {
    const making = { options: { sign: 'alpine', maintainer: 'nobody' }, job: { key: () => keyOf() } };
    await assert.rejects(makePackage(apkFormat, making), { code: 'apk-key-name' });
  });

  it('lets variants take each other’s place', async () => {
    const info = await infoOf({ job: { cell: { platform: undefined, variant: 'complete', variants: ['minimal', 'complete'], package: 'acme' } } });
    assert.match(info, /^pkgname = acme-complete$/m);
    assert.match(info, /^arch = noarch$/m);
    assert.doesNotMatch(info, /^depend/m);
    assert.match(info, /^provides = acme=1\.2\.3-r0$/m);
    assert.match(info, /^replaces = acme$/m);
  });

  it('keeps what is written in one field', async () => {
    const info = await infoOf({ job: { release: { ...RELEASE, description: 'Tool\npkgname = evil\u0000' } } });
    assert.match(info, /^pkgdesc = Tool pkgname = evil$/m);
  });

  for (const path of ['.PKGINFO', 'share/a\nR:b', '../up']) {
    it(`refuses ${JSON.stringify(path)}`, async () => {
      const entry = file(path, '', { role: 'data' });
      await assert.rejects(makePackage(apkFormat, { entries: [entry], options: { paths: { data: '/' } } }), { code: 'apk-path' });
    });
  }

  it('refuses two entries at one place', async () => {
    await assert.rejects(makePackage(apkFormat, { entries: [file('bin/a'), file('usr/bin/a')] }), { code: 'apk-path-taken' });
  });

  it('refuses a file above another', async () => {
    await assert.rejects(makePackage(apkFormat, { entries: [file('bin'), file('usr/bin/a')] }), { code: 'apk-path-taken' });
  });
});

describe('the reader of apks', () => {
  async function codes(change: (apk: Buffer) => Buffer, entries = sampleEntries()): Promise<readonly string[]> {
    const apk = change(await makePackage(apkFormat));
    const findings = await readApk(sourceOf(apk, 'acme.apk'), distribution(entries));
    return [...new Set(findings.map(({ code }) => code))];
  }

  it('finds nothing but the missing signature', async () => {
    assert.deepEqual(await codes((apk) => apk), ['apk-unsigned']);
  });

  it('finds data that is not what was described', async () => {
    const replaced = (apk: Buffer): Buffer => {
      const copy = Buffer.from(apk);
      const at = copy.indexOf('datahash = ') + 11;
      copy.write('0'.repeat(64), at);
      return copy;
    };
    assert.deepEqual(await codes(replaced), ['apk-unsigned', 'apk-datahash']);
  });

  it('finds what is missing, extra and different', async () => {
    const entries = sorted([
      ...sampleEntries().filter(({ path }) => path !== 'README.md' && path !== 'bin/ac' && path !== 'etc/acme'),
      symlink('bin/ac', 'other', { role: 'binary' }),
      directory('etc/acme', { mode: 0o700 }),
      file('share/acme/new'),
    ]);
    assert.deepEqual(await codes((apk) => apk, entries), ['apk-unsigned', 'apk-different', 'apk-missing', 'apk-extra']);
  });

  it('finds one that is cut', async () => {
    assert.deepEqual(await codes((apk) => apk.subarray(0, apk.length - 100)), ['apk-unreadable']);
  });

  it('finds what is no apk', async () => {
    assert.deepEqual(await codes(() => Buffer.from('ADB.')), ['apk-unreadable']);
  });
});
