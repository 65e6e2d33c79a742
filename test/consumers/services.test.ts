import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { ROOT, run as runCli, succeed } from '../e2e/cli.ts';
import { type Project, sandbox } from '../e2e/project.ts';
import { throwAwayRoot } from './throw-away-root.ts';
import { needs, run } from './tools.ts';

/** What `services:` becomes in packages, as systemd, dpkg and rpm take it. */

const ENV = { SOURCE_DATE_EPOCH: '1709209810' };

const SERVICES = `services:
  acme:
    exec: "bin/acme --config {etc}/acme.toml --state {state} '50% of \\"$HOME\\"; {{}}'"
    user: acme
    group: orbit
    dirs: { state: true, logs: acme/log, cache: true, runtime: true, config: true }
    env: { ACME_MODE: "a \\"b\\" 100% $X \\\\ é", LEVEL: "1" }
    envFile: -/etc/default/acme
    workingDir: "{state}"
    restart: { policy: always, delay: 2500ms, burst: { count: 5, within: 1m } }
    stopTimeout: 30s
    reload: SIGHUP
    after: [network]
    requires: [acme-basic]
    ports: [80, 8080]
    limits: { nofile: 65536, memory: 512MiB, tasks: 64 }
    hardening: strict
    enable: true
    notify: true
  acme-basic: { exec: bin/acme basic, user: acme }
  acme-bare: { exec: bin/acme bare, hardening: none, reload: [bin/acme, --again] }
  acme-dynamic: { exec: bin/acme, hardening: strict, dirs: { state: true } }
  acme-open:
    exec: bin/acme
    user: acme
    hardening:
      level: strict
      jit: true
      devices: true
      home: read-only
      containers: true
      netlink: true
      proc: true
      setuid: true
      write: [/srv/acme]
      capabilities: [CAP_NET_RAW]
  acme-sweep: { exec: bin/acme sweep, user: acme, schedule: { calendar: "Mon *-*-* 03:00", jitter: 10m } }
  acme-user: { exec: bin/acme, scope: user, hardening: strict, dirs: { state: true } }
`;

const PLUGINS = ['plugin-deb-rpm', 'plugin-apk-arch'].map((name) => join(ROOT, `packages/${name}/src/index.ts`));

function configuration(services: string): string {
  return `name: acme
description: Tool that does things
homepage: https://acme.example
license: MIT
maintainer: Jane Doe <jane@acme.example>
platforms: [linux-amd64]
plugins: ${JSON.stringify(PLUGINS)}
contents:
  - { from: acme, to: bin/, role: binary, mode: "0755" }
  - { from: acme.toml, to: etc/acme/, role: config }
${services}packages: { deb: {}, rpm: {}, archlinux: {}, tar.gz: {} }
`;
}

const FILES = { acme: '#!/bin/sh\nexec sleep 100\n', 'acme.toml': 'level = 1\n', 'own.service': '[Service]\nExecStart=/usr/bin/acme\n' };

function files(services: string): Readonly<Record<string, string>> {
  return { ...FILES, 'provisioning-dist.yaml': configuration(services) };
}

interface Packages {
  readonly deb: string;
  readonly rpm: string;
  readonly archlinux: string;
  readonly archive: string;
}

async function packaged(project: Project, version: string): Promise<Packages> {
  await succeed(project, ['package', '--version', version, '--clean'], { env: ENV });
  return {
    deb: project.path(`packages/acme_${version}-1_amd64.deb`),
    rpm: project.path(`packages/acme-${version}-1.x86_64.rpm`),
    archlinux: project.path(`packages/acme-${version}-1-x86_64.pkg.tar.zst`),
    archive: project.path(`packages/acme-${version}-linux-amd64.tar.gz`),
  };
}

