import assert from 'node:assert/strict';
import { roleByPlace } from '../../src/model/role.ts';

describe('roleByPlace', () => {
  const cases: readonly (readonly [path: string, role: string | undefined])[] = [
    ['bin/tool', 'binary'],
    ['sbin/daemon', 'binary'],
    ['share/man/man1/tool.1', 'man'],
    ['share/man/de/man1/tool.1', 'man'],
    ['LICENSE', 'license'],
    ['LICENSE-APACHE', 'license'],
    ['share/x/THIRD-PARTY-LICENSES.txt', 'license'],
    ['license.md', 'license'],
    ['lib/license.js', undefined],
    ['etc/tool/tool.toml', 'config'],
    ['share/bash-completion/completions/tool', 'completion'],
    ['lib/systemd/system/tool.service', 'service'],
    ['share/doc/tool/guide.html', 'doc'],
    ['README.md', 'doc'],
    ['lib/x/README.md', undefined],
    ['lib/libtool.so.1.2', 'library'],
    ['lib/tool.dll', 'library'],
    ['lib/tool.json', undefined],
    ['binary/x', undefined],
  ];
  for (const [path, role] of cases) it(`takes ${path} for ${role ?? 'nothing special'}`, () => assert.equal(roleByPlace(path), role));
});
