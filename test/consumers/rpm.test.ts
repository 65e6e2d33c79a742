import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry, KeyHandle, KeyJob } from '@provisioning-dist/core';
import { readRpm } from '../../packages/plugin-deb-rpm/src/rpm/read/read.ts';
import { upstreamVersion } from '../../packages/plugin-deb-rpm/src/rpm/version.ts';
import { srpmFormat } from '../../packages/plugin-deb-rpm/src/srpm/format.ts';
import {
  directory,
  file,
  keyHandle,
  type Making,
  RELEASE,
  sampleEntries,
  sorted,
  sourceOf,
  symlink,
  writeRpm,
  X86_64,
} from '../../packages/plugin-deb-rpm/test/rpm/rpm-package.ts';
import { type SourceMaking, srpmJob, writeSrpm } from '../../packages/plugin-deb-rpm/test/srpm/srpm-package.ts';
import { gpg } from '../../packages/plugin-sign/src/gpg/key.ts';
import type { GpgOptions } from '../../packages/plugin-sign/src/gpg/options.ts';
import { fixture, PASSPHRASE } from '../../packages/plugin-sign/test/fixtures.ts';
import { parse, secret } from '../../packages/plugin-sign/test/key-job.ts';
import { needs, run, temporaryFolder } from './tools.ts';

const CODECS = ['gzip', 'xz', 'zstd', 'none'] as const;
const DB = '/var/lib/rpm';

/** Runs rpm on a root of its own. */
function rpm(root: string, ...args: readonly string[]): string {
  return run('rpm', ['--root', root, '--dbpath', DB, ...args], root);
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String((error as { readonly stderr?: string }).stderr);
  }
  throw new Error('it was accepted');
}

/** A root with nothing but a shell and the libraries it is linked to. */
function emptyRoot(path: string): string {
  mkdirSync(join(path, 'usr'), { recursive: true });
  mkdirSync(join(path, 'bin'));
  const libraries = execFileSync('ldd', ['/bin/dash'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const library of libraries) {
    mkdirSync(join(path, dirname(library)), { recursive: true });
    copyFileSync(library, join(path, library));
  }
  copyFileSync('/bin/dash', join(path, 'bin/sh'));
  return path;
}

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        !/^(?:var|bin|usr|usr\/(?:bin|lib|share)|usr\/share\/(?:doc|man|licenses))$/.test(path) && !/^(?:var|bin|lib|lib64)(?:\/|$)/.test(path),
    )
    .toSorted();
}

const ORIGINAL = new Map(sampleEntries().map((entry) => [entry.path, entry]));

function contentOf(path: string): Buffer {
  const entry = ORIGINAL.get(path);
  return entry?.type === 'file' && 'bytes' in entry.source ? Buffer.from(entry.source.bytes) : Buffer.alloc(0);
}

