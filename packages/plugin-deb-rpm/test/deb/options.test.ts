import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { optionsOf, parseOptions } from '../package.ts';

function messages(written: unknown, root?: string): string {
  const parsed = parseOptions(written, root);
  return parsed.success ? '' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

describe('options of debs', () => {
  it('have defaults', () => {
    const { section, priority, revision, codec, prefix, systemd, depends } = optionsOf();
    assert.deepEqual(
      { section, priority, revision, codec, prefix, systemd, depends },
      {
        section: 'utils',
        priority: 'optional',
        revision: '1',
        codec: 'gzip',
        prefix: 'usr',
        systemd: { enable: true, start: true, restart: true },
        depends: [],
      },
    );
  });

  it('take relations as list or text', () => {
    assert.deepEqual(optionsOf({ depends: 'libc6(>=2.34), adduser' }).depends, ['libc6 (>= 2.34)', 'adduser']);
    assert.deepEqual(optionsOf({ depends: ['libc6(>=2.34)', 'adduser'] }).depends, ['libc6 (>= 2.34)', 'adduser']);
  });

  it('take capabilities as setcap does', () => {
    const capabilities = { '/usr/bin/a': 'cap_chown=p', '/usr/bin/b': 'cap_net_bind_service,cap_net_raw=+ep', '/usr/bin/c': 'cap_chown+eip' };
    assert.deepEqual(optionsOf({ capabilities }).capabilities, capabilities);
  });

  it('take a number as revision', () => assert.equal(optionsOf({ revision: 2 }).revision, '2'));

  for (const wrong of [
    { dependss: [] },
    { depends: ['libc6 > 2'] },
    { conflicts: ['a1 | b2'] },
    { provides: ['mail (>= 1)'] },
    { section: 'My Section' },
    { priority: 'high' },
    { revision: '1-2' },
    { revision: '' },
    { epoch: -1 },
    { epoch: 2 ** 31 },
    { maintainer: 'a\nb' },
    { fields: { depends: 'x' } },
    { fields: { 'X y': 'x' } },
    { fields: { '-X': 'x' } },
    { fields: { X: 'a\nEvil: yes' } },
    { fields: { X: 'a\n\n b' } },
    { prefix: 'usr' },
    { prefix: '/usr/../etc' },
    { paths: { binary: '../x' } },
    { paths: { nothing: '/usr' } },
    { conffiles: ['etc/x'] },
    { conffiles: ['/etc/a b'] },
    { conffiles: ['/etc/../x'] },
    { capabilities: { '/usr/bin/x': 'all; rm -rf /' } },
    { triggers: { interest: ['a b'] } },
    { triggers: { interested: ['a'] } },
    { codec: 'bzip2' },
    { codec: 'gzip', level: 13 },
    { codec: 'xz', level: 10 },
    { codec: 'zstd', level: 20 },
    { codec: 'none', level: 1 },
    { scripts: { postinst: '#!/bin/sh\r\n' } },
    { scripts: { afterInstall: '#!/bin/sh\n' } },
    { changelog: 'no changelog\n' },
    { lintianOverrides: ['a\nb'] },
  ]) {
    it(`refuse ${JSON.stringify(wrong)}`, () => assert.equal(parseOptions(wrong).success, false));
  }

  describe('that are files', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'deb-options-'));
      writeFileSync(join(folder, 'good'), '#!/bin/sh\ntrue\n');
      writeFileSync(join(folder, 'windows'), '#!/bin/sh\r\ntrue\r\n');
      writeFileSync(join(folder, 'plain'), 'true\n');
      writeFileSync(join(folder, 'bytes'), Buffer.from('#!/bin/sh\n\xff\n', 'latin1'));
      mkdirSync(join(folder, 'folder'));
      chmodSync(join(folder, 'good'), 0o644);
    });
    after(() => rmSync(folder, { recursive: true }));

    it('are read', () => assert.equal(optionsOf({ scripts: { postinst: 'good' } }, folder).scripts.postinst, '#!/bin/sh\ntrue\n'));

    for (const [name, found] of [
      ['none', /scripts\.postinst: .*no such file/],
      ['good/x', /no such file/],
      ['folder', /directory/],
      ['windows', /Windows line ends/],
      ['plain', /does not begin with/],
      ['bytes', /not valid UTF-8/],
    ] as const) {
      it(`refuse ${name}`, () => assert.match(messages({ scripts: { postinst: name } }, folder), found));
    }
  });
});
