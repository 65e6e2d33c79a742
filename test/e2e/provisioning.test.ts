import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'mocha';
import { generateKey } from 'openpgp';
import { needs, run } from '../consumers/tools.ts';
import { fileSays, toolchains } from './build/toolchains.ts';
import { ROOT, succeed } from './cli.ts';
import { commitAll, type Project, sandbox } from './project.ts';

/** examples/provisioning as a user has it: a repository of its own, built with cargo, then what its packages hold and do. */

const MINIMAL: readonly string[] = [
  'LICENSE',
  'bin/control-center',
  'bin/orchestrator',
  'bin/provisioning',
  'etc/provisioning/control-center.toml',
  'etc/provisioning/orchestrator.toml',
  'share/doc/provisioning/quickstart.md',
  'share/man/man1/control-center.1',
  'share/man/man1/orchestrator.1',
  'share/man/man1/provisioning.1',
  'share/provisioning/core/cli/provisioning.nu',
  'share/provisioning/core/nulib/catalog.nu',
  'share/provisioning/core/nulib/health.nu',
  'share/provisioning/core/nulib/plan.nu',
  'share/provisioning/providers/local/provider.toml',
  'share/provisioning/schemas/cluster.k',
  'share/provisioning/schemas/provider.k',
  'share/provisioning/schemas/taskserv.k',
  'share/provisioning/taskservs/containerd/taskserv.toml',
  'share/provisioning/taskservs/os/taskserv.toml',
];

const COMPLETE: readonly string[] = [
  ...MINIMAL,
  'bin/mcp-server',
  'etc/provisioning/mcp-server.toml',
  'share/doc/provisioning/guide/clusters.md',
  'share/doc/provisioning/guide/taskservs.md',
  'share/man/man1/mcp-server.1',
  'share/provisioning/clusters/ci/cluster.toml',
  'share/provisioning/clusters/web/cluster.toml',
  'share/provisioning/core/nulib/extra/cluster.nu',
  'share/provisioning/core/nulib/extra/report.nu',
  'share/provisioning/examples/plan.nu',
  'share/provisioning/examples/two-zones.toml',
  'share/provisioning/providers/aws/provider.toml',
  'share/provisioning/providers/upcloud/provider.toml',
  'share/provisioning/taskservs/kubernetes/taskserv.toml',
  'share/provisioning/taskservs/postgres/taskserv.toml',
  'share/provisioning/tools/new-taskserv.sh',
];

interface StandIn {
  readonly exe?: string;
  readonly ending: string;
  readonly kind: RegExp;
}

const STANDINS: Readonly<Record<string, StandIn>> = {
  'linux-amd64': { ending: 'tar.gz', kind: /^ELF 64-bit LSB executable, x86-64/ },
  'linux-arm64': { ending: 'tar.gz', kind: /^ELF 64-bit LSB executable, ARM aarch64/ },
  'macos-amd64': { ending: 'tar.gz', kind: /^Mach-O 64-bit.* x86_64/ },
  'macos-arm64': { ending: 'tar.gz', kind: /^Mach-O 64-bit.* arm64/ },
  'windows-amd64': { exe: '.exe', ending: 'zip', kind: /^PE32\+ executable.* x86-64/ },
  'freebsd-amd64': { ending: 'tar.xz', kind: /^ELF 64-bit LSB executable, x86-64,.*FreeBSD/ },
};

const OWN = /\/(?:\.provisioning-dist|packages|dist|target)$/;
const HOST = process.platform === 'linux' && process.arch === 'x64';