describe('units of services and systemd', () => {
  needs('systemd-analyze', 'systemd-sysusers', 'dpkg-deb');
  const box = sandbox();
  let root = '';
  let copies = '';

  before('makes a package', async function () {
    this.timeout(60_000);
    const project = box.project(files(SERVICES));
    root = box.folder('root');
    run('dpkg-deb', ['-x', (await packaged(project, '1.0.0')).deb, root], root);
    copies = box.folder('copies');
    mkdirSync(copies, { recursive: true });
    for (const [scope, name] of unitsIn(root)) {
      const text = readFileSync(join(root, 'usr/lib/systemd', scope, name), 'utf8');
      // the program must be there for systemd to accept the unit
      writeFileSync(join(copies, name), text.replaceAll('/usr/bin/acme', join(root, 'usr/bin/acme')));
    }
  });

  it('are one for each service', () => {
    assert.deepEqual(
      unitsIn(root).map(([scope, name]) => `${scope}/${name}`),
      [
        'system/acme-bare.service',
        'system/acme-basic.service',
        'system/acme-dynamic.service',
        'system/acme-open.service',
        'system/acme-sweep.service',
        'system/acme-sweep.timer',
        'system/acme.service',
        'user/acme-user.service',
      ],
    );
  });

  it('are accepted without a word', () => {
    for (const [scope, name] of unitsIn(root)) {
      const manager = scope === 'user' ? ['--user'] : [];
      // a bare root has no units that those of the system stand on
      const { status, stdout, stderr } = spawnSync('systemd-analyze', [...manager, 'verify', '--man=no', join(copies, name)], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, LC_ALL: 'C', XDG_RUNTIME_DIR: copies, HOME: copies },
      });
      assert.deepEqual([name, status, stdout, stderr], [name, 0, '', '']);
    }
  });

  for (const [name, most] of [
    ['acme', 16],
    ['acme-dynamic', 15],
    ['acme-basic', 83],
  ] as const)
    it(`leave ${name} exposed by ${most / 10} at most`, () => {
      const { status, stdout } = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', `--threshold=${most}`, join(copies, `${name}.service`)],
        {
          encoding: 'utf8',
        },
      );
      assert.equal(status, 0, stdout.split('\n').slice(-3).join('\n'));
    });

  it('have times that come', () => {
    const calendar = /^OnCalendar=(.*)$/m.exec(readFileSync(join(copies, 'acme-sweep.timer'), 'utf8'))?.[1] ?? '';
    assert.match(run('systemd-analyze', ['calendar', '--base-time=2024-02-29 12:00:00', calendar], copies), /Next elapse: Mon 2024-03-04 03:00:00/);
  });

  it('have accounts that are made', () => {
    const { status, stderr } = spawnSync('systemd-sysusers', ['--root', root], { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /conflict|ignoring/i);
    assert.match(readFileSync(join(root, 'etc/passwd'), 'utf8'), /^acme:x:\d+:\d+:Account of services:\/:\/usr\/sbin\/nologin$/m);
    assert.match(readFileSync(join(root, 'etc/group'), 'utf8'), /^orbit:x:\d+:acme$/m);
  });
});

function unitsIn(root: string): readonly (readonly [scope: string, name: string])[] {
  return ['system', 'user'].flatMap((scope) =>
    readdirSync(join(root, 'usr/lib/systemd', scope))
      .toSorted()
      .map((name) => [scope, name] as const),
  );
}

const TWO = `services:
  acme: { exec: bin/acme, user: acme, enable: true }
  acme-off: { exec: bin/acme off }
`;

describe('services in packages', () => {
  needs('dpkg', 'rpm', 'ldd');
  const box = sandbox();
  const root = throwAwayRoot();
  let first: Packages;
  let second: Packages;

  before('makes two versions', async function () {
    this.timeout(60_000);
    first = await packaged(box.project(files(TWO)), '1.0.0');
    second = await packaged(box.project(files(TWO)), '1.1.0');
  });

  it('are enabled and started by dpkg when they say so', () => {
    root().dpkg('-i', first.deb);
    assert.deepEqual(root().calls(), [
      'systemd-sysusers acme.conf',
      'deb-systemd-helper debian-installed acme-off.service',
      'deb-systemd-helper unmask acme-off.service',
      'deb-systemd-helper --quiet was-enabled acme-off.service',
      'deb-systemd-helper enable acme-off.service',
      'deb-systemd-helper update-state acme-off.service',
      'deb-systemd-helper unmask acme.service',
      'deb-systemd-helper --quiet was-enabled acme.service',
      'deb-systemd-helper enable acme.service',
      'systemctl --system daemon-reload',
      'deb-systemd-invoke start acme.service',
    ]);
  });

  it('are restarted by an upgrade', () => {
    root().dpkg('-i', second.deb);
    assert.equal(root().calls().at(-1), 'deb-systemd-invoke restart acme-off.service acme.service');
  });

  it('are stopped when they are removed', () => {
    root().dpkg('-r', 'acme');
    assert.deepEqual(root().calls(), ['deb-systemd-invoke stop acme-off.service acme.service', 'systemctl --system daemon-reload']);
  });

  it('are forgotten when they are purged', () => {
    root().dpkg('-P', 'acme');
    assert.deepEqual(root().calls(), ['deb-systemd-helper purge acme-off.service', 'deb-systemd-helper purge acme.service']);
  });

  it('follow the presets with rpm but where they are enabled', () => {
    root().rpm('-i', first.rpm);
    const calls = root().calls();
    assert.deepEqual(
      calls.filter((call) => call.startsWith('systemctl')),
      ['systemctl --no-reload preset acme-off.service acme.service', 'systemctl --no-reload enable acme.service', 'systemctl daemon-reload'],
    );
    assert.ok(calls.some((call) => call.startsWith('systemd-sysusers')));
  });

  it('are restarted by an upgrade with rpm', () => {
    root().rpm('-U', second.rpm);
    assert.equal(root().calls().at(-1), 'systemctl try-restart acme-off.service acme.service');
  });

  it('are disabled when rpm erases them', () => {
    root().rpm('-e', 'acme');
    assert.deepEqual(
      root()
        .calls()
        .filter((call) => call.startsWith('systemctl')),
      ['systemctl --no-reload disable --now acme-off.service acme.service', 'systemctl daemon-reload'],
    );
  });
});

