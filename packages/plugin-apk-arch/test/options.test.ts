import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apkFormat } from '../src/apk/format.ts';
import { archFormat } from '../src/archlinux/format.ts';
import { optionsOf } from './package.ts';

const REFUSED_BY_APK: readonly (readonly [written: unknown, message: RegExp])[] = [
  [{ depends: 'a >= 1.2 || b' }, /depends: "a >= 1\.2 \|\| b" is not allowed/],
  [{ depends: 'a>=1.2-rc.1' }, /is not allowed/],
  [{ depends: ['a\ndatahash = 0'] }, /is not allowed/],
  [{ provides: 'a>1' }, /is not allowed/],
  [{ conflicts: '!a' }, /is not allowed/],
  [{ revision: '1.1' }, /a revision is a number/],
  [{ keyName: '../../etc/passwd' }, /keyName/],
  [{ triggers: ['/usr/share'] }, /there is no script "trigger"/],
  [{ scripts: { trigger: '#!/bin/sh\n' } }, /nothing says when/],
  [{ scripts: { postInstall: '#!/bin/sh\r\n' } }, /Windows line ends/],
  [{ scripts: { postInstall: '#!/usr/bin/python3\n' } }, /does not name a shell/],
  [{ scripts: { postInstall: 'none.sh' } }, /there is no such file/],
  [{ scripts: { preinst: '#!/bin/sh\n' } }, /scripts/],
  [{ prefix: '/../up' }, /it is no absolute path/],
  [{ level: 13 }, /level/],
];

const REFUSED_BY_ARCH: readonly (readonly [written: unknown, message: RegExp])[] = [
  [{ depends: 'a | b' }, /is not allowed/],
  [{ optionalDepends: ['a b'] }, /is not allowed/],
  [{ optionalDepends: ['a: b\nc'] }, /is not allowed/],
  [{ provides: 'a>=1' }, /is not allowed/],
  [{ groups: ['a b'] }, /is not allowed/],
  [{ revision: '0' }, /a revision is a number/],
  [{ backup: ['etc/a'] }, /no absolute path/],
  [{ codec: 'zstd', level: 20 }, /zstd has the levels 1 to 19/],
  [{ codec: 'none', level: 1 }, /nothing is compressed/],
];

describe('options of apk', () => {
  for (const [written, message] of REFUSED_BY_APK) {
    it(`refuse ${JSON.stringify(written)}`, () => assert.throws(() => optionsOf(apkFormat, written), message));
  }

  it('take relations in a text or a list', () => {
    const { depends } = optionsOf(apkFormat, { depends: 'musl, so:libz.so.1>=1.2, !bad, /bin/sh' });
    assert.deepEqual(depends, ['musl', 'so:libz.so.1>=1.2', '!bad', '/bin/sh']);
  });
});

describe('options of archlinux', () => {
  for (const [written, message] of REFUSED_BY_ARCH) {
    it(`refuse ${JSON.stringify(written)}`, () => assert.throws(() => optionsOf(archFormat, written), message));
  }

  it('take sonames, epochs and reasons', () => {
    const { depends, optionalDepends } = optionsOf(archFormat, {
      depends: 'libz.so=1-64, git >= 1:2.0-3',
      optionalDepends: ['git:  to clone', 'jq'],
    });
    assert.deepEqual(depends, ['libz.so=1-64', 'git>=1:2.0-3']);
    assert.deepEqual(optionalDepends, ['git: to clone', 'jq']);
  });

  it('read scripts from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'apk-arch-options-'));
    writeFileSync(join(folder, 'post.sh'), '#!/bin/bash\ntrue');
    assert.equal(optionsOf(archFormat, { scripts: { postInstall: 'post.sh' } }, folder).scripts.postInstall, '#!/bin/bash\ntrue\n');
    rmSync(folder, { recursive: true });
  });
});
