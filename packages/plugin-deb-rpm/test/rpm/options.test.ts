import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOf, refusalOf } from './rpm-package.ts';

describe('the options of an rpm', () => {
  it('have defaults', () => {
    const { codec, revision, prefix, group, autoRequires, systemd } = optionsOf();
    assert.deepEqual(
      { codec, revision, prefix, group, autoRequires, systemd },
      {
        codec: 'gzip',
        revision: '1',
        prefix: 'usr',
        group: 'Applications/System',
        autoRequires: true,
        systemd: { enable: false, start: false, restart: true },
      },
    );
  });

  for (const [what, written, said] of [
    ['an unknown key', { depends: ['x'] }, /depends|Unrecognized/],
    ['no relation', { requires: ['a >> 1'] }, /"a >> 1" is no relation/],
    ['a rich relation that is obsoleted', { obsoletes: ['(a or b)'] }, /is no relation/],
    ['a range that is provided', { provides: ['a >= 1'] }, /is no relation/],
    ['a revision with a hyphen', { revision: '1-2' }, /revision/],
    ['an epoch below zero', { epoch: -1 }, /epoch/],
    ['a level zstd has not', { codec: 'zstd', level: 20 }, /zstd has the levels 1 to 19/],
    ['a level of nothing', { codec: 'none', level: 1 }, /nothing is compressed/],
    ['a codec rpm has not', { codec: 'brotli' }, /codec/],
    ['a path that is not absolute', { ghosts: { 'var/log/x': {} } }, /Invalid key/],
    ['a path that leads up', { flags: { '/usr/../etc/x': ['doc'] } }, /Invalid key/],
    ['ghost as a flag', { flags: { '/x': ['ghost'] } }, /flags/],
    ['no capability', { capabilities: { '/usr/bin/x': 'all' } }, /no list of capabilities/],
    ['a shell before there is one', { scripts: { pretrans: '#!/bin/sh\n' } }, /only #!<lua>/],
    ['Windows line ends', { scripts: { post: '#!/bin/sh\r\necho\r\n' } }, /Windows line ends/],
    ['a script of another name', { scripts: { postinst: '#!/bin/sh\n' } }, /scripts/],
    ['a trigger for nothing', { triggers: [{ on: 'in', packages: [], script: '#!/bin/sh\n' }] }, /triggers/],
    ['arguments of a trigger', { triggers: [{ on: 'in', packages: ['a'], script: '#!/bin/sh -e\n' }] }, /no arguments/],
    ['a file trigger before an installation', { fileTriggers: [{ on: 'prein', paths: ['/usr'], script: '#!/bin/sh\n' }] }, /fileTriggers/],
    ['a changelog that is none', { changelog: '* yesterday\n- x' }, /changelog/],
    ['two lines of vendor', { vendor: 'a\nb' }, /more than one line/],
  ] as const) {
    it(`refuse ${what}`, () => assert.match(refusalOf(written), said));
  }

  describe('with files', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'rpm-options-'));
      writeFileSync(join(folder, 'post.sh'), '#!/bin/sh\necho\n');
      writeFileSync(join(folder, 'windows.sh'), '#!/bin/sh\r\necho\r\n');
    });
    after(() => rmSync(folder, { recursive: true }));

    it('read them', () => {
      assert.equal(optionsOf({ scripts: { post: 'post.sh' } }, folder).scripts.post, '#!/bin/sh\necho\n');
    });

    it('say which cannot be used', () => {
      assert.match(refusalOf({ scripts: { post: 'missing.sh' } }, folder), /scripts\.post: .*no such file/);
      assert.match(refusalOf({ scripts: { post: 'windows.sh' } }, folder), /scripts\.post: .*Windows line ends/);
      assert.match(refusalOf({ scripts: { post: '.' } }, folder), /scripts\.post: .*directory/);
    });
  });
});