describe('packages with services', () => {
  needs('lintian', 'rpmlint', 'pacman', 'tar');
  const box = sandbox();
  let made: Packages;
  let folder = '';

  before('makes them', async function () {
    this.timeout(60_000);
    const project = box.project(files(SERVICES));
    folder = project.root;
    made = await packaged(project, '1.0.0');
  });

  it('are no error to lintian', function () {
    this.timeout(60_000);
    const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', made.deb], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    assert.deepEqual(
      stdout.split('\n').filter((line) => /^E:|systemd|service/.test(line)),
      [],
    );
  });

  it('are no error to rpmlint', function () {
    this.timeout(60_000);
    writeFileSync(join(folder, 'rpmlint.toml'), 'CompressExtension = "gz"\nValidLicenses = ["MIT"]\n');
    const { stdout } = spawnSync('rpmlint', ['-c', 'rpmlint.toml', made.rpm], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    // it is not signed, and its program is a script
    assert.deepEqual(
      [...stdout.matchAll(/: E: ([\w-]+)/g)].map(([, tag]) => tag),
      ['no-signature', 'no-binary'],
    );
    assert.match(stdout, / 2 errors/);
  });

  it('list their units for pacman', () => {
    const paths = run('pacman', ['-Qlpq', made.archlinux], folder).split('\n');
    for (const path of ['systemd/system/acme.service', 'systemd/system/acme-sweep.timer', 'systemd/user/acme-user.service', 'sysusers.d/acme.conf'])
      assert.ok(paths.includes(`/usr/lib/${path}`), path);
  });

  it('leave units out of archives', () => {
    assert.doesNotMatch(run('tar', ['-tf', made.archive], folder), /systemd|sysusers/);
  });
});

describe('services and packages', () => {
  const box = sandbox();

  async function failure(services: string): Promise<string> {
    const { exit, stderr } = await runCli(box.project(files(services)), ['package', '--version', '1.0.0'], { env: ENV });
    assert.notEqual(exit, 0);
    return stderr;
  }

  it('are made again when a service changes', async function () {
    this.timeout(60_000);
    const project = box.project(files(TWO));
    const { deb } = await packaged(project, '1.0.0');
    const before = readFileSync(deb);
    project.write({ 'provisioning-dist.yaml': configuration(TWO.replace('bin/acme off', 'bin/acme on')) });
    await succeed(project, ['package', '--version', '1.0.0'], { env: ENV });
    assert.notDeepEqual(readFileSync(deb), before);
  });

  it('are found good by validate', async function () {
    this.timeout(60_000);
    const project = box.project(files(SERVICES));
    await packaged(project, '1.0.0');
    await succeed(project, ['validate', '--version', '1.0.0'], { env: ENV });
  });

  it('tell of a program that is not there', async () => {
    const text = await failure('services: { acme: { exec: acme --run } }\n');
    assert.match(text, /Cannot run "acme" as service "acme": the distribution has no such file/);
    assert.match(text, /did you mean "bin\/acme"\?/);
  });

  it('tell of a unit of the user on the same path', async () => {
    const own = TWO.replace(/^/, '  - { from: own.service, to: lib/systemd/system/acme.service, role: service }\n');
    assert.match(await failure(own), /usr\/lib\/systemd\/system\/acme\.service/);
  });

  it('tell of a folder that nothing makes', async () => {
    assert.match(
      await failure('services: { acme: { exec: "bin/acme {state}" } }\n'),
      /Cannot fill \{state\} of service "acme": nothing makes that folder/,
    );
  });
});
