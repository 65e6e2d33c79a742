import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Cell, Entry, KeyHandle } from '@provisioning-dist/core';
import { readElf } from '@provisioning-dist/payload';
import { after, before, describe, it } from 'mocha';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { suggestedDepends } from '../../packages/plugin-deb-rpm/src/deb/libraries.ts';
import { readDeb } from '../../packages/plugin-deb-rpm/src/deb/read/read.ts';
import { debVersion } from '../../packages/plugin-deb-rpm/src/deb/version.ts';
import {
  AMD64,
  DATE,
  directory,
  file,
  type Making,
  RELEASE,
  sampleEntries,
  sorted,
  sourceOf,
  symlink,
  writeDeb,
} from '../../packages/plugin-deb-rpm/test/package.ts';
import { needs, run, temporaryFolder } from './tools.ts';

const CODECS = ['gzip', 'xz', 'zstd', 'none'] as const;

/** With names and links that need GNU's long headers, and a file of several segments. */
const ENTRIES: readonly Entry[] = sorted([
  ...sampleEntries(),
  file('share/acme/large', Buffer.alloc(2_500_000, 'machine code ')),
  file(`share/acme/${'é'.repeat(100)}`, 'long and not ASCII\n'),
  symlink('share/acme/link', `${'x/../'.repeat(40)}large`),
  file('share/acme/tool', '#!/bin/sh\n', { mode: 0o755 }),
]);

/** Where each file must be found, with its digest; links with their targets. */
const EXPECTED: Readonly<Record<string, string>> = {
  'etc/acme/acme.toml': sha256('level = 1\n'),
  'usr/bin/ac': 'acme',
  'usr/bin/acme': sha256(`#!/bin/sh\n${'# padding\n'.repeat(20_000)}`),
  'usr/lib/systemd/system/acme.service': sha256('[Service]\nExecStart=/usr/bin/acme\n\n[Install]\nWantedBy=multi-user.target\n'),
  [`usr/share/acme/${'long-name-'.repeat(15)}é`]: sha256('hello\n'),
  [`usr/share/acme/${'é'.repeat(100)}`]: sha256('long and not ASCII\n'),
  'usr/share/acme/large': sha256(Buffer.alloc(2_500_000, 'machine code ')),
  'usr/share/acme/link': `${'x/../'.repeat(40)}large`,
  'usr/share/acme/tool': sha256('#!/bin/sh\n'),
  'usr/share/doc/acme/README.md': sha256('# acme\n'),
};
const MADE = ['usr/share/doc/acme/changelog.Debian.gz', 'usr/share/doc/acme/copyright', 'usr/share/man/man1/acme.1.gz'];

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Digest or target of everything that is no folder, by path. */
function filesIn(root: string): Readonly<Record<string, string>> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !lstatSync(join(root, path)).isDirectory());
  return Object.fromEntries(
    paths
      .toSorted()
      .map((path) => [path, lstatSync(join(root, path)).isSymbolicLink() ? readlinkSync(join(root, path)) : sha256(readFileSync(join(root, path)))]),
  );
}

/** dpkg-gencontrol's rule over a tree on disk, its root included. */
function sizeOf(root: string): number {
  const paths = ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })];
  return paths.map((path) => lstatSync(join(root, path))).reduce((sum, stat) => sum + (stat.isDirectory() ? 1 : Math.ceil(stat.size / 1024)), 0);
}

function withoutMade(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !MADE.includes(path)));
}

/** As Python's tarfile and a few lines for ar see it: name, mode, time, size or target of each member of data.tar. */
const PYTHON = `
import io, json, sys, tarfile
data = open(sys.argv[1], 'rb').read()
assert data[:8] == b'!<arch>\\n'
at, members = 8, {}
while at < len(data):
    name, size = data[at:at+16].decode().strip(), int(data[at+48:at+58])
    assert data[at+58:at+60] == b'\`\\n', name
    members[name] = data[at+60:at+60+size]
    at += 60 + size + size % 2
names = list(members)
def listing(name):
    tar = tarfile.open(fileobj=io.BytesIO(members[name]))
    return [[m.name, oct(m.mode), m.mtime, m.linkname or m.size, m.uname, m.uid, bool(m.pax_headers)] for m in tar]
print(json.dumps([names, listing(names[1]), listing(names[2])]))
`;