describe('rpm reads our packages', () => {
  const folder = temporaryFolder();
  needs('rpm', 'rpmkeys', 'rpm2cpio', 'cpio', 'dash', 'ldd', 'getcap');

  for (const codec of CODECS) {
    describe(`with codec ${codec}`, () => {
      const path = (): string => join(folder(), `${codec}.rpm`);
      before('writes the package', () => writeRpm({ options: { codec } }, path()));

      it('finds all digests right', () => {
        const said = run('rpmkeys', ['-Kv', path()], folder());
        assert.match(said, /Header SHA256 digest: OK\n/);
        assert.match(said, /Payload SHA256 digest: OK\n/);
      });

      it('notices a changed payload', () => {
        const bytes = readFileSync(path());
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
        const damaged = join(folder(), 'damaged.rpm');
        writeFileSync(damaged, bytes);
        assert.throws(() => run('rpmkeys', ['-K', damaged], folder()));
      });

      it('unpacks the same files', () => {
        const into = join(folder(), `${codec}-cpio`);
        mkdirSync(into);
        const archive = execFileSync('rpm2cpio', [path()], { maxBuffer: 2 ** 28 });
        execFileSync('cpio', ['-idm', '--quiet'], { cwd: into, input: archive });
        assert.deepEqual(readFileSync(join(into, 'usr/bin/acme')), contentOf('bin/acme'));
        assert.deepEqual(readFileSync(join(into, 'etc/acme/acme.toml')), contentOf('etc/acme/acme.toml'));
        assert.equal(statSync(join(into, 'usr/share/acme/empty')).isDirectory(), true);
      });

      it('installs, verifies and erases', () => {
        const root = emptyRoot(join(folder(), `${codec}-root`));
        rpm(root, '-i', '--nodeps', path());
        assert.equal(rpm(root, '-V', '--nodeps', 'acme'), '');
        assert.equal(statSync(join(root, 'etc/acme')).mode & 0o7777, 0o750);
        rpm(root, '-e', 'acme');
        assert.deepEqual(filesBelow(root), ['etc', 'usr/lib/systemd', 'usr/lib/systemd/system', 'usr/share/man/man1']);
      });
    });
  }

  describe('of which every field is written', () => {
    const path = (): string => join(folder(), 'full.rpm');
    const query = (format: string): string => run('rpm', ['-qp', '--qf', format, path()], folder());
    before('writes the package', () =>
      writeRpm(
        {
          options: {
            epoch: 2,
            revision: '3.el9',
            vendor: 'Acme Ltd',
            license: 'MIT OR Apache-2.0',
            requires: ['glibc >= 2.17', '(foo or bar >= 1)'],
            recommends: ['man-db'],
            suggests: ['bash-completion'],
            supplements: ['(desktop and acme)'],
            enhances: ['make'],
            conflicts: ['acme-legacy < {version}'],
            obsoletes: ['old-acme < 1'],
            provides: ['acme-tool = {version}'],
            order: ['filesystem'],
            scriptRequires: { pre: ['coreutils'] },
            prefixes: ['/usr'],
            ghosts: { '/var/log/acme.log': { mode: 0o640, config: true } },
            flags: { '/usr/share/doc/acme/README.md': ['doc', 'readme'] },
            capabilities: { '/usr/bin/acme': 'cap_net_bind_service=ep' },
          },
        },
        path(),
      ),
    );

    it('tells who made it', () => {
      assert.equal(
        query('%{NEVRA}|%{VENDOR}|%{PACKAGER}|%{LICENSE}|%{URL}|%{SUMMARY}|%{BUILDTIME}|%{SOURCERPM}'),
        'acme-2:1.2.3-3.el9.x86_64|Acme Ltd|Jane Doe <jane@acme.example>|MIT OR Apache-2.0|https://acme.example|Tool that does things|1709209810|acme-1.2.3-3.el9.src.rpm',
      );
    });

    it('tells what it needs', () => {
      const requires = run('rpm', ['-qp', '--requires', path()], folder()).split('\n');
      for (const one of ['glibc >= 2.17', '(foo or bar >= 1)', 'coreutils', 'config(acme) = 2:1.2.3-3.el9', 'rpmlib(FileCaps) <= 4.6.1-1'])
        assert.ok(requires.includes(one), one);
      assert.equal(requires.includes('rpmlib(RichDependencies) <= 4.12.0-1'), true);
    });

    it('tells weak and negative relations', () => {
      const options = ['--recommends', '--suggests', '--supplements', '--enhances', '--conflicts', '--obsoletes'];
      assert.deepEqual(
        run('rpm', ['-qp', ...options, path()], folder())
          .trim()
          .split('\n')
          .toSorted(),
        ['(desktop and acme)', 'acme-legacy < 2:1.2.3-3.el9', 'bash-completion', 'make', 'man-db', 'old-acme < 1'],
      );
      assert.equal(query('[%{ORDERNAME}]'), 'filesystem');
    });

    it('tells what it provides', () => {
      assert.deepEqual(run('rpm', ['-qp', '--provides', path()], folder()).trim().split('\n'), [
        'acme = 2:1.2.3-3.el9',
        'acme(x86-64) = 2:1.2.3-3.el9',
        'acme-tool = 2:1.2.3-3.el9',
        'config(acme) = 2:1.2.3-3.el9',
      ]);
    });

    it('tells flags and capabilities of files', () => {
      const files = query('[%{FILENAMES} %{FILEFLAGS:fflags} %{FILECAPS}\n]').split('\n');
      for (const one of [
        '/etc/acme/acme.toml cn ',
        '/usr/bin/acme  cap_net_bind_service=ep',
        '/usr/share/doc/acme/README.md dr ',
        '/usr/share/licenses/acme/LICENSE l ',
        '/usr/share/man/man1/acme.1.gz d ',
        '/var/log/acme.log cg ',
      ])
        assert.ok(files.includes(one), `${one}\n${files.join('\n')}`);
    });

    it('gives the capabilities', () => {
      const root = emptyRoot(join(folder(), 'caps'));
      rpm(root, '-i', '--nodeps', path());
      assert.equal(rpm(root, '-V', '--nodeps', 'acme'), '');
      assert.match(run('getcap', [join(root, 'usr/bin/acme')], folder()), /cap_net_bind_service=ep/);
    });
  });

  describe('over its life', () => {
    const SCRIPT_LOG = '#!/bin/sh\necho';
    const scripts = (version: string) => ({
      pretrans: `#!<lua>\nlocal f = io.open('/log', 'a') f:write('${version} pretrans ' .. arg[2] .. '\\n') f:close()\n`,
      ...Object.fromEntries(
        ['pre', 'post', 'preun', 'postun', 'posttrans'].map((name) => [name, `${SCRIPT_LOG} ${version} ${name} $1 >> /log\nexit 0\n`]),
      ),
      verify: '#!/bin/sh\necho verified\n',
    });
    const entries = (level: number): readonly Entry[] =>
      sorted([
        file('bin/acme', '#!/bin/sh\n', { mode: 0o755, role: 'binary' }),
        file('etc/acme.conf', `level = ${level}\n`, { role: 'config' }),
        file('lib/systemd/system/acme.service', '[Service]\nExecStart=/usr/bin/acme\n[Install]\nWantedBy=multi-user.target\n', { role: 'service' }),
      ]);
    const write = (version: string, level: number): Promise<void> =>
      writeRpm(
        { entries: entries(level), options: { scripts: scripts(version) }, job: { release: { ...RELEASE, version } } },
        join(folder(), `${version}.rpm`),
      );
    let root = '';
    const logged = (): readonly string[] => {
      const text = existsSync(join(root, 'log')) ? readFileSync(join(root, 'log'), 'utf8') : '';
      writeFileSync(join(root, 'log'), '');
      return text.trim().split('\n');
    };
    before('makes packages and a root', async () => {
      await write('1.2.3-rc.1', 1);
      await write('1.2.3', 2);
      root = emptyRoot(join(folder(), 'life'));
    });

    it('runs scripts of an installation', () => {
      rpm(root, '-i', '--nodeps', join(folder(), '1.2.3-rc.1.rpm'));
      assert.deepEqual(
        logged(),
        ['pretrans', 'pre', 'post', 'posttrans'].map((name) => `1.2.3-rc.1 ${name} 1`),
      );
    });

    it('upgrades from a pre-release, keeping what was changed', () => {
      writeFileSync(join(root, 'etc/acme.conf'), 'mine\n');
      rpm(root, '-U', '--nodeps', join(folder(), '1.2.3.rpm'));
      assert.deepEqual(logged(), [
        '1.2.3 pretrans 2',
        '1.2.3 pre 2',
        '1.2.3 post 2',
        '1.2.3-rc.1 preun 1',
        '1.2.3-rc.1 postun 1',
        '1.2.3 posttrans 2',
      ]);
      assert.equal(readFileSync(join(root, 'etc/acme.conf'), 'utf8'), 'mine\n');
      assert.equal(readFileSync(join(root, 'etc/acme.conf.rpmnew'), 'utf8'), 'level = 2\n');
    });

    it('refuses to go back unless told to', () => {
      assert.match(
        refusal(() => rpm(root, '-U', '--nodeps', join(folder(), '1.2.3-rc.1.rpm'))),
        /is already installed/,
      );
      rpm(root, '-U', '--nodeps', '--oldpackage', join(folder(), '1.2.3-rc.1.rpm'));
      assert.equal(rpm(root, '-q', '--qf', '%{VERSION}', 'acme'), '1.2.3~rc.1');
      logged();
    });

    it('runs the script that verifies', () => {
      assert.match(rpm(root, '-V', '--nodeps', '--nofiles', '-v', 'acme'), /verified/);
    });

    it('runs scripts of a removal', () => {
      rpm(root, '-e', 'acme');
      assert.deepEqual(logged(), ['1.2.3-rc.1 preun 0', '1.2.3-rc.1 postun 0']);
      assert.deepEqual(
        readdirSync(join(root, 'etc'))
          .filter((name) => name.startsWith('acme'))
          .toSorted(),
        ['acme.conf.rpmnew', 'acme.conf.rpmsave'],
      );
      assert.equal(existsSync(join(root, 'usr/bin/acme')), false);
    });
  });

  it('leaves everything as it was when "pre" fails', async () => {
    const path = join(folder(), 'failing.rpm');
    await writeRpm({ options: { scripts: { pre: '#!/bin/sh\nexit 1\n' } } }, path);
    const root = emptyRoot(join(folder(), 'failing'));
    assert.match(
      refusal(() => rpm(root, '-i', '--nodeps', path)),
      /%prein\(acme-1\.2\.3-1\.x86_64\) scriptlet failed/,
    );
    assert.deepEqual(filesBelow(root), []);
  });

  it('passes arguments to interpreters', async () => {
    const path = join(folder(), 'arguments.rpm');
    await writeRpm({ options: { scripts: { post: '#!/bin/sh -u\necho $1 $- > /log\n' }, systemd: { restart: false } }, entries: [] }, path);
    const root = emptyRoot(join(folder(), 'arguments'));
    rpm(root, '-i', '--nodeps', path);
    assert.match(readFileSync(join(root, 'log'), 'utf8'), /^1 .*u/);
  });

  it('runs triggers of packages and of files', async () => {
    const root = emptyRoot(join(folder(), 'triggers'));
    const [owner, target] = [join(folder(), 'owner.rpm'), join(folder(), 'target.rpm')];
    const log = (what: string): string => `#!/bin/sh\necho ${what} $1 $2 >> /log\n`;
    await writeRpm(
      {
        entries: [],
        job: { cell: { platform: X86_64, variant: undefined, variants: [], package: 'owner' } },
        options: {
          triggers: [
            { on: 'in', packages: ['target >= 1', 'other'], script: log('in') },
            { on: 'un', packages: ['target'], script: log('un') },
            { on: 'postun', packages: ['target'], script: log('postun') },
          ],
          fileTriggers: [
            { on: 'in', paths: ['/usr/share/target'], script: '#!/bin/sh\nwhile read line; do echo file $line; done >> /log\n' },
            { on: 'in', paths: ['/usr/share'], script: '#!/bin/sh\necho transaction >> /log\n', transaction: true, priority: 2000 },
          ],
        },
      },
      owner,
    );
    const entries = [file('share/target/data', 'x')];
    await writeRpm({ entries, job: { cell: { platform: undefined, variant: undefined, variants: [], package: 'target' } } }, target);
    rpm(root, '-i', '--nodeps', owner);
    rpm(root, '-i', target);
    rpm(root, '-e', 'target');
    const lines = readFileSync(join(root, 'log'), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('file')),
      ['in 1 1', 'transaction', 'un 1 0', 'postun 1 0'],
    );
    assert.ok(lines.includes('file /usr/share/target/data'), lines.join('\n'));
  });

  it('moves what may be moved', async () => {
    const path = join(folder(), 'relocatable.rpm');
    await writeRpm({ entries: [file('share/acme/data', 'x')], options: { prefixes: ['/usr'] } }, path);
    const root = emptyRoot(join(folder(), 'relocated'));
    rpm(root, '-i', '--prefix', '/opt/acme', path);
    assert.equal(readFileSync(join(root, 'opt/acme/share/acme/data'), 'utf8'), 'x');
  });

  it('installs one variant at a time', async () => {
    const variants = ['minimal', 'complete'];
    const cell = (variant: string) => ({ platform: X86_64, variant, variants, package: 'acme' });
    for (const variant of variants) await writeRpm({ entries: [], job: { cell: cell(variant) } }, join(folder(), `${variant}.rpm`));
    const root = emptyRoot(join(folder(), 'variants'));
    rpm(root, '-i', join(folder(), 'minimal.rpm'));
    assert.match(
      refusal(() => rpm(root, '-i', join(folder(), 'complete.rpm'))),
      /acme conflicts with|conflicts with acme/,
    );
    rpm(root, '-e', 'acme');
    rpm(root, '-i', join(folder(), 'complete.rpm'));
    assert.equal(rpm(root, '-q', '--qf', '%{NAME} %{VERSION}', '--whatprovides', 'acme'), 'acme-complete 1.2.3');
  });

  it('orders versions as semver does', () => {
    const versions = [
      '0.9.0',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.1-a-b',
      '1.0.1',
      '1.10.0',
    ];
    const calls = versions.slice(1).map((version, index) => `rpm.vercmp("${upstreamVersion(versions[index] ?? '')}", "${upstreamVersion(version)}")`);
    const compared = run('rpm', ['--eval', `%{lua: print(${calls.join(', ')})}`], folder())
      .trim()
      .split(/\s+/);
    assert.deepEqual(
      compared,
      calls.map(() => '-1'),
    );
  });

  it('takes metadata of a build as newer than none', () => {
    const call = `rpm.vercmp("${upstreamVersion('1.0.0')}", "${upstreamVersion('1.0.0+b5', { buildMetadata: true })}")`;
    assert.equal(run('rpm', ['--eval', `%{lua: print(${call})}`], folder()).trim(), '-1');
  });
});

