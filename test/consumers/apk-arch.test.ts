import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cell, Entry, KeyHandle } from '@provisioning-dist/core';
import { before, describe, it } from 'mocha';
import { apkFormat } from '../../packages/plugin-apk-arch/src/apk/format.ts';
import { archFormat } from '../../packages/plugin-apk-arch/src/archlinux/format.ts';
import { archVersion } from '../../packages/plugin-apk-arch/src/archlinux/version.ts';
import { AMD64, DATE, file, RELEASE, sampleEntries, sorted, symlink, writePackage } from '../../packages/plugin-apk-arch/test/package.ts';
import { needs, run, temporaryFolder } from './tools.ts';

/** With a link that no header holds, and a file of several segments. */
const ENTRIES: readonly Entry[] = sorted([
  ...sampleEntries(),
  file('share/acme/large', Buffer.alloc(2_500_000, 'machine code ')),
  symlink('share/acme/link', `${'x/../'.repeat(40)}large`),
]);

const EXTENSIONS = { zstd: '.zst', xz: '.xz', gzip: '.gz', none: '' } as const;

describe('packages for Arch and pacman', () => {
  needs('pacman');
  const folder = temporaryFolder();

  for (const [codec, ext] of Object.entries(EXTENSIONS)) {
    describe(`of ${codec}`, () => {
      let path = '';
      before('makes one', async () => {
        path = join(folder(), `acme-${codec}.pkg.tar${ext}`);
        await writePackage(archFormat, { entries: ENTRIES, options: { codec, epoch: 2, depends: 'glibc>=2.17', groups: ['tools'] } }, path);
      });

      it('tell their fields', () => {
        const lines = run('pacman', ['-Qip', path], folder()).split('\n');
        const fields = Object.fromEntries(lines.map((line) => line.split(/ +: /)));
        assert.equal(fields.Name, 'acme');
        assert.equal(fields.Version, '2:1.2.3-1');
        assert.equal(fields.Architecture, 'x86_64');
        assert.equal(fields['Depends On'], 'glibc>=2.17');
        assert.equal(fields.Groups, 'tools');
        assert.equal(fields['Build Date'], 'Thu Feb 29 12:30:10 2024');
      });
    });
  }

  describe('in a root of its own', () => {
    let pacman: (...args: readonly string[]) => string = () => '';
    const root = (): string => join(folder(), 'root');

    before('makes the root', function () {
      if (process.getuid?.() !== 0 && process.env.CI) throw new Error('Cannot run these tests: they need root');
      if (process.getuid?.() !== 0) this.skip();
      mkdirSync(join(root(), 'var/lib/pacman'), { recursive: true });
      writeFileSync(join(folder(), 'pacman.conf'), '[options]\nArchitecture = x86_64\nSigLevel = Never\nLocalFileSigLevel = Never\n');
      const places = ['--root', root(), '--dbpath', join(root(), 'var/lib/pacman'), '--config', join(folder(), 'pacman.conf')];
      const quiet = ['--cachedir', folder(), '--hookdir', folder(), '--logfile', '/dev/null', '--noconfirm', '--noscriptlet'];

      pacman = (...args) => run('pacman', [...places, ...(args[0]?.startsWith('-Q') ? [] : quiet), ...args], folder(), 'C.UTF-8');
    });

    async function made(version: string, entries: readonly Entry[] = ENTRIES): Promise<string> {
      const path = join(folder(), `acme-${version}.pkg.tar.zst`);
      await writePackage(archFormat, { entries, job: { release: { ...RELEASE, version } } }, path);
      return path;
    }

    it('install what they hold', async () => {
      pacman('-U', await made('1.2.3-rc.1'));
      assert.match(pacman('-Qkk'), /^acme: 23 total files, 0 altered files$/m);
      assert.equal(readlinkSync(join(root(), 'usr/share/acme/link')), `${'x/../'.repeat(40)}large`);
      assert.equal(lstatSync(join(root(), 'usr/bin/acme')).mtimeMs, DATE * 1000);
      assert.equal(lstatSync(join(root(), 'etc/acme')).mode & 0o7777, 0o750);
    });

    it('keep what the user changed', async () => {
      const config = join(root(), 'etc/acme/acme.toml');
      writeFileSync(config, 'level = 9\n');
      const entries = ENTRIES.map((entry) => (entry.path === 'etc/acme/acme.toml' ? file(entry.path, 'level = 2\n', entry) : entry));
      const path = await made('1.2.3', entries);
      pacman('-U', path);
      assert.equal(readFileSync(config, 'utf8'), 'level = 9\n');
      assert.equal(readFileSync(`${config}.pacnew`, 'utf8'), 'level = 2\n');
      assert.match(pacman('-Q'), /^acme 1\.2\.3-1$/m);
    });

    it('are there in one variant at a time', async () => {
      const cell = (variant: string): Cell => ({ platform: AMD64, variant, variants: ['complete', 'minimal'], package: 'acme' });
      const path = join(folder(), 'acme-minimal-1.2.3.pkg.tar.zst');
      await writePackage(archFormat, { entries: ENTRIES, job: { cell: cell('minimal') } }, path);
      assert.throws(() => pacman('-U', path), /unresolvable package conflicts detected/);
      pacman('--ask', '4', '-U', path);
      assert.match(pacman('-Q'), /^acme-minimal 1\.2\.3-1\n$/);
      pacman('-R', 'acme-minimal');
      pacman('-U', await made('1.2.3'));
    });

    it('are removed without a rest', () => {
      pacman('-R', 'acme');
      assert.throws(() => lstatSync(join(root(), 'usr/bin/acme')), { code: 'ENOENT' });
    });
  });
});