describe('debs and dpkg-deb', () => {
  needs('dpkg-deb');
  const folder = temporaryFolder();

  for (const codec of CODECS) {
    describe(`of ${codec}`, () => {
      let deb = '';
      before('makes one', async () => {
        deb = join(folder(), `${codec}.deb`);
        await writeDeb({ entries: ENTRIES, options: { codec, depends: 'libc6 (>= 2.17)' } }, deb);
      });

      it('tell their fields', () => {
        const fields = run('dpkg-deb', ['-f', deb, 'Package', 'Version', 'Architecture', 'Maintainer', 'Depends'], folder());
        assert.equal(
          fields,
          'Package: acme\nVersion: 1.2.3-1\nArchitecture: amd64\nMaintainer: Jane Doe <jane@acme.example>\nDepends: libc6 (>= 2.17)\n',
        );
      });

      it('list their control files', () => {
        const listing = run('dpkg-deb', ['-I', deb], folder());
        assert.match(listing, /new Debian package, version 2\.0/);
        assert.deepEqual(
          [...listing.matchAll(/lines {3}[ *] {2}(\w+)/g)].map(([, name]) => name),
          ['conffiles', 'control', 'md5sums', 'postinst', 'postrm', 'prerm'],
        );
      });

      it('list their tree with times and owners', () => {
        const lines = run('dpkg-deb', ['-c', deb], folder(), 'C.UTF-8').trimEnd().split('\n');
        assert.equal(lines[0], 'drwxr-xr-x root/root         0 2024-02-29 12:30 ./');
        assert.ok(lines.every((line) => / root\/root +\d+ 2024-02-29 12:30 \.\//.test(line)));
        assert.ok(lines.includes('-rw-r----- root/root        10 2024-02-29 12:30 ./etc/acme/acme.toml'));
      });

      it('unpack to what was put in', () => {
        const root = join(folder(), `${codec}-tree`);
        run('dpkg-deb', ['-x', deb, root], folder());
        const files = filesIn(root);
        assert.deepEqual(withoutMade(files), EXPECTED);
        assert.deepEqual(
          MADE.filter((path) => !(path in files)),
          [],
        );
        assert.equal(lstatSync(join(root, 'usr/bin/acme')).mtimeMs, DATE * 1000);
        assert.equal(lstatSync(join(root, 'etc/acme')).mode & 0o7777, 0o750);
        assert.equal(run('dpkg-deb', ['-f', deb, 'Installed-Size'], folder()).trim(), String(sizeOf(root)));
      });
    });
  }
});

describe('debs and Python', () => {
  needs('python3');
  const folder = temporaryFolder();

  for (const codec of ['gzip', 'xz', 'none'] as const) {
    it(`agree on ${codec}`, async () => {
      const deb = join(folder(), `${codec}.deb`);
      await writeDeb({ entries: ENTRIES, options: { codec } }, deb);
      const [names, control, data] = JSON.parse(run('python3', ['-c', PYTHON, deb], folder())) as [string[], unknown[][], unknown[][]];
      const suffix = { gzip: '.gz', xz: '.xz', none: '' }[codec];
      assert.deepEqual(names, ['debian-binary', `control.tar${suffix}`, `data.tar${suffix}`]);
      assert.deepEqual(
        control.map(([name, mode]) => `${name} ${mode}`),
        ['. 0o755', './conffiles 0o644', './control 0o644', './md5sums 0o644', './postinst 0o755', './postrm 0o755', './prerm 0o755'],
      );
      assert.deepEqual(
        data.filter(([name]) => name === './etc/acme/acme.toml'),
        [['./etc/acme/acme.toml', '0o640', DATE, 10, 'root', 0, false]],
      );
      assert.deepEqual(
        data.filter(([, , mtime, , owner, uid, pax]) => mtime !== DATE || owner !== 'root' || uid !== 0 || pax),
        [],
      );
    });
  }
});

describe('versions of debs and dpkg', () => {
  needs('dpkg');
  const folder = temporaryFolder();
  /** semver.org's order, and then the next ones. */
  const CHAIN = [
    '1.0.0-0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1-snapshot.3.gabcdef0',
    '1.0.1',
    '1.0.10-rc.1',
    '1.0.10',
    '1.10.0',
    '2.0.0',
  ];

  it('sort alike', () => {
    const versions = CHAIN.map((version) => debVersion(version, { revision: '1' }));
    for (const [index, version] of versions.slice(1).entries())
      run('dpkg', ['--compare-versions', versions[index] as string, 'lt', version], folder());
    assert.equal(versions.length, CHAIN.length);
  });

  it('know epochs and revisions', () => {
    for (const [lower, higher] of [
      [debVersion('2.0.0', { revision: '1' }), debVersion('1.0.0', { revision: '1', epoch: 1 })],
      [debVersion('1.0.0', { revision: '1' }), debVersion('1.0.0', { revision: '2' })],
      [debVersion('1.0.0', { revision: '1~bpo12+1' }), debVersion('1.0.0', { revision: '1' })],
    ] as const) {
      run('dpkg', ['--compare-versions', lower, 'lt', higher], folder());
      assert.notEqual(lower, higher);
    }
  });
});

describe('libraries of programs and dpkg-shlibdeps', () => {
  needs('dpkg-shlibdeps');
  const folder = temporaryFolder();
  const PROGRAMS = ['openssl', 'xz', 'zstd', 'ssh', 'gpgv', 'dash'];
  const nameOf = (relation: string): string => (relation.split(' ')[0] ?? '').replace(/t64$/, '');

  before('makes a source package', () => {
    mkdirSync(join(folder(), 'debian'));
    writeFileSync(join(folder(), 'debian/control'), 'Source: acme\n\nPackage: acme\nArchitecture: any\n');
  });

  for (const name of PROGRAMS) {
    describe(`of ${name}`, () => {
      needs(name);

      it('are in the same packages', () => {
        const program = execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
        const said = run('dpkg-shlibdeps', ['-O', `-e${program}`], folder());
        const theirs = said.trim().replace('shlibs:Depends=', '').split(', ');
        const elf = readElf(readFileSync(program));
        const { relations, unknown } = suggestedDepends(elf === undefined ? [] : [elf]);
        const libc = (relation: string): boolean => relation.startsWith('libc6 ');
        assert.deepEqual(relations.filter(libc), theirs.filter(libc));
        const left = theirs.map(nameOf).filter((each) => !relations.map(nameOf).includes(each));
        assert.deepEqual([relations.map(nameOf).filter((each) => !theirs.map(nameOf).includes(each)), left.length], [[], unknown.length]);
      });
    });
  }
});

describe('debs and lintian', () => {
  needs('lintian');
  const folder = temporaryFolder();
  /** Of a package whose service, man page and configuration are in order. */
  const JUSTIFIED = [
    // a link to a documented program
    'no-manual-page',
    // the first revision of a Debian package closes a bug of Debian's own tracker
    'initial-upload-closes-no-bugs',
    // wanted by the sample: its configuration may hold secrets
    'non-standard-dir-perm',
    'non-standard-file-perm',
  ];

  for (const codec of ['gzip', 'xz'] as const) {
    it(`raise no error with ${codec}`, async () => {
      const deb = join(folder(), `acme_1.2.3-1_amd64-${codec}.deb`);
      const entries = sorted([...sampleEntries(), file('bin/static', staticProgram(), { mode: 0o755, role: 'binary' })]);
      await writeDeb(
        { entries, options: { codec, scripts: { postinst: '#!/bin/sh\nset -e\n#DEBHELPER#\nexit 0\n', preinst: '#!/bin/sh\nset -e\ntrue\n' } } },
        deb,
      );
      const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', deb], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: folder(), LC_ALL: 'C.UTF-8' },
      });
      const tags = stdout
        .trim()
        .split('\n')
        .map((line) => /^(\w): \S+: (\S+)/.exec(line)?.slice(1).join(' ') ?? line);
      assert.deepEqual(
        tags.filter((tag) => !JUSTIFIED.includes(tag.replace(/^W /, ''))),
        [],
      );
    }).timeout(60_000);
  }
});

