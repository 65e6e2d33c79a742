import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, it } from 'mocha';
import { generateKey } from 'openpgp';
import { ROOT, succeed } from '../e2e/cli.ts';
import { commitAll, type Project, sandbox } from '../e2e/project.ts';
import { needs, run } from './tools.ts';

/** Packages made by the command line, with default codecs, as lintian and rpmlint judge them: no error, and each warning for a reason. */

const DATE = { SOURCE_DATE_EPOCH: '1709209810' };

const LINTIAN: Readonly<Record<string, readonly string[]>> = {
  example: [
    // esbuild has no page
    'W no-manual-page',
    // the first revision of a Debian package closes a bug of Debian's own tracker
    'W initial-upload-closes-no-bugs',
  ],
  project: ['W initial-upload-closes-no-bugs'],
};

const RPMLINT: Readonly<Record<string, readonly string[]>> = {
  example: [
    // esbuild has no page, and its variant no documents
    'W no-manual-page-for-binary',
    'W no-documentation',
    // Go's linker makes such only when asked
    'W position-independent-executable-suggested',
  ],
  project: [
    // a unit is no library, but is looked for in /usr/lib
    'W only-non-binary-in-usr-lib',
    // it compares a program's name with the section of the page (rpmlint 2.4)
    'W no-manual-page-for-binary',
  ],
};

/** Everything a package for Linux usually has beside its program. */
const CONFIGURATION = `name: acme
version: 1.2.3
description: |
  Tool that does things
  It does them day and night, wherever it is asked to.
homepage: https://acme.example
license: MIT
maintainer: Jane Doe <jane@acme.example>
platforms: [linux-amd64]
plugins: ["@provisioning-dist/plugin-deb-rpm"]
build:
  - prebuilt: { from: build }
contents:
  - { from: "{build}/acme", to: bin/, role: binary }
  - { from: LICENSE, to: ./, role: license }
  - { from: README.md, to: ./, role: doc }
  - { from: acme.1, to: share/man/man1/, role: man }
  - { from: acme.toml, to: etc/acme/, role: config }
  - { from: acme.service, to: lib/systemd/system/, role: service }
packages:
  deb:
    autoDepends: true
    scripts:
      preinst: "#!/bin/sh\\nset -e\\ntrue\\n"
      postinst: "#!/bin/sh\\nset -e\\n#DEBHELPER#\\nexit 0\\n"
      prerm: scripts/prerm.sh
  rpm:
    scripts: { post: "#!/bin/sh\\n: set up\\n", preun: scripts/prerm.sh }
`;

const UNIT = `[Unit]
Description=Tool that does things
Documentation=man:acme(1)

[Service]
ExecStart=/usr/bin/acme

[Install]
WantedBy=multi-user.target
`;

const FILES = {
  'provisioning-dist.yaml': CONFIGURATION,
  '.gitignore': 'packages/\n.provisioning-dist/\nnode_modules\nbuild/\n*.toml\n',
  LICENSE: 'MIT License\n\nCopyright (c) 2024 Acme Ltd\n\nPermission is hereby granted.\n',
  'README.md': '# acme\n',
  'acme.1': '.TH ACME 1\n.SH NAME\nacme \\- do things\n.SH SYNOPSIS\nacme\n',
  'acme.toml': 'level = 1\n',
  'acme.service': UNIT,
  'acme.c': 'int main(void) { return 0; }\n',
  'scripts/prerm.sh': '#!/bin/sh\nset -e\ntrue\n',
  'rpmlint.toml': 'CompressExtension = "gz"\nValidLicenses = ["MIT"]\n',
};