describe('scripts of packages for Arch and bash', () => {
  needs('bash', 'bsdtar');
  const folder = temporaryFolder();

  it('end nothing but themselves', async () => {
    const path = join(folder(), 'acme.pkg.tar.zst');
    const scripts = {
      postInstall: '#!/bin/sh -e\necho "new $1"\nexit 0\n',
      postUpgrade: '#!/bin/sh\ncd /\necho "from $2 to $1"\n',
      preRemove: '#!/bin/sh',
    };
    await writePackage(archFormat, { options: { scripts } }, path);
    run('bsdtar', ['-xf', path, '.INSTALL'], folder());
    const calls = '. ./.INSTALL; post_install 2-1; post_upgrade 2-1 1-1; pre_remove 2-1; echo "$PWD"';
    assert.equal(run('bash', ['-c', calls], folder()), `new 2-1\nfrom 1-1 to 2-1\n${folder()}\n`);
  });
});

/** libalpm's own comparison of each version with the next. */
const COMPARE = `
import ctypes, ctypes.util, glob, json, sys
alpm = ctypes.CDLL(ctypes.util.find_library('alpm'))
versions = sys.argv[1:]
print(json.dumps([alpm.alpm_pkg_vercmp(a.encode(), b.encode()) for a, b in zip(versions, versions[1:])]))
`;