/** The smallest program: it asks for no loader, and exits. Stripped, as there is nothing to strip. */
function staticProgram(): Buffer {
  const program = Buffer.alloc(128);
  program.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  for (const [at, value] of [
    [16, 2],
    [18, 62],
    [52, 64],
    [54, 56],
    [56, 1],
    [58, 64],
  ] as const)
    program.writeUInt16LE(value, at);
  program.writeUInt32LE(1, 20);
  program.writeBigUInt64LE(0x400078n, 24);
  program.writeBigUInt64LE(64n, 32);
  program.writeUInt32LE(1, 64);
  program.writeUInt32LE(5, 68);
  program.writeBigUInt64LE(0x400000n, 80);
  program.writeBigUInt64LE(0x400000n, 88);
  program.writeBigUInt64LE(128n, 96);
  program.writeBigUInt64LE(128n, 104);
  program.writeBigUInt64LE(0x1000n, 112);
  program.set([0xb0, 0x3c, 0x0f, 0x05], 120);
  return program;
}

/** Trusts one key for the signatures of makers. */
function policy(id: string): string {
  const required = `<Required Type="origin" File="key.gpg" id="${id}"/>`;
  return `<?xml version="1.0"?>
<!DOCTYPE Policy SYSTEM "https://www.debian.org/debsig/1.0/policy.dtd">
<Policy xmlns="https://www.debian.org/debsig/1.0/">
  <Origin Name="acme" id="${id}" Description="acme"/>
  <Selection>${required}</Selection>
  <Verification MinOptional="0">${required}</Verification>
</Policy>
`;
}

