import assert from 'node:assert/strict';
import { type ControlFacts, controlFile } from '../../src/deb/control.ts';
import { optionsOf, RELEASE } from '../package.ts';

function control(options: Readonly<Record<string, unknown>> = {}, facts: Partial<ControlFacts> = {}): string {
  const names = { own: 'acme', bare: 'acme', siblings: [] };
  return controlFile({
    release: RELEASE,
    options: optionsOf(options),
    names,
    version: '1.2.3-1',
    architecture: 'amd64',
    installedSize: 42,
    depends: [],
    ...facts,
  });
}

describe('the control file', () => {
  it('says what is known without options', () => {
    assert.equal(
      control(),
      `Package: acme
Version: 1.2.3-1
Architecture: amd64
Maintainer: Jane Doe <jane@acme.example>
Installed-Size: 42
Section: utils
Priority: optional
Homepage: https://acme.example
Description: Tool that does things
 This package of acme is made by its authors, beside the other formats
 of the same release.
`,
    );
  });

  it('says everything in the order of dpkg', () => {
    const written = control({
      description: 'short\n\nlong\n  * listed\n\nend',
      source: 'acme-src (1.2)',
      maintainer: 'Ann <a@b.example>',
      homepage: 'https://other.example',
      section: 'net',
      priority: 'extra',
      essential: true,
      protected: true,
      multiArch: 'foreign',
      origin: 'Acme',
      bugs: 'https://bugs.example',
      preDepends: ['init-system-helpers (>= 1.54~)'],
      depends: 'libc6 (>= 2.34), adduser | passwd',
      recommends: ['r1'],
      suggests: ['s1'],
      enhances: ['e1'],
      conflicts: ['c1 (<< 2)'],
      breaks: ['b1'],
      replaces: ['x1'],
      provides: ['mail-agent', 'acme-api (= {version})'],
      builtUsing: ['gcc-12 (= 12.2)'],
      fields: { 'Go-Import-Path': 'acme.example/x' },
    });
    assert.equal(
      written,
      `Package: acme
Source: acme-src (1.2)
Version: 1.2.3-1
Built-Using: gcc-12 (= 12.2)
Architecture: amd64
Essential: yes
Protected: yes
Origin: Acme
Bugs: https://bugs.example
Maintainer: Ann <a@b.example>
Installed-Size: 42
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: libc6 (>= 2.34), adduser | passwd
Recommends: r1
Suggests: s1
Enhances: e1
Conflicts: c1 (<< 2)
Breaks: b1
Replaces: x1
Provides: mail-agent, acme-api (= 1.2.3-1)
Section: net
Priority: extra
Multi-Arch: foreign
Homepage: https://other.example
Go-Import-Path: acme.example/x
Description: short
 long
   * listed
 .
 end
`,
    );
  });

  it('lets variants stand for each other', () => {
    const names = { own: 'acme-minimal', bare: 'acme', siblings: ['acme', 'acme-tiny'] };
    const lines = control({ conflicts: ['old-acme'] }, { names }).split('\n');
    assert.deepEqual(
      lines.filter((line) => /^(?:Conflicts|Replaces|Provides)/.test(line)),
      ['Conflicts: old-acme, acme, acme-tiny', 'Replaces: acme, acme-tiny', 'Provides: acme (= 1.2.3-1)'],
    );
  });

  it('names no relation twice', () => {
    assert.match(control({ depends: ['adduser', 'adduser'] }, { depends: ['adduser'] }), /^Depends: adduser$/m);
  });

  it('leaves out what nobody said', () => {
    const { description: _, maintainer: __, homepage: ___, ...release } = RELEASE;
    assert.equal(control({}, { release }).includes('Maintainer') || control({}, { release }).includes('Description'), false);
  });

  it('holds no line that a text of the release could add', () => {
    const release = { ...RELEASE, maintainer: 'Eve <e@x>\nEssential: yes', homepage: 'https://x\nEssential: yes', description: 'a\nEssential: yes' };
    assert.equal(/^Essential/m.test(control({}, { release })), false);
  });
});