/** Keys of gpg in a folder of their own. */
class Keyring {
  readonly #home: string;

  constructor(folder: string) {
    this.#home = join(folder, 'gnupg');
    mkdirSync(this.#home, { mode: 0o700 });
  }

  /** Gives the public half. */
  generate(user: string, algorithm: string): Buffer {
    this.#gpg(['--passphrase', '', '--quick-gen-key', user, algorithm, 'sign', 'never']);
    return this.#gpg(['--armor', '--export', user]);
  }

  handle(user: string): KeyHandle {
    return keyHandle((bytes) => this.#gpg(['--local-user', user, '--digest-algo', 'SHA256', '--detach-sign'], bytes));
  }

  stop(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'gpg-agent']);
  }

  #gpg(args: readonly string[], input: Uint8Array | string = ''): Buffer {
    return execFileSync('gpg', ['--homedir', this.#home, '--batch', '--quiet', ...args], { input, stdio: ['pipe', 'pipe', 'ignore'] });
  }
}

describe('rpmkeys verifies our signatures', () => {
  const folder = temporaryFolder();
  needs('rpmkeys', 'gpg', 'gpgconf');
  let keyring: Keyring;
  before('makes a keyring', () => {
    keyring = new Keyring(folder());
  });
  after('stops its agent', () => keyring.stop());

  for (const [algorithm, said] of [
    ['rsa3072', /Header V4 RSA\/SHA256 Signature, key ID [0-9a-f]{8}: OK/],
    ['ed25519', /Header V4 EdDSA\/SHA256 Signature, key ID [0-9a-f]{8}: OK/],
  ] as const) {
    it(`made with ${algorithm}`, async () => {
      writeFileSync(join(folder(), `${algorithm}.asc`), keyring.generate(algorithm, algorithm));
      const path = join(folder(), `${algorithm}.rpm`);
      await writeRpm({ options: { sign: 'release' }, job: { key: () => keyring.handle(algorithm) } }, path);
      const db = join(folder(), `${algorithm}-db`);
      run('rpmkeys', ['--dbpath', db, '--import', `${algorithm}.asc`], folder());
      assert.match(run('rpmkeys', ['--dbpath', db, '--define', '_pkgverify_level all', '-Kv', path], folder()), said);
    });
  }

  it('and none by a key it does not have', () => {
    const args = ['--dbpath', join(folder(), 'no-db'), '--define', '_pkgverify_level signature', '-K', 'rsa3072.rpm'];
    assert.throws(() => run('rpmkeys', args, folder()));
  });
});

describe('rpm with our relations and flags', () => {
  const folder = temporaryFolder();
  needs('rpm', 'dash', 'ldd');
  const NOTHING_IN_IT = (name: string) => ({ cell: { platform: X86_64, variant: undefined, variants: [], package: name } });

  it('solves rich relations', async () => {
    const [wanting, wanted] = [join(folder(), 'wanting.rpm'), join(folder(), 'wanted.rpm')];
    await writeRpm({ entries: [], job: NOTHING_IN_IT('wanting'), options: { requires: ['(nowhere or wanted >= 1)'] } }, wanting);
    await writeRpm({ entries: [], job: NOTHING_IN_IT('wanted') }, wanted);
    const root = emptyRoot(join(folder(), 'rich'));
    assert.match(
      refusal(() => rpm(root, '-i', wanting)),
      /\(nowhere or wanted >= 1\) is needed by wanting/,
    );
    rpm(root, '-i', wanting, wanted);
    assert.match(
      refusal(() => rpm(root, '-e', 'wanted')),
      /\(nowhere or wanted >= 1\) is needed by/,
    );
  });

  it('takes a higher epoch for newer', async () => {
    const write = (version: string, options: Readonly<Record<string, unknown>>) =>
      writeRpm({ entries: [], options, job: { release: { ...RELEASE, version } } }, join(folder(), `${version}.rpm`));
    await write('2.0.0', {});
    await write('1.0.0', { epoch: 1 });
    const root = emptyRoot(join(folder(), 'epoch'));
    rpm(root, '-i', join(folder(), '2.0.0.rpm'));
    rpm(root, '-U', join(folder(), '1.0.0.rpm'));
    assert.equal(rpm(root, '-q', '--qf', '%{EPOCH}:%{VERSION}', 'acme'), '1:1.0.0');
  });

  it('does not miss what may be missing', async () => {
    const path = join(folder(), 'missing.rpm');
    const entries = [file('etc/first.conf', 'x', { role: 'config' }), file('etc/second.conf', 'x', { role: 'config' })];
    await writeRpm({ entries, options: { flags: { '/etc/first.conf': ['config', 'missingok'] } } }, path);
    const root = emptyRoot(join(folder(), 'missing'));
    rpm(root, '-i', path);
    for (const { path: each } of entries) rmSync(join(root, each));
    const { stdout } = spawnSync('rpm', ['--root', root, '--dbpath', DB, '-V', 'acme'], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    assert.deepEqual(stdout.trim().split(/\s+/), ['missing', 'c', '/etc/second.conf']);
  });

  it('installs a file of more than 4 GiB', async function () {
    if (process.env.CI_FULL === undefined) return this.skip();
    const [sparse, path] = [join(folder(), 'sparse'), join(folder(), 'large.rpm')];
    writeFileSync(sparse, '');
    truncateSync(sparse, 2 ** 32 + 7);
    const large = { ...file('share/acme/large'), size: 2 ** 32 + 7, source: { file: sparse, size: 2 ** 32 + 7, mtimeMs: statSync(sparse).mtimeMs } };
    await writeRpm({ entries: [large], options: { codec: 'zstd', level: 1 } }, path);
    assert.equal(run('rpm', ['-qp', '--qf', '[%{LONGFILESIZES} ]', path], folder()), '0 4294967303 ');
    assert.match(run('rpmkeys', ['-Kv', path], folder()), /Payload SHA256 digest: OK\n/);
    const root = emptyRoot(join(folder(), 'large'));
    rpm(root, '-i', path);
    assert.equal(statSync(join(root, 'usr/share/acme/large')).size, 2 ** 32 + 7);
  }).timeout(300_000);
});

describe('signatures in rpms', () => {
  const folder = temporaryFolder();
  needs('rpmkeys');

  for (const [name, fixed] of [
    ['RSA', 'gpg-rsa.asc'],
    ['EdDSA', 'gpg-eddsa.asc'],
  ] as const) {
    it(`of ${name} are the same on every run, and good`, async () => {
      const handle = fixedKey(fixed);
      const paths = [join(folder(), `${name}-1.rpm`), join(folder(), `${name}-2.rpm`)];
      for (const path of paths) await writeRpm({ options: { sign: 'release' }, job: { key: () => handle } }, path);
      const [first, second] = paths.map((path) => readFileSync(path));
      assert.deepEqual(first, second);
      const { publicKey } = await handle.info();
      writeFileSync(join(folder(), 'key.asc'), publicKey?.bytes ?? '');
      const db = join(folder(), `${name}-db`);
      run('rpmkeys', ['--dbpath', db, '--import', 'key.asc'], folder());
      const said = run('rpmkeys', ['--dbpath', db, '--define', '_pkgverify_level all', '-Kv', paths[0] ?? ''], folder());
      assert.match(said, new RegExp(`Header V4 ${name}/SHA(?:256|512) Signature, key ID [0-9a-f]{8}: OK`));
    });
  }
});

/** A key of plugin-sign's tests, used as the product uses it. */
function fixedKey(name: string): KeyHandle {
  const raw = { key: secret(fixture(name)), passphrase: secret(PASSPHRASE) };
  const job = { options: parse(gpg, raw), id: 'release', date: RELEASE.date, release: RELEASE } as unknown as KeyJob<GpgOptions>;
  return {
    ...keyHandle(async (bytes) => (await gpg.openpgp?.(job, bytes, { form: 'detached', armor: false })) ?? assert.fail()),
    info: async () => await gpg.info(job),
  };
}

describe('rpmbuild takes our source rpms', () => {
  const folder = temporaryFolder();
  needs('rpm', 'rpmkeys', 'rpmbuild', 'rpm2cpio', 'cpio', 'dash', 'ldd');
  const ENTRIES = sorted([
    file('acme.sh', '#!/bin/sh\necho acme\n', { mode: 0o755 }),
    file("share/it's 5%.txt", 'data\n'),
    symlink('share/link', 'plain'),
    file('share/plain', 'x'.repeat(100_000)),
  ]);
  const built = (name: string): { readonly source: string; readonly rpm: string } => {
    const [source, top] = [join(folder(), `${name}/acme-1.2.3-1.src.rpm`), join(folder(), `${name}-top`)];
    run('rpmbuild', ['--rebuild', '--quiet', '--define', `_topdir ${top}`, '--define', `_tmppath ${top}/tmp`, source], folder());
    const [rebuilt = ''] = globSync('RPMS/*/*.rpm', { cwd: top });
    assert.notEqual(rebuilt, '');
    return { source, rpm: join(top, rebuilt) };
  };
  const make = async (options: SourceMaking['options'], name: string, job: SourceMaking['job'] = {}) => {
    mkdirSync(join(folder(), name));
    await writeSrpm({ entries: ENTRIES, options, job }, join(folder(), `${name}/acme-1.2.3-1.src.rpm`));
    return built(name);
  };
  const copy = {
    'acme.sh': '/usr/bin/acme',
    "share/it's 5%.txt": '/usr/share/acme/five.txt',
    'share/link': '/usr/share/acme/link',
    'share/plain': '/usr/share/acme/plain',
  };

  for (const codec of CODECS) {
    it(`in ${codec}, and what is built installs`, async () => {
      const { source, rpm: binary } = await make({ copy, codec, epoch: 3, description: '100% %{name} %(id)' }, codec);
      assert.equal(run('rpm', ['-qp', '--qf', '%{NEVRA} %{SOURCEPACKAGE} %{SOURCERPM}', source], folder()), 'acme-3:1.2.3-1.noarch 1 (none)');
      assert.match(run('rpmkeys', ['-Kv', source], folder()), /Payload SHA256 digest: OK\n/);
      const archive = execFileSync('rpm2cpio', [source], { maxBuffer: 2 ** 28 });
      assert.equal(execFileSync('cpio', ['-t', '--quiet'], { input: archive, encoding: 'utf8' }), 'acme-1.2.3.tar\nacme.spec\n');
      assert.equal(run('rpm', ['-qp', '--qf', '%{SOURCERPM} %{SUMMARY}', binary], folder()), 'acme-1.2.3-1.src.rpm 100% %{name} %(id)');
      const root = emptyRoot(join(folder(), `${codec}-installed`));
      rpm(root, '-i', '--nodeps', binary);
      assert.equal(rpm(root, '-V', '--nodeps', 'acme'), '');
      assert.equal(readFileSync(join(root, 'usr/share/acme/five.txt'), 'utf8'), 'data\n');
      assert.equal(statSync(join(root, 'usr/bin/acme')).mode & 0o7777, 0o755);
      assert.equal(readlinkSync(join(root, 'usr/share/acme/link')), 'plain');
      rpm(root, '-e', 'acme');
      assert.equal(existsSync(join(root, 'usr/share/acme')), false);
    }).timeout(30_000);
  }

  it('runs lines of the build and the installation', async () => {
    const build = ["printf '%s' built > made"];
    const install = ['install -D -m 0640 made "$RPM_BUILD_ROOT/usr/share/acme/it is made"'];
    const { rpm: binary } = await make({ build, install, noarch: true, directories: ['/usr/share/acme'] }, 'made');
    const root = emptyRoot(join(folder(), 'made-installed'));
    rpm(root, '-i', '--nodeps', binary);
    assert.equal(readFileSync(join(root, 'usr/share/acme/it is made'), 'utf8'), 'built');
    rpm(root, '-e', 'acme');
    assert.equal(existsSync(join(root, 'usr/share/acme')), false);
  }).timeout(30_000);

  it('tells what has to be there to build it', async () => {
    const options = { copy, buildRequires: ['no-such-compiler >= 3'] };
    await assert.rejects(make(options, 'needy'), /no-such-compiler >= 3 is needed by acme-1\.2\.3-1\.noarch/);
  });

  it('is the source our rpms tell', async () => {
    const path = join(folder(), 'acme.rpm');
    await writeRpm({}, path);
    const { job, options } = { job: srpmJob({ entries: ENTRIES, options: { copy } }), options: { ext: 'src.rpm', defaultName: '' } };
    assert.equal(run('rpm', ['-qp', '--qf', '%{SOURCERPM}', path], folder()), srpmFormat.name?.({ ...job, ...options }));
  });

  it('signed as rpms are', async () => {
    const handle = fixedKey('gpg-rsa.asc');
    const { source } = await make({ copy, sign: 'release' }, 'signed', { key: () => handle });
    writeFileSync(join(folder(), 'key.asc'), (await handle.info()).publicKey?.bytes ?? '');
    run('rpmkeys', ['--dbpath', join(folder(), 'db'), '--import', 'key.asc'], folder());
    const args = ['--dbpath', join(folder(), 'db'), '--define', '_pkgverify_level all', '-Kv', source];
    assert.match(run('rpmkeys', args, folder()), /Header V4 RSA\/SHA256 Signature, key ID [0-9a-f]{8}: OK/);
  });
});

describe('libraries', () => {
  const folder = temporaryFolder();
  needs('rpm', 'cc');

  it('are required and provided as rpmbuild does', async () => {
    writeFileSync(join(folder(), 'lib.c'), 'int acme(void) { return 1; }\n');
    writeFileSync(join(folder(), 'main.c'), 'int acme(void);\nint main(void) { return acme(); }\n');
    const library = (name: string) => run('cc', ['-shared', '-fPIC', `-Wl,-soname,${name}`, '-o', name, 'lib.c'], folder());
    library('libacme.so.1');
    library('libother.so.2');
    run('cc', ['-o', 'main', 'main.c', './libacme.so.1', './libother.so.2', '-Wl,--no-as-needed', './libother.so.2'], folder());
    const entries = sorted([
      file('bin/main', readFileSync(join(folder(), 'main')), { mode: 0o755, role: 'binary' }),
      file('usr/lib64/libacme.so.1', readFileSync(join(folder(), 'libacme.so.1')), { mode: 0o755, role: 'library' }),
    ]);
    const path = join(folder(), 'libraries.rpm');
    await writeRpm({ entries }, path);
    const listed = (what: string): readonly string[] =>
      run('rpm', ['-qp', what, path], folder())
        .split('\n')
        .filter((line) => line.includes('.so.'));
    assert.deepEqual(listed('--provides'), ['libacme.so.1()(64bit)']);
    assert.equal(listed('--requires').includes('libacme.so.1()(64bit)'), false);
    assert.equal(listed('--requires').includes('libother.so.2()(64bit)'), true);
    assert.equal(listed('--requires').includes('libc.so.6()(64bit)'), true);
  });
});

describe('our reader', () => {
  const folder = temporaryFolder();
  needs('rpmbuild', 'gzip', 'xz', 'zstd');
  const SPEC = `Name: foreign
Version: 1.0
Release: 1
Summary: Made by others
License: MIT
URL: https://acme.example
BuildArch: noarch
%description
Made by rpmbuild.
%install
mkdir -p %{buildroot}/usr/share/foreign %{buildroot}/etc
echo data > %{buildroot}/usr/share/foreign/a
ln %{buildroot}/usr/share/foreign/a %{buildroot}/usr/share/foreign/b
ln -s a %{buildroot}/usr/share/foreign/c
echo x > %{buildroot}/etc/foreign.conf
%files
/usr/share/foreign
%config(noreplace) /etc/foreign.conf
%ghost /var/log/foreign.log
%changelog
* Thu Feb 29 2024 Jane Doe <jane@acme.example> - 1.0-1
- Made
`;

  for (const payload of ['w9.gzdio', 'w6.xzdio', 'w3.zstdio', 'w.ufdio']) {
    it(`finds nothing wrong with hard links packed by ${payload}`, async () => {
      writeFileSync(join(folder(), 'foreign.spec'), SPEC);
      const defines = ['--define', `_topdir ${folder()}`, '--define', `_binary_payload ${payload}`];
      run('rpmbuild', ['-bb', '--quiet', ...defines, 'foreign.spec'], folder());
      const bytes = readFileSync(join(folder(), 'RPMS/noarch/foreign-1.0-1.noarch.rpm'));
      assert.deepEqual(await readRpm(sourceOf(bytes, 'foreign-1.0-1.noarch.rpm')), []);
    });
  }
});

describe('rpmlint finds no error', () => {
  const folder = temporaryFolder();
  needs('rpmlint', 'rpmkeys', 'gpg', 'gpgconf', 'cc', 'strip');

  it('in a package with service, config, scripts and man page', async () => {
    writeFileSync(join(folder(), 'acme.c'), 'int main(void) { return 0; }\n');
    run('cc', ['-O2', '-fPIE', '-pie', '-o', 'acme', 'acme.c'], folder());
    run('strip', ['acme'], folder());
    const making: Making = {
      entries: sorted([
        directory('bin'),
        file('LICENSE', 'MIT License\n', { role: 'license' }),
        file('README.md', '# acme\n', { role: 'doc' }),
        file('bin/acme', readFileSync(join(folder(), 'acme')), { mode: 0o755, role: 'binary' }),
        symlink('bin/ac', 'acme', { role: 'binary' }),
        file('etc/acme/acme.toml', 'level = 1\n', { role: 'config' }),
        file('lib/systemd/system/acme.service', '[Service]\nExecStart=/usr/bin/acme\n[Install]\nWantedBy=multi-user.target\n', { role: 'service' }),
        file('share/man/man1/acme.1', '.TH ACME 1\n.SH NAME\nacme \\- do things\n', { role: 'man' }),
      ]),
      options: { sign: 'release', scripts: { post: '#!/bin/sh\n: set up\n' } },
    };
    const keyring = new Keyring(folder());
    writeFileSync(join(folder(), 'key.asc'), keyring.generate('acme', 'rsa3072'));
    writeFileSync(join(folder(), '.rpmmacros'), `%_dbpath ${folder()}/db\n`);
    run('rpmkeys', ['--import', 'key.asc'], folder());
    const path = join(folder(), 'acme-1.2.3-1.x86_64.rpm');
    await writeRpm({ ...making, job: { key: () => keyring.handle('acme') } }, path);
    keyring.stop();
    writeFileSync(join(folder(), 'config.toml'), 'CompressExtension = "gz"\nValidLicenses = ["MIT"]\n');
    const requires = run('rpm', ['-qp', '--requires', path], folder());
    assert.match(requires, /^libc\.so\.6\(GLIBC_2\.[0-9.]+\)\(64bit\)$/m);
    const said = run('rpmlint', ['-c', 'config.toml', path], folder(), 'C.UTF-8');
    const tags = new Set([...said.matchAll(/: [EW]: (\S+)/g)].map(([, tag]) => tag));
    // It does not see pages that are links, nor that a unit is no library.
    assert.deepEqual([...tags].toSorted(), ['no-manual-page-for-binary', 'only-non-binary-in-usr-lib']);
  });
});