describe('signed debs and debsig-verify', () => {
  needs('debsig-verify', 'gpg');
  const folder = temporaryFolder();
  let signed: { readonly handle: (id: string) => KeyHandle; readonly publicKey: string; readonly id: string };

  before('makes a key', async () => {
    const at = new Date(DATE * 1000);
    const made = await generateKey({ type: 'ecc', curve: 'ed25519Legacy', userIDs: [{ name: 'acme' }], date: at, format: 'armored' });
    const signingKeys = await readPrivateKey({ armoredKey: made.privateKey });
    const openpgp = async (data: Parameters<KeyHandle['openpgp']>[0]): Promise<Uint8Array> => {
      const message = await createMessage({ binary: Buffer.concat(data instanceof Uint8Array ? [data] : [...data]) });
      return (await sign({ message, signingKeys, detached: true, format: 'binary', date: at })) as Uint8Array;
    };
    signed = {
      handle: (id) => ({ id, openpgp, info: unused, cms: unused, raw: unused }),
      publicKey: made.publicKey,
      id: signingKeys.getKeyID().toHex().toUpperCase(),
    };
    for (const path of ['policies', 'keyrings']) mkdirSync(join(folder(), path, signed.id), { recursive: true });
    writeFileSync(join(folder(), 'policies', signed.id, 'acme.pol'), policy(signed.id));
    writeFileSync(join(folder(), 'key.asc'), signed.publicKey);
    run('gpg', ['--batch', '--quiet', '--dearmor', '-o', join(folder(), 'keyrings', signed.id, 'key.gpg'), 'key.asc'], folder());
  });

  function verify(deb: string): { readonly status: number | null; readonly output: string } {
    const folders = ['--policies-dir', join(folder(), 'policies'), '--keyrings-dir', join(folder(), 'keyrings')];
    const { status, stdout, stderr } = spawnSync('debsig-verify', ['-v', ...folders, deb], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder() },
    });
    return { status, output: stdout + stderr };
  }

  for (const codec of CODECS) {
    it(`are verified with ${codec}`, async () => {
      const deb = join(folder(), `${codec}.deb`);
      await writeDeb({ entries: ENTRIES, options: { codec, sign: 'release' }, job: { key: signed.handle } }, deb);
      const { status, output } = verify(deb);
      assert.equal(status, 0, output);
      assert.match(run('dpkg-deb', ['-I', deb], folder()), /Package: acme/);
    });
  }

  it('are refused when they were changed', async () => {
    const deb = join(folder(), 'changed.deb');
    await writeDeb({ options: { codec: 'none', sign: 'release' }, job: { key: signed.handle } }, deb);
    const bytes = readFileSync(deb);
    const at = bytes.indexOf('# padding');
    bytes.write('! ', at);
    writeFileSync(deb, bytes);
    assert.notEqual(verify(deb).status, 0);
  });
});

