import assert from 'node:assert/strict';
import type { Entry } from '@provisioning-dist/core';
import { missingParents } from '../../src/rpm/directories.ts';
import { fileFields, filesOf } from '../../src/rpm/files.ts';
import { placeEntries } from '../../src/rpm/place.ts';
import { TAG } from '../../src/rpm/tags.ts';
import { codeOf, directory, file, optionsOf, sorted, symlink } from './rpm-package.ts';

const RULES = { package: 'acme', prefix: 'usr', paths: {} };
const placed = (...entries: readonly Entry[]) => placeEntries(sorted(entries), RULES);
const paths = (...entries: readonly Entry[]): readonly string[] => placed(...entries).map(({ member }) => member.path);
const listed = (entries: readonly Entry[], options: object = {}) => filesOf(placed(...entries), optionsOf(options));

describe('the places of entries', () => {
  it('are those of every package but licenses and zsh', () => {
    assert.deepEqual(
      paths(
        file('LICENSE', '', { role: 'license' }),
        file('README', '', { role: 'doc' }),
        file('_acme', '', { role: 'completion' }),
        file('acme', '', { role: 'binary' }),
        file('share/licenses/other/COPYING', '', { role: 'license' }),
        file('acme.service', '', { role: 'service' }),
      ),
      [
        'usr/bin/acme',
        'usr/lib/systemd/system/acme.service',
        'usr/share/doc/acme/README',
        'usr/share/licenses/acme/COPYING',
        'usr/share/licenses/acme/LICENSE',
        'usr/share/zsh/site-functions/_acme',
      ],
    );
  });

  it('keep what links lead to', () => {
    const [link] = placed(file('README', '', { role: 'doc' }), symlink('bin/readme', '../README', { role: 'doc' })).filter(
      ({ member }) => member.type === 'symlink',
    );
    assert.deepEqual(link?.member.type === 'symlink' && [link.member.path, link.member.target], ['usr/bin/readme', '../share/doc/acme/README']);
  });

  it('are taken once', () => {
    assert.equal(
      codeOf(() => paths(file('bin/acme', '', { role: 'binary' }), file('acme', '', { role: 'binary' }))),
      'rpm-path-taken',
    );
    assert.equal(
      codeOf(() => paths(file('share/a'), file('share/a/b'))),
      'rpm-path-taken',
    );
    assert.equal(
      codeOf(() => paths(symlink('share/a', 'b'), file('share/a/b'))),
      'rpm-path-taken',
    );
  });

  it('refuse what leads out or cannot be listed', () => {
    assert.equal(
      codeOf(() => paths(file('share/a\nb'))),
      'rpm-path',
    );
    assert.equal(
      codeOf(() => paths(symlink('share/a', 'b\rc'))),
      'rpm-path',
    );
    assert.equal(
      codeOf(() => paths(symlink('link', '../../etc/passwd'))),
      'rpm-path',
    );
  });
});

describe('the folders of a package', () => {
  it('are owned when nobody else has them', () => {
    const members = [
      file('usr/share/acme/a/b'),
      file('etc/acme/conf'),
      file('usr/bin/acme'),
      file('usr/share/man/de/man1/acme.1.gz'),
      file('usr/share/icons/hicolor/48x48/apps/a.png'),
    ];
    assert.deepEqual(
      missingParents(members).map(({ path }) => path),
      ['usr/share/acme', 'usr/share/acme/a', 'etc/acme'],
    );
  });

  it('keep the mode they are given', () => {
    const [first] = listed([directory('etc/acme', { mode: 0o750 }), file('etc/acme/conf', '', { role: 'config' })]);
    assert.deepEqual([first?.member.path, first?.member.mode], ['etc/acme', 0o750]);
  });
});

describe('the list of files', () => {
  const flagsOf = (files: ReturnType<typeof listed>) => Object.fromEntries(files.map(({ member, flags }) => [member.path, flags]));

  it('is in the order of bytes, folders first', () => {
    assert.deepEqual(
      listed([file('share/acme-x/a'), file('share/acme/a'), file('share/acme.conf')]).map(({ member }) => member.path),
      ['usr/share/acme', 'usr/share/acme-x', 'usr/share/acme-x/a', 'usr/share/acme.conf', 'usr/share/acme/a'],
    );
  });

  it('flags configuration and documents', () => {
    const files = listed([
      file('LICENSE', '', { role: 'license' }),
      file('README', '', { role: 'doc' }),
      file('etc/acme.conf', '', { role: 'config' }),
      file('share/man/man1/acme.1', '', { role: 'man' }),
      file('bin/acme', '', { role: 'binary' }),
    ]);
    assert.deepEqual(flagsOf(files), {
      'etc/acme.conf': 17,
      'usr/bin/acme': 0,
      'usr/share/doc/acme': 0,
      'usr/share/doc/acme/README': 2,
      'usr/share/licenses/acme': 0,
      'usr/share/licenses/acme/LICENSE': 128,
      'usr/share/man/man1/acme.1': 2,
    });
  });

  it('takes flags and ghosts from the options', () => {
    const files = listed([file('etc/acme.conf', '', { role: 'config' }), file('bin/acme')], {
      flags: { '/etc/acme.conf': ['config', 'missingok'], '/usr/bin/acme': ['artifact'] },
      ghosts: { '/var/log/acme.log': {}, '/var/lib/acme/state': { type: 'directory', mode: 0o700, config: true } },
    });
    assert.deepEqual(flagsOf(files), {
      'etc/acme.conf': 9,
      'usr/bin/acme': 4096,
      'var/lib/acme': 0,
      'var/lib/acme/state': 65,
      'var/log/acme.log': 64,
    });
  });

  it('refuses to speak of what is not there', () => {
    assert.equal(
      codeOf(() => listed([file('bin/acme')], { flags: { '/usr/bin/other': ['doc'] } })),
      'rpm-no-file',
    );
    assert.equal(
      codeOf(() => listed([directory('share/acme')], { capabilities: { '/usr/share/acme': 'cap_chown=ep' } })),
      'rpm-no-file',
    );
    assert.equal(
      codeOf(() => listed([file('bin/acme')], { ghosts: { '/usr/bin/acme': {} } })),
      'rpm-ghost',
    );
  });

  it('has sizes of 64 bits where files need them', () => {
    const large = { ...file('share/acme/large'), size: 2 ** 32 };
    const facts = { date: 0, sha256: () => '', color: () => 0 };
    const tags = (entries: readonly Entry[]) => fileFields(listed(entries), facts).map(({ tag }) => tag);
    assert.equal(tags([large]).includes(TAG.longFileSizes), true);
    assert.equal(tags([large]).includes(TAG.fileSizes), false);
    assert.equal(tags([large]).includes(TAG.longSize), true);
    assert.equal(tags([file('bin/acme')]).includes(TAG.longFileSizes), false);
  });
});