const SOURCES = {
  example: (project: Project): void => {
    cpSync(join(ROOT, 'examples/esbuild'), project.root, {
      recursive: true,
      filter: (path) => !/\/(packages|published|\.provisioning-dist)$/.test(path),
    });
    project.write({ '.gitignore': 'packages/\npublished/\n.provisioning-dist/\nnode_modules\n' });
  },
  project: (project: Project): void => {
    project.write(FILES);
    mkdirSync(project.path('build'));
    run('cc', ['-O2', '-fPIE', '-pie', '-o', 'build/acme', 'acme.c'], project.root);
    run('strip', ['build/acme'], project.root);
  },
} as const;

for (const [name, prepare] of Object.entries(SOURCES)) {
  describe(`packages of the ${name}`, () => {
    needs('lintian', 'rpmlint', 'rpmkeys', 'cc', 'strip', 'git');
    const box = sandbox();
    let project: Project;

    before('makes them', async function () {
      this.timeout(120_000);
      project = box.project({});
      prepare(project);
      symlinkSync(join(ROOT, 'node_modules'), project.path('node_modules'));
      const key = await generateKey({ type: 'rsa', rsaBits: 3072, userIDs: [{ name: 'acme' }], date: new Date(0), format: 'armored' });
      writeFileSync(project.path('provisioning-dist.yaml'), signed(withoutNetwork(project.read('provisioning-dist.yaml'))));
      commitAll(project);
      writeFileSync(join(project.home, 'key.asc'), key.publicKey);
      writeFileSync(join(project.home, '.rpmmacros'), `%_dbpath ${project.home}/db\n`);
      run('rpmkeys', ['--import', 'key.asc'], project.home);
      await succeed(project, ['package', '--platform', 'linux-amd64'], { env: { ...DATE, GPG_KEY: key.privateKey } });
    });

    const packages = (ending: string): readonly string[] => globSync(project.path(`packages/*.${ending}`));

    it('raise no error of lintian', () => {
      const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', ...packages('deb')], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: project.home, LC_ALL: 'C.UTF-8' },
      });
      const tags = [...stdout.matchAll(/^(\w): \S+: (\S+)/gm)].map(([, level, tag]) => `${level} ${tag}`);
      assert.deepEqual([...new Set(tags)].toSorted(), LINTIAN[name]?.toSorted());
    }).timeout(60_000);

    it('raise no error of rpmlint', () => {
      const { stdout } = spawnSync('rpmlint', ['-c', project.path('rpmlint.toml'), ...packages('rpm')], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: project.home, LC_ALL: 'C.UTF-8' },
      });
      assert.match(stdout, /packages and 0 specfiles checked; 0 errors/);
      const tags = [...stdout.matchAll(/: ([EW]): (\S+)/g)].map(([, level, tag]) => `${level} ${tag}`);
      assert.deepEqual([...new Set(tags)].toSorted(), RPMLINT[name]?.toSorted());
    }).timeout(60_000);

    it('are named as their systems want it', () => {
      const names = [...packages('deb'), ...packages('rpm')].map((path) => basename(path)).toSorted();
      assert.deepEqual(names, NAMES[name]);
    });
  });
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  example: ['esbuild-0.28.2-1.x86_64.rpm', 'esbuild-minimal-0.28.2-1.x86_64.rpm', 'esbuild-minimal_0.28.2-1_amd64.deb', 'esbuild_0.28.2-1_amd64.deb'],
  project: ['acme-1.2.3-1.x86_64.rpm', 'acme_1.2.3-1_amd64.deb'],
};

/** What is installed here is taken as it is; with an integrity it would be fetched. */
function withoutNetwork(configuration: string): string {
  return configuration.replace(/^ {6}integrity:\n(?: {8}.+\n)+/m, '');
}

/** rpmlint takes an unsigned package for an error. */
function signed(configuration: string): string {
  return `${configuration
    .replace('plugins: [', 'plugins: ["@provisioning-dist/plugin-sign", ')
    .replace(/^ {2}rpm: \{\}$/m, '  rpm:')
    .replace(/^ {2}rpm:$/m, '  rpm:\n    sign: release')}sign:\n  release: { use: gpg, key: { env: GPG_KEY } }\n`;
}