describe('versions of packages for Arch and libalpm', () => {
  needs('pacman', 'python3');
  const folder = temporaryFolder();

  it('sort as semver has it', () => {
    const chain = ['1.0.0-0', '1.0.0-7', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0-rc.2', '1.0.0'];
    const all = [...chain, '1.0.1-snapshot.3.gabcdef0', '1.0.1', '1.10.0'].map((version) => archVersion(version, { revision: '1' }));
    const signs = JSON.parse(run('python3', ['-c', COMPARE, ...all, '1:0.1.0-1'], folder())) as readonly number[];
    assert.deepEqual(signs, Array(all.length).fill(-1));
  });
});

describe('packages for Arch and libarchive', () => {
  needs('bsdtar');
  const folder = temporaryFolder();

  it('hold the mtree libarchive would write', async () => {
    const path = join(folder(), 'acme.pkg.tar.zst');
    await writePackage(archFormat, { entries: ENTRIES }, path);
    const options = '--options=!all,type,mode,size,link,md5,sha256';
    const theirs = run('bsdtar', ['-cf', '-', '--format=mtree', options, `@${path}`], folder(), 'C.UTF-8');
    const ours = gunzipSync(execFileSync('bsdtar', ['-xOf', path, '.MTREE'])).toString();
    const { './.MTREE': own, ...listed } = mtreeOf(theirs);
    assert.match(own ?? '', /type=file/);
    assert.deepEqual(mtreeOf(ours), listed);
  });
});

/** Sorted words of each path, with what "/set" says for all and without times. */
function mtreeOf(text: string): Readonly<Record<string, string>> {
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const entries = lines.filter((line) => line.startsWith('./')).map((line) => line.trim().split(/ +/));
  return Object.fromEntries(
    entries.map(([path = '', ...words]) => {
      const values = { type: 'file', mode: '644', ...Object.fromEntries(words.map((word) => word.split('='))) };
      delete values.time;
      return [
        path,
        Object.entries(values)
          .map(([key, value]) => `${key}=${value}`)
          .toSorted()
          .join(' '),
      ];
    }),
  );
}

/** zlib's members, tarfile's entries, and every digest made anew. */
const PYTHON = `
import hashlib, io, json, sys, tarfile, zlib
data = open(sys.argv[1], 'rb').read()
segments, at = [], 0
while at < len(data):
    z = zlib.decompressobj(31)
    plain = z.decompress(data[at:])
    assert z.eof
    end = len(data) - len(z.unused_data)
    segments.append((data[at:end], plain))
    at = end
def tar(plain, end):
    return tarfile.open(fileobj=io.BytesIO(plain + (b'' if end else b'\\0' * 1024)))
def text(index, name):
    t = tar(segments[index][1], False)
    return t.extractfile(name).read()
signature = tar(segments[0][1], False).getnames()
open(sys.argv[1] + '.sig', 'wb').write(text(0, signature[0]))
open(sys.argv[1] + '.control', 'wb').write(segments[1][0])
info = text(1, '.PKGINFO').decode()
assert 'datahash = ' + hashlib.sha256(segments[2][0]).hexdigest() + '\\n' in info
t = tar(segments[2][1], True)
for m in t:
    sum = m.pax_headers.get('APK-TOOLS.checksum.SHA1')
    if m.isfile(): assert sum == hashlib.sha1(t.extractfile(m).read()).hexdigest(), m.name
    elif m.issym(): assert sum == hashlib.sha1(m.linkname.encode()).hexdigest(), m.name
    else: assert sum is None
print(json.dumps([signature, tar(segments[1][1], False).getnames(), [[m.name, oct(m.mode), m.mtime, m.linkname or m.size, m.uname, m.gname] for m in t]]))
`;

describe('apks and Python', () => {
  needs('python3', 'openssl');
  const folder = temporaryFolder();

  it('agree on every segment', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const apk = join(folder(), 'acme.apk');
    const options = { sign: 'alpine', scripts: { postInstall: '#!/bin/sh\ntrue\n' } };
    const entries = [...ENTRIES, file('var/lib/acme', 'x', { owner: 'acme', group: 'adm' })];
    await writePackage(apkFormat, { entries: sorted(entries), options, job: { key: () => rsaKey(privateKey) } }, apk);
    const [signature, control, data] = JSON.parse(run('python3', ['-c', PYTHON, apk], folder(), 'C.UTF-8')) as [string[], string[], unknown[][]];
    assert.deepEqual(signature, ['.SIGN.RSA256.jane@acme.example.rsa.pub']);
    assert.deepEqual(control, ['.PKGINFO', '.post-install']);
    assert.deepEqual(
      data.filter(([name]) => ['etc/acme/acme.toml', 'usr/share/acme/link', 'var/lib/acme'].includes(`${name}`)),
      [
        ['etc/acme/acme.toml', '0o640', DATE, 10, 'root', 'root'],
        ['usr/share/acme/link', '0o777', DATE, `${'x/../'.repeat(40)}large`, 'root', 'root'],
        ['var/lib/acme', '0o644', DATE, 1, 'acme', 'adm'],
      ],
    );
    writeFileSync(join(folder(), 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const verified = run('openssl', ['dgst', '-sha256', '-verify', 'key.pub', '-signature', 'acme.apk.sig', 'acme.apk.control'], folder());
    assert.equal(verified, 'Verified OK\n');
  });
});

/** RFC 8017, 9.2: DigestInfo of SHA-256. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function rsaKey(key: ReturnType<typeof generateKeyPairSync>['privateKey']): KeyHandle {
  const unused = () => Promise.reject(new Error('no apk asks for that'));
  return {
    id: 'alpine',
    info: async () => ({ id: 'alpine', algorithm: 'rsa2048' }),
    openpgp: unused,
    cms: unused,
    raw: async (digest) => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA256_INFO, digest])),
  };
}
