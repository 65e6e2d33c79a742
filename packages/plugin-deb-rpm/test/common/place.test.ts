import assert from 'node:assert/strict';
import type { Role } from '@provisioning-dist/core';
import { installedPath, movedTarget } from '../../src/common/place.ts';

const RULES = { package: 'acme', prefix: 'usr', paths: {} };

describe('places of entries', () => {
  for (const [path, role, place] of [
    ['bin/acme', 'binary', 'usr/bin/acme'],
    ['sbin/acmed', 'binary', 'usr/sbin/acmed'],
    ['acme', 'binary', 'usr/bin/acme'],
    ['lib/acme/plugin.so', 'library', 'usr/lib/acme/plugin.so'],
    ['libacme.so', 'library', 'usr/lib/acme/libacme.so'],
    ['etc/acme/acme.toml', 'config', 'etc/acme/acme.toml'],
    ['config/acme.toml', 'config', 'etc/acme/acme.toml'],
    ['acme.toml', 'config', 'etc/acme/acme.toml'],
    ['README.md', 'doc', 'usr/share/doc/acme/README.md'],
    ['docs/guide/a.md', 'doc', 'usr/share/doc/acme/guide/a.md'],
    ['share/doc/acme/a.md', 'doc', 'usr/share/doc/acme/a.md'],
    ['LICENSE', 'license', 'usr/share/doc/acme/LICENSE'],
    ['share/licenses/acme/MIT.txt', 'license', 'usr/share/doc/acme/MIT.txt'],
    ['share/man/man1/acme.1', 'man', 'usr/share/man/man1/acme.1'],
    ['man/acme.1', 'man', 'usr/share/man/man1/acme.1'],
    ['man/de/acme.8.gz', 'man', 'usr/share/man/de/man8/acme.8.gz'],
    ['man/man5/acme.conf.5', 'man', 'usr/share/man/man5/acme.conf.5'],
    ['completions/acme.bash', 'completion', 'usr/share/bash-completion/completions/acme'],
    ['completions/acme.fish', 'completion', 'usr/share/fish/vendor_completions.d/acme.fish'],
    ['completions/_acme', 'completion', 'usr/share/zsh/vendor-completions/_acme'],
    ['completions/acme.nu', 'completion', 'usr/share/acme/completions/acme.nu'],
    ['lib/systemd/system/acme.service', 'service', 'usr/lib/systemd/system/acme.service'],
    ['lib/systemd/user/acme.service', 'service', 'usr/lib/systemd/user/acme.service'],
    ['systemd/acme.timer', 'service', 'usr/lib/systemd/system/acme.timer'],
    ['lib/sysusers.d/acme.conf', 'data', 'usr/lib/sysusers.d/acme.conf'],
    ['templates/a.html', 'data', 'usr/share/acme/templates/a.html'],
    ['var/lib/acme', 'data', 'var/lib/acme'],
    ['opt/acme/x', 'data', 'opt/acme/x'],
    ['usr/games/x', 'data', 'usr/games/x'],
  ] as readonly (readonly [string, Role, string])[]) {
    it(`put ${path} at ${place}`, () => assert.equal(installedPath({ type: 'file', path, role }, RULES), place));
  }

  it('follow the prefix, but for what the system looks for', () => {
    const rules = { ...RULES, prefix: 'opt/acme' };
    assert.equal(installedPath({ type: 'file', path: 'bin/acme', role: 'binary' }, rules), 'opt/acme/bin/acme');
    assert.equal(installedPath({ type: 'file', path: 'lib/systemd/system/a.service', role: 'service' }, rules), 'usr/lib/systemd/system/a.service');
    assert.equal(installedPath({ type: 'file', path: 'README.md', role: 'doc' }, rules), 'usr/share/doc/acme/README.md');
  });

  it('follow the folder of their role', () => {
    const rules = { ...RULES, paths: { binary: 'usr/libexec/acme', config: 'etc/other' } };
    assert.equal(installedPath({ type: 'file', path: 'bin/tools/acme', role: 'binary' }, rules), 'usr/libexec/acme/tools/acme');
    assert.equal(installedPath({ type: 'file', path: 'etc/acme.toml', role: 'config' }, rules), 'etc/other/acme.toml');
  });
});

describe('links between places', () => {
  const moved = new Map([
    ['bin/acme', 'usr/bin/acme'],
    ['README.md', 'usr/share/doc/acme/README.md'],
    ['acme', 'usr/bin/acme'],
  ]);

  it('stay where both ends move alike', () => {
    assert.equal(movedTarget({ path: 'bin/ac', target: 'acme' }, 'usr/bin/ac', moved), 'acme');
  });
  it('follow a target that goes elsewhere', () => {
    assert.equal(movedTarget({ path: 'share/acme/readme', target: '../../README.md' }, 'usr/share/acme/readme', moved), '../doc/acme/README.md');
  });
  it('stay when they lead to nothing known', () => {
    assert.equal(movedTarget({ path: 'bin/sh', target: '../lib/busybox' }, 'usr/bin/sh', moved), '../lib/busybox');
  });
  it('stay when they are absolute', () => {
    assert.equal(movedTarget({ path: 'bin/sh', target: '/bin/acme' }, 'usr/bin/sh', moved), '/bin/acme');
  });
});
