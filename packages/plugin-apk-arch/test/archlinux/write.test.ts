import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { archFormat } from '../../src/archlinux/format.ts';
import { readArch } from '../../src/archlinux/read.ts';
import { AMD64, DATE, distribution, file, formatJob, type Making, makePackage, RELEASE, sampleEntries, sorted, sourceOf } from '../package.ts';

/** Content of a member of a tar archive that is not compressed: POSIX's name at 0, its size at 124. */
function member(tar: Buffer, name: string): Buffer {
  for (let at = 0; at + 512 <= tar.length; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) || 0;
    const content = tar.subarray(at + 512, at + 512 + size);
    if (tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '') === name) return content;
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`no ${name}`);
}

async function memberOf(name: string, { options = {}, ...making }: Making = {}): Promise<string> {
  return member(await makePackage(archFormat, { ...making, options: { codec: 'none', ...options } }), name).toString();
}

describe('a package for pacman', () => {
  it('says what it is', async () => {
    const options = {
      groups: ['tools'],
      depends: 'glibc >= 2.17',
      optionalDepends: ['git: to clone'],
      provides: 'acme-api=3',
      license: ['MIT', 'ISC'],
    };
    assert.equal(
      await memberOf('.PKGINFO', { options }),
      [
        'pkgname = acme',
        'pkgbase = acme',
        'pkgver = 1.2.3-1',
        'pkgdesc = Tool that does things',
        'url = https://acme.example',
        'builddate = 1709209810',
        'packager = Jane Doe <jane@acme.example>',
        'size = 200056',
        'arch = x86_64',
        'license = MIT',
        'license = ISC',
        'group = tools',
        'provides = acme-api=3',
        'backup = etc/acme/acme.toml',
        'depend = glibc>=2.17',
        'optdepend = git: to clone',
        '',
      ].join('\n'),
    );
  });

  it('lists what it holds', async () => {
    const tar = await makePackage(archFormat, { entries: [file('bin/a b=é', 'abc')], options: { codec: 'none' } });
    const lines = gunzipSync(member(tar, '.MTREE')).toString().split('\n');
    assert.deepEqual(lines.slice(0, 2), ['#mtree', '/set type=file uid=0 gid=0 mode=644']);
    assert.match(lines[2] ?? '', /^\.\/\.PKGINFO time=1709209810\.0 size=\d+ md5digest=/);
    // RFC 1321, A.5 and FIPS 180-2, B.1
    assert.deepEqual(lines.slice(3), [
      './usr time=1709209810.0 mode=755 type=dir',
      './usr/bin time=1709209810.0 mode=755 type=dir',
      './usr/bin/a\\040b\\075\\303\\251 time=1709209810.0 size=3 md5digest=900150983cd24fb0d6963f7d28e17f72 sha256digest=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      '',
    ]);
  });

  it('runs each script in a shell of its own', async () => {
    const scripts = { postInstall: '#!/bin/sh -e\necho "$1"\nexit 0', preRemove: '#!/bin/bash\nfalse\n' };
    assert.equal(
      await memberOf('.INSTALL', { options: { scripts } }),
      'post_install() (\nset -e\n:\necho "$1"\nexit 0\n)\n\npre_remove() (\n:\nfalse\n)\n',
    );
  });

  it('is named without its epoch', () => {
    const { release, options, cell } = formatJob(archFormat, { options: { epoch: 2, codec: 'xz' } });
    assert.equal(archFormat.name?.({ release, options, cell, ext: '', defaultName: '' }), 'acme-1.2.3-1-x86_64.pkg.tar.xz');
  });

  for (const [cpu, arch] of Object.entries({ amd64: 'x86_64', arm64: 'aarch64', armv7: 'armv7h', 386: 'i686' })) {
    it(`calls ${cpu} ${arch}`, async () => {
      const cell = { platform: { ...AMD64, cpu }, variant: undefined, variants: [], package: 'acme' };
      assert.match(await memberOf('.PKGINFO', { job: { cell } }), new RegExp(`^arch = ${arch}$`, 'm'));
    });
  }

  it('refuses processors Arch does not know', async () => {
    const cell = { platform: { ...AMD64, cpu: 's390x' }, variant: undefined, variants: [], package: 'acme' };
    await assert.rejects(makePackage(archFormat, { job: { cell } }), { code: 'archlinux-architecture' });
  });

  it('lets variants exclude each other', async () => {
    const info = await memberOf('.PKGINFO', {
      job: { cell: { platform: undefined, variant: 'complete', variants: ['minimal', 'complete'], package: 'acme' } },
    });
    assert.match(info, /^pkgname = acme-complete\npkgbase = acme$/m);
    assert.match(info, /^arch = any$/m);
    assert.match(info, /^conflict = acme$/m);
    assert.match(info, /^provides = acme=1\.2\.3-1$/m);
    assert.doesNotMatch(info, /^replaces/m);
  });

  it('puts nothing behind links of the system', async () => {
    const tar = await makePackage(archFormat, { entries: [file('sbin/acmed', 'x', { mode: 0o755, role: 'binary' })], options: { codec: 'none' } });
    assert.equal(member(tar, 'usr/bin/acmed').toString(), 'x');
  });

  it('refuses owners pacman cannot name', async () => {
    await assert.rejects(makePackage(archFormat, { entries: [file('var/a', '', { owner: 'acme' })] }), { code: 'archlinux-owner' });
  });

  it('refuses to keep what it does not hold', async () => {
    await assert.rejects(makePackage(archFormat, { options: { backup: ['/opt/none'] } }), { code: 'archlinux-backup' });
  });

  it('refuses names pacman cannot hold', async () => {
    const cell = { platform: AMD64, variant: undefined, variants: [], package: '-acme' };
    await assert.rejects(makePackage(archFormat, { job: { cell } }), { code: 'archlinux-name' });
  });

  it('keeps what is written in one field', async () => {
    const info = await memberOf('.PKGINFO', { job: { release: { ...RELEASE, homepage: 'https://acme.example\npkgname = evil' } } });
    assert.match(info, /^url = https:\/\/acme\.example pkgname = evil$/m);
  });
});