function unused(): Promise<never> {
  return Promise.reject(new Error('not asked for'));
}

/** A root folder with a shell, dpkg's database and programs that write down how they are called. */
function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'deb-root-'));
  for (const path of [
    'bin',
    'tmp',
    'run/systemd/system',
    'var/lib/dpkg/info',
    'var/lib/dpkg/updates',
    'var/lib/dpkg/triggers',
    'usr/bin',
    'dev',
    'etc',
  ])
    mkdirSync(join(root, path), { recursive: true });
  for (const name of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', name), '');
  const shell = '/bin/dash';
  const libraries = [...execFileSync('ldd', [shell], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path as string);
  for (const path of [shell, ...libraries]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  symlinkSync('dash', join(root, 'bin/sh'));
  for (const name of ['deb-systemd-helper', 'deb-systemd-invoke', 'systemctl', 'systemd-sysusers']) stub(root, name);
  return root;
}

/** `was-enabled` answers as for a unit that is. */
function stub(root: string, name: string): void {
  const path = join(root, 'usr/bin', name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> /calls\n`);
  chmodSync(path, 0o755);
}

/** A script that writes down its name and arguments. */
function script(name: string, label: string): string {
  return `#!/bin/sh\nset -e\nprintf '%s' '${label} ${name}' >> /calls\nfor word; do printf ' [%s]' "$word" >> /calls; done\necho >> /calls\nexit 0\n`;
}

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const;

function scriptsOf(label: string): Readonly<Record<string, string>> {
  return Object.fromEntries(SCRIPTS.map((name) => [name, script(name, label)]));
}

interface Root {
  readonly path: string;
  readonly dpkg: (...args: readonly string[]) => { readonly status: number | null; readonly output: string };
  /** What was called since the last time. */
  readonly calls: () => readonly string[];
  readonly statusOf: (name: string) => string;
}

/** Maintainer scripts run in it by chroot, for which dpkg must be root. */
function throwAwayRoot(): () => Root {
  let path = '';
  before('makes a root', function () {
    if (process.getuid?.() === 0) path = makeRoot();
    else if (process.env.CI) throw new Error('Cannot run these tests: they need root');
    else this.skip();
  });
  after('removes it', () => rmSync(path === '' ? join(tmpdir(), 'deb-root-none') : path, { recursive: true, force: true }));
  const env = { PATH: [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const dpkg = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('dpkg', ['--root', path, '--log', '/dev/null', '--force-depends', ...args], {
      env,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };
  return () => ({
    path,
    dpkg,
    calls: () => {
      const file = join(path, 'calls');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
      rmSync(file, { force: true });
      return lines;
    },
    statusOf: (name) => {
      const { stdout } = spawnSync('dpkg-query', [`--admindir=${join(path, 'var/lib/dpkg')}`, '-W', '-f', `\${Version} \${db:Status-Status}`, name], {
        encoding: 'utf8',
      });
      return stdout;
    },
  });
}

function installed({ status, output }: { readonly status: number | null; readonly output: string }): void {
  assert.equal(status, 0, output);
}

describe('debs in the life of a system', () => {
  needs('dpkg', 'ldd', 'dash');
  const folder = temporaryFolder();
  const root = throwAwayRoot();
  const entries = (config: string): readonly Entry[] =>
    sampleEntries().map((entry) => (entry.path === 'etc/acme/acme.toml' ? file(entry.path, config, { role: 'config', mode: 0o640 }) : entry));
  const versions = [
    ['1.2.3-rc.1', 'level = 1\n'],
    ['1.2.3', 'level = 1\n'],
    ['1.3.0', 'level = 2\n'],
  ] as const;

  before('makes packages', async () => {
    for (const [version, config] of versions) {
      const making: Making = { entries: entries(config), options: { scripts: scriptsOf(version) }, job: { release: { ...RELEASE, version } } };
      await writeDeb(making, join(folder(), `${version}.deb`));
    }
  });

  const config = (): string => join(root().path, 'etc/acme/acme.toml');

  it('are installed', () => {
    installed(root().dpkg('-i', join(folder(), '1.2.3-rc.1.deb')));
    assert.equal(root().statusOf('acme'), '1.2.3~rc.1-1 installed');
    assert.deepEqual(root().calls(), [
      '1.2.3-rc.1 preinst [install]',
      '1.2.3-rc.1 postinst [configure] []',
      'deb-systemd-helper unmask acme.service',
      'deb-systemd-helper --quiet was-enabled acme.service',
      'deb-systemd-helper enable acme.service',
      'systemctl --system daemon-reload',
      'deb-systemd-invoke start acme.service',
    ]);
  });

  it('verify', () => assert.equal(root().dpkg('--verify', 'acme').output, ''));

  it('are upgraded from a pre-release, without a question', () => {
    writeFileSync(config(), 'level = 9\n');
    installed(root().dpkg('-i', join(folder(), '1.2.3.deb')));
    assert.equal(root().statusOf('acme'), '1.2.3-1 installed');
    assert.deepEqual(root().calls(), [
      '1.2.3-rc.1 prerm [upgrade] [1.2.3-1]',
      '1.2.3 preinst [upgrade] [1.2.3~rc.1-1] [1.2.3-1]',
      '1.2.3-rc.1 postrm [upgrade] [1.2.3-1]',
      '1.2.3 postinst [configure] [1.2.3~rc.1-1]',
      'deb-systemd-helper unmask acme.service',
      'deb-systemd-helper --quiet was-enabled acme.service',
      'deb-systemd-helper enable acme.service',
      'systemctl --system daemon-reload',
      'deb-systemd-invoke restart acme.service',
    ]);
  });

  it('leave what the user changed', () => assert.equal(readFileSync(config(), 'utf8'), 'level = 9\n'));

  it('ask when both changed it, and keep it', () => {
    assert.notEqual(root().dpkg('-i', join(folder(), '1.3.0.deb')).status, 0);
    installed(root().dpkg('--force-confold', '-i', join(folder(), '1.3.0.deb')));
    assert.equal(readFileSync(config(), 'utf8'), 'level = 9\n');
    assert.equal(readFileSync(`${config()}.dpkg-dist`, 'utf8'), 'level = 2\n');
    root().calls();
  });

  it('are downgraded', () => {
    installed(root().dpkg('--force-confold', '-i', join(folder(), '1.2.3.deb')));
    assert.equal(root().statusOf('acme'), '1.2.3-1 installed');
    assert.equal(root().calls()[0], '1.3.0 prerm [upgrade] [1.2.3-1]');
  });

  it('are removed but for their configuration', () => {
    installed(root().dpkg('-r', 'acme'));
    assert.deepEqual(root().calls(), [
      'deb-systemd-invoke stop acme.service',
      '1.2.3 prerm [remove]',
      '1.2.3 postrm [remove]',
      'systemctl --system daemon-reload',
    ]);
    assert.deepEqual([existsSync(join(root().path, 'usr/bin/acme')), existsSync(config())], [false, true]);
  });

  it('are purged', () => {
    installed(root().dpkg('-P', 'acme'));
    assert.deepEqual(root().calls(), ['1.2.3 postrm [purge]', 'deb-systemd-helper purge acme.service']);
    assert.deepEqual([existsSync(config()), root().statusOf('acme')], [false, '']);
  });

  for (const codec of CODECS) {
    it(`are installed and purged with ${codec}`, async () => {
      const deb = join(folder(), `life-${codec}.deb`);
      await writeDeb({ entries: ENTRIES, options: { codec } }, deb);
      installed(root().dpkg('-i', deb));
      assert.equal(root().dpkg('--verify', 'acme').output, '');
      const found = Object.entries(EXPECTED).map(([path, expected]) =>
        lstatSync(join(root().path, path)).isSymbolicLink()
          ? readlinkSync(join(root().path, path)) === expected
          : sha256(readFileSync(join(root().path, path))) === expected,
      );
      assert.equal(found.includes(false), false);
      installed(root().dpkg('-P', 'acme'));
    });
  }

  it('take the place of their variants', async () => {
    const cell = (variant: string): Partial<Cell> => ({ platform: AMD64, variant, variants: ['complete', 'minimal'], package: 'acme' });
    for (const variant of ['complete', 'minimal']) await writeDeb({ job: { cell: cell(variant) as Cell } }, join(folder(), `${variant}.deb`));
    installed(root().dpkg('-i', join(folder(), 'complete.deb')));
    installed(root().dpkg('-i', join(folder(), 'minimal.deb')));
    assert.match(root().statusOf('acme'), /config-files$|^$/);
    assert.equal(root().statusOf('acme-minimal'), '1.2.3-1 installed');
    installed(root().dpkg('-i', join(folder(), 'complete.deb')));
    assert.equal(root().statusOf('acme'), '1.2.3-1 installed');
    installed(root().dpkg('-P', 'acme', 'acme-minimal'));
  });

  it('make their accounts before their scripts', async () => {
    root().calls();
    const making = {
      entries: [directory('lib'), file('lib/sysusers.d/acme.conf', 'u acme -\n')],
      options: { scripts: { postinst: script('postinst', 'own') } },
    };
    await writeDeb(making, join(folder(), 'accounts.deb'));
    installed(root().dpkg('-i', join(folder(), 'accounts.deb')));
    assert.deepEqual(root().calls(), ['systemd-sysusers acme.conf', 'own postinst [configure] []']);
    installed(root().dpkg('-P', 'acme'));
  });

  it('keep what the user changed in names with blanks', async () => {
    const path = join(root().path, 'etc/acme/main config.toml');
    for (const [version, text] of [
      ['1.0.0', 'level = 1\n'],
      ['1.1.0', 'level = 2\n'],
    ] as const) {
      const deb = join(folder(), `blanks-${version}.deb`);
      const entries = [file('etc/acme/main config.toml', text, { role: 'config' })];
      await writeDeb({ entries, job: { release: { ...RELEASE, version } } }, deb);
      assert.deepEqual(await readDeb(sourceOf(readFileSync(deb), `acme_${version}-1_amd64.deb`)), []);
      installed(root().dpkg('--force-confold', '-i', deb));
      if (version === '1.0.0') writeFileSync(path, 'level = 9\n');
    }
    assert.equal(readFileSync(path, 'utf8'), 'level = 9\n');
    installed(root().dpkg('-P', 'acme'));
    assert.equal(existsSync(path), false);
  });

  it('remove a conffile of an earlier version', async () => {
    const without = sampleEntries().filter(({ path }) => path !== 'etc/acme/acme.toml');
    await writeDeb({}, join(folder(), 'with.deb'));
    await writeDeb(
      { entries: without, options: { removeOnUpgrade: ['/etc/acme/acme.toml'] }, job: { release: { ...RELEASE, version: '1.4.0' } } },
      join(folder(), 'without.deb'),
    );
    installed(root().dpkg('-i', join(folder(), 'with.deb')));
    assert.equal(existsSync(config()), true);
    installed(root().dpkg('-i', join(folder(), 'without.deb')));
    assert.equal(existsSync(config()), false);
    installed(root().dpkg('-P', 'acme'));
  });

  it('are told by triggers of what others bring', async () => {
    const options = {
      scripts: { postinst: script('postinst', 'own') },
      triggers: { interestNoawait: ['/usr/share/plugins'], interest: ['acme-changed'] },
    };
    await writeDeb({ entries: [file('share/acme/x')], options }, join(folder(), 'waits.deb'));
    const other: Partial<Cell> = { platform: AMD64, variant: undefined, variants: [], package: 'other' };
    await writeDeb(
      { entries: [file('share/plugins/y')], options: { triggers: { activate: ['acme-changed'] } }, job: { cell: other as Cell } },
      join(folder(), 'other.deb'),
    );
    installed(root().dpkg('-i', join(folder(), 'waits.deb')));
    root().calls();
    installed(root().dpkg('-i', join(folder(), 'other.deb')));
    const [call, ...more] = root().calls();
    assert.match(call ?? '', /^own postinst \[triggered\] \[(?:\/usr\/share\/plugins acme-changed|acme-changed \/usr\/share\/plugins)\]$/);
    assert.deepEqual(more, []);
    installed(root().dpkg('-P', 'acme', 'other'));
  });

  it('keep setuid where it is asked for', async () => {
    await writeDeb({ entries: [file('bin/su', 'x', { mode: 0o4755, role: 'binary' })] }, join(folder(), 'setuid.deb'));
    installed(root().dpkg('-i', join(folder(), 'setuid.deb')));
    assert.equal(lstatSync(join(root().path, 'usr/bin/su')).mode & 0o7777, 0o4755);
    installed(root().dpkg('-P', 'acme'));
  });

  it('take a script of theirs that fails for what it is', async () => {
    await writeDeb({ options: { scripts: { preinst: '#!/bin/sh\nexit 3\n' } } }, join(folder(), 'fails.deb'));
    const { status, output } = root().dpkg('-i', join(folder(), 'fails.deb'));
    assert.equal(status, 1);
    assert.match(output, /pre-installation script subprocess returned error exit status 3/);
    assert.equal(existsSync(join(root().path, 'usr/bin/acme')), false);
  });

  it('fail to be configured when the user code in the middle fails', async () => {
    await writeDeb({ options: { scripts: { postinst: '#!/bin/sh\nexit 4\n' } } }, join(folder(), 'half.deb'));
    assert.match(root().dpkg('-i', join(folder(), 'half.deb')).output, /post-installation script subprocess returned error exit status 4/);
    assert.match(root().statusOf('acme'), /half-configured$/);
  });
});

describe('debs and the helpers of init-system-helpers', () => {
  needs('dpkg', 'deb-systemd-helper', 'sh');
  const folder = temporaryFolder();
  const root = throwAwayRoot();
  /** Scripts run on this system with DPKG_ROOT set: the real helpers work inside the root. */
  const CHROOTLESS = '--force-script-chrootless';
  const wants = (): string => join(root().path, 'etc/systemd/system/multi-user.target.wants/acme.service');
  const userWants = (): string => join(root().path, 'etc/systemd/user/default.target.wants/mine.service');

  before('makes packages', async () => {
    const unit = file('lib/systemd/user/mine.service', '[Service]\nExecStart=/usr/bin/acme\n\n[Install]\nWantedBy=default.target\n', {
      role: 'service',
    });
    const entries = sorted([...sampleEntries(), unit]);
    await writeDeb({ entries }, join(folder(), 'on.deb'));
    await writeDeb({ entries, job: { release: { ...RELEASE, version: '1.2.4' } } }, join(folder(), 'newer.deb'));
    await writeDeb({ entries, options: { systemd: { enable: false } } }, join(folder(), 'off.deb'));
  });

  it('enable units at the first installation', () => {
    installed(root().dpkg(CHROOTLESS, '-i', join(folder(), 'on.deb')));
    assert.match(readlinkSync(wants()), /\/lib\/systemd\/system\/acme\.service$/);
    assert.match(readlinkSync(userWants()), /\/lib\/systemd\/user\/mine\.service$/);
  });

  it('leave them disabled where somebody disabled them', () => {
    rmSync(wants());
    installed(root().dpkg(CHROOTLESS, '-i', join(folder(), 'newer.deb')));
    assert.equal(existsSync(dirname(wants())) && readdirSync(dirname(wants())).includes('acme.service'), false);
  });

  it('leave nothing when they are purged', () => {
    installed(root().dpkg(CHROOTLESS, '-P', 'acme'));
    const left = readdirSync(join(root().path, 'etc'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.service'));
    assert.deepEqual(left, []);
  });

  it('enable nothing when told so', () => {
    installed(root().dpkg(CHROOTLESS, '-i', join(folder(), 'off.deb')));
    const left = readdirSync(join(root().path, 'etc'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.service'));
    assert.deepEqual(left, []);
  });
});