describe('the provisioning example', () => {
  needs('cargo', 'tar', 'git');
  const box = sandbox();
  let project: Project;
  let publicKey = '';

  before('packages it', async function () {
    if (!HOST) this.skip();
    project = box.project({});
    copyExample(project);
    const key = await generateKey({ type: 'rsa', rsaBits: 3072, userIDs: [{ name: 'acme' }], date: new Date(0), format: 'armored' });
    publicKey = key.publicKey;
    project.write({ 'provisioning-dist.yaml': signed(project.read('provisioning-dist.yaml')) });
    await succeed(project, ['package', '--platform', 'linux-amd64'], { env: { ...toolchains(), GPG_KEY: key.privateKey } });
    for (const variant of ['complete', 'minimal']) unpack(variant);
  });

  function unpack(variant: string): void {
    mkdirSync(unpacked(variant));
    const archive = project.path(`packages/provisioning-0.1.0-linux-amd64-${variant}.tar.gz`);
    execFileSync('tar', ['-xzf', archive, '--strip-components=1'], { cwd: unpacked(variant) });
  }

  function unpacked(variant: string, ...parts: readonly string[]): string {
    return join(project.home, variant, ...parts);
  }

  function filesOf(variant: string): readonly string[] {
    return globSync('**/*', { cwd: unpacked(variant), withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(unpacked(variant).length + 1))
      .toSorted();
  }

  function program(path: string, ...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    return spawnSync(path, args, { encoding: 'utf8', timeout: 10_000 });
  }

  it('is complete', () => {
    assert.deepEqual(filesOf('complete'), COMPLETE.toSorted());
  });

  it('is minimal', () => {
    assert.deepEqual(filesOf('minimal'), MINIMAL.toSorted());
  });

  for (const name of ['orchestrator', 'control-center', 'mcp-server']) {
    it(`brings ${name}, which tells its version`, () => {
      assert.equal(program(unpacked('complete', 'bin', name), '--version').stdout, `${name} 0.1.0\n`);
    });

    it(`brings settings that ${name} takes`, () => {
      const file = unpacked('complete', 'etc/provisioning', `${name}.toml`);
      assert.equal(program(unpacked('complete', 'bin', name), '--check', file).stdout, `${file}: ok\n`);
    });
  }

  it('refuses wrong settings with their line', () => {
    project.write({ 'wrong.toml': '# where\nlisten = "nowhere"\n' });
    const { status, stderr } = program(unpacked('minimal', 'bin/orchestrator'), '--check', project.path('wrong.toml'));
    assert.equal(status, 1);
    assert.match(stderr, /wrong\.toml:2: Cannot listen on "nowhere": not an address and a port/);
  });

  describe('as a running orchestrator', () => {
    let child: ChildProcess;
    let address = '';

    before('starts it', async () => {
      project.write({ 'orchestrator.toml': `catalog = "${unpacked('minimal', 'share/provisioning')}"\n` });
      const args = ['--config', project.path('orchestrator.toml'), '--listen', '127.0.0.1:0'];
      child = spawn(unpacked('minimal', 'bin/orchestrator'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
      address = await listening(child);
    });
    after('ends it', () => child?.kill());

    it('answers that it is well', async () => {
      assert.deepEqual(await (await fetch(`http://${address}/health`)).json(), { status: 'ok', service: 'orchestrator', version: '0.1.0' });
    });

    it('knows what its variant brings', async () => {
      const catalog = { providers: ['local'], taskservs: ['containerd', 'os'], clusters: [] };
      assert.deepEqual(await (await fetch(`http://${address}/catalog`)).json(), catalog);
    });

    it('answers nothing else', async () => {
      assert.equal((await fetch(`http://${address}/etc/passwd`)).status, 404);
    });
  }).timeout(10_000);

  it('hands over to Nushell from wherever it lies', () => {
    project.write({ 'path/nu': { text: '#!/bin/sh\necho "$@"\n', mode: 0o755 } });
    symlinkSync(unpacked('minimal', 'bin/provisioning'), project.path('linked'));
    const env = { PATH: `${project.path('path')}:/usr/bin:/bin` };
    const [options, script = '', ...rest] = execFileSync(project.path('linked'), ['list', 'taskservs'], { env, encoding: 'utf8' }).trim().split(' ');
    assert.deepEqual([options, ...rest], ['--no-config-file', 'list', 'taskservs']);
    assert.equal(readFileSync(script, 'utf8'), project.read('core/cli/provisioning.nu'));
  });

  describe('as packages', () => {
    needs('dpkg', 'dpkg-deb', 'lintian', 'rpmlint', 'rpmkeys');
    before('trusts its key', () => {
      project.write({ '../home/.rpmmacros': `%_dbpath ${project.home}/db\n`, '../home/key.asc': publicKey });
      run('rpmkeys', ['--import', 'key.asc'], project.home);
    });
    const packages = (ending: string): readonly string[] => globSync(project.path(`packages/*.${ending}`)).toSorted();
    const env = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: project.home, LC_ALL: 'C.UTF-8' });

    it('are a deb and an rpm of each variant', () => {
      const fields = packages('deb').map((file) => execFileSync('dpkg', ['-f', file, 'Package', 'Version', 'Architecture'], { encoding: 'utf8' }));
      const text = (name: string): string => `Package: ${name}\nVersion: 0.1.0-1\nArchitecture: amd64\n`;
      assert.deepEqual(fields, [text('provisioning-minimal'), text('provisioning')]);
      assert.equal(packages('rpm').length, 2);
    });

    it('start the programs they hold, with settings they hold', () => {
      for (const file of packages('deb')) {
        const tree = `${file}.tree`;
        execFileSync('dpkg-deb', ['-x', file, tree]);
        for (const name of ['orchestrator', 'control-center']) {
          const unit = readFileSync(join(tree, `usr/lib/systemd/system/${name}.service`), 'utf8');
          assert.match(unit, new RegExp(`^ExecStart=/usr/bin/${name} --config /etc/provisioning/${name}\\.toml$`, 'm'));
          assert.equal(program(join(tree, 'usr/bin', name), '--check', join(tree, `etc/provisioning/${name}.toml`)).status, 0);
        }
      }
    });

    it('raise no error of lintian', () => {
      const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', ...packages('deb')], { encoding: 'utf8', env: env() });
      // it ran: the first revision of a Debian package closes a bug of Debian's own tracker
      assert.match(stdout, /^W: provisioning: initial-upload-closes-no-bugs/m);
      assert.doesNotMatch(stdout, /^E: /m);
    }).timeout(30_000);

    it('raise no error of rpmlint', () => {
      const { stdout } = spawnSync('rpmlint', ['-c', project.path('rpmlint.toml'), ...packages('rpm')], { encoding: 'utf8', env: env() });
      assert.match(stdout, /2 packages and 0 specfiles checked; 0 errors/);
    }).timeout(30_000);
  });
}).timeout(60_000);

describe('the provisioning example with stand-ins', () => {
  needs('go', 'file', 'git');
  const box = sandbox();
  let project: Project;

  before('copies it', () => {
    project = box.project({});
    copyExample(project);
  });

  for (const [platform, { exe = '', ending, kind }] of Object.entries(STANDINS)) {
    it(`is packaged for ${platform}`, async () => {
      const args = ['package', '--config', 'provisioning-dist.standin.yaml', '--platform', platform];
      await succeed(project, args, { env: toolchains() });
      for (const variant of ['complete', 'minimal'])
        assert.ok(existsSync(project.path(`packages/provisioning-0.1.0-${platform}-${variant}.${ending}`)));
      assert.match(fileSays(project.path(`.provisioning-dist/build/provisioning-0.1.0/${platform}/orchestrator${exe}`)), kind);
    });
  }
  // the standard library of six platforms, where nothing has compiled it yet
}).timeout(60_000);

function copyExample(project: Project): void {
  cpSync(join(ROOT, 'examples/provisioning'), project.root, { recursive: true, filter: (path) => !OWN.test(path) });
  project.write({ '.gitignore': `${project.read('.gitignore')}node_modules\n` });
  commitAll(project);
  symlinkSync(join(ROOT, 'node_modules'), project.path('node_modules'));
}

/** Address that a service says it listens on. */
function listening({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!stdout) return reject(new Error('Cannot read what the service says'));
    const lines = createInterface(stdout);
    lines.once('line', (line) => resolve(line.replace(/^listening on /, '')));
    lines.once('close', () => reject(new Error('Cannot find an address: the service ended')));
  });
}

/** rpmlint takes an unsigned package for an error. */
function signed(configuration: string): string {
  return `${configuration
    .replace('plugins: [', 'plugins: ["@provisioning-dist/plugin-sign", ')
    .replace('  rpm: {}', '  rpm: { sign: release }')}\nsign:\n  release: { use: gpg, key: { env: GPG_KEY } }\n`;
}
