import assert from 'node:assert/strict';
import { specText } from '../../src/srpm/spec.ts';
import { codeOf, DATE, directory, file, sorted, symlink } from '../package.ts';
import { type SourceMaking, srpmJob, srpmOptionsOf } from './srpm-package.ts';

const FACTS = {
  name: 'acme',
  summary: 'Does 100% of %{things}',
  description: 'More of it.',
  license: 'MIT',
  noarch: true,
  tarball: 'acme-1.2.3.tar',
  top: 'acme-1.2.3',
  changelog: { time: DATE, name: 'Jane Doe <jane@acme.example> - 1.2.3-1', text: '- Release 1.2.3.' },
};
const ENTRIES = sorted([
  directory('share'),
  file("share/it's 5%.txt", 'x'),
  file('bin/acme', '#!/bin/sh\n', { mode: 0o755 }),
  file('acme.conf', 'x'),
  symlink('share/link', 'a b'),
]);

function spec(options: SourceMaking['options'], facts: Partial<typeof FACTS> = {}): string {
  return specText(srpmJob({ entries: ENTRIES, options }), { ...FACTS, ...facts });
}

describe('the spec of a source rpm', () => {
  it('copies, and lists what it copied', () => {
    assert.equal(
      spec({ copy: { 'bin/acme': '/usr/bin/acme', 'acme.conf': '/etc/acme.conf', 'share/link': '/usr/share/acme/link' } }),
      `%global debug_package %{nil}
%global __os_install_post %{nil}

Name: acme
Version: 1.2.3
Release: 1
Summary: Does 100%% of %%{things}
License: MIT
Group: Applications/System
URL: https://acme.example
Packager: Jane Doe <jane@acme.example>
Source0: acme-1.2.3.tar
BuildArch: noarch

%description
More of it.

%prep
%setup -q -n acme-1.2.3

%build
:

%install
install -D -p -m 0644 ./'acme.conf' "$RPM_BUILD_ROOT"/etc/acme.conf
install -D -p -m 0755 ./'bin/acme' "$RPM_BUILD_ROOT"/usr/bin/acme
install -d "$(dirname "$RPM_BUILD_ROOT"/usr/share/acme/link)"
ln -s -- 'a b' "$RPM_BUILD_ROOT"/usr/share/acme/link

%files
%defattr(-, root, root, 0755)
%dir /usr/share/acme
%config(noreplace) /etc/acme.conf
/usr/bin/acme
/usr/share/acme/link

%changelog
* Thu Feb 29 2024 Jane Doe <jane@acme.example> - 1.2.3-1
- Release 1.2.3.
`,
    );
  });

  it('quotes names for the shell and for rpm', () => {
    const text = spec({ copy: { "share/it's 5%.txt": '/usr/share/acme/it' } });
    assert.ok(text.includes(`./'share/it'\\''s 5%%.txt' "$RPM_BUILD_ROOT"/usr/share/acme/it\n`), text);
  });

  it('expands no macro in lines of users', () => {
    const text = spec({ build: ['echo %(id) %{name}'], install: ['make install'] });
    assert.ok(text.includes('%build\necho %%(id) %%{name}\n'), text);
  });

  it('lists what an installation made', () => {
    const text = spec({ install: ['make install'], directories: ['/usr/share/acme'] });
    assert.ok(text.includes('%files -f installed-files.list\n%defattr(-, root, root, 0755)\n%dir /usr/share/acme\n'), text);
  });

  it('refuses descriptions with directives', () => {
    assert.equal(
      codeOf(() => spec({ install: ['x'] }, { description: 'Fine.\n  %if 1' })),
      'srpm-directive',
    );
  });

  it('refuses what is not tracked', () => {
    assert.equal(
      codeOf(() => spec({ copy: { dist: '/usr/lib/acme' } })),
      'srpm-no-file',
    );
  });

  it('refuses one path twice', () => {
    assert.equal(
      codeOf(() => spec({ copy: { 'bin/acme': '/usr/bin/acme', 'acme.conf': '/usr/bin/acme' } })),
      'srpm-path-taken',
    );
  });

  it('refuses names that %files would take apart', () => {
    assert.equal(
      codeOf(() => spec({ copy: { share: '/usr/share/acme' } })),
      'srpm-path',
    );
  });

  for (const [what, options] of Object.entries({
    'nothing to install': {},
    'a directive as a line': { install: ['%post'] },
    'two lines in one': { install: ['make\n%post'] },
    'a macro in a path': { copy: { a: '/usr/%{name}' } },
    'a path with a blank': { copy: { a: '/usr/a b' } },
    'a path upwards': { copy: { '../a': '/usr/a' } },
    'a path out of the root': { copy: { a: '/usr/../../a' } },
    'a relation that is none': { install: ['x'], buildRequires: ['gcc\nRequires: x'] },
    'a level without codec': { install: ['x'], codec: 'none', level: 3 },
  })) {
    it(`refuses ${what}`, () => assert.throws(() => srpmOptionsOf(options)));
  }
});