describe('the reader of packages for pacman', () => {
  async function codes(change: (tar: Buffer) => Buffer, entries = sampleEntries()): Promise<readonly string[]> {
    const tar = change(Buffer.from(await makePackage(archFormat, { options: { codec: 'none' } })));
    const view = { options: formatJob(archFormat, {}).options, date: DATE };
    const findings = await readArch(sourceOf(tar, 'acme.pkg.tar'), distribution(entries), view);
    return [...new Set(findings.map(({ code }) => code))];
  }

  it('finds nothing in what was made', async () => {
    assert.deepEqual(await codes((tar) => tar), []);
  });

  it('finds content that is not what was listed', async () => {
    const changed = (tar: Buffer): Buffer => {
      tar.write('level = 2', tar.indexOf('level = 1'));
      return tar;
    };
    assert.deepEqual(await codes(changed), ['archlinux-mtree', 'archlinux-different']);
  });

  it('finds a wrong field', async () => {
    const changed = (tar: Buffer): Buffer => {
      tar.write('pkgver = 1.2-3.1', tar.indexOf('pkgver = 1.2.3-1'));
      tar.write('size = 200057', tar.indexOf('size = 200056'));
      return tar;
    };
    assert.deepEqual(await codes(changed), ['archlinux-size', 'archlinux-mtree']);
  });

  it('finds what is missing and extra', async () => {
    const entries = sorted([...sampleEntries().filter(({ path }) => path !== 'README.md'), file('share/acme/new')]);
    assert.deepEqual(await codes((tar) => tar, entries), ['archlinux-missing', 'archlinux-extra']);
  });

  it('finds one that is cut', async () => {
    assert.deepEqual(await codes((tar) => tar.subarray(0, 3000)), ['archlinux-unreadable']);
  });
});
