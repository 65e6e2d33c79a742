import assert from 'node:assert/strict';
import type { Service } from '@provisioning-dist/core';
import fc from 'fast-check';
import plugin from '../../src/index.ts';

const NOTHING = {
  jit: false,
  devices: false,
  home: false,
  containers: false,
  netlink: false,
  proc: false,
  setuid: false,
  write: [],
  capabilities: [],
};

const ACME: Service = {
  name: 'acme',
  description: 'Acme 100%',
  exec: ['/usr/bin/acme', '--at', '$5 ;'],
  createUser: true,
  env: { B: 'x"y', A: '$1' },
  restart: { policy: 'on-failure' },
  after: [],
  requires: [],
  dirs: {},
  ports: [],
  limits: {},
  hardening: { level: 'basic', ...NOTHING },
  scope: 'system',
  enable: false,
  notify: false,
};

function filesOf(change: Partial<Service> = {}): Readonly<Record<string, string>> {
  const files = plugin.services?.systemd?.files({ ...ACME, ...change }) ?? [];
  assert.ok(files.every(({ mode }) => mode === 0o644));
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

function unitOf(change: Partial<Service> = {}): string {
  return filesOf(change)[`usr/lib/systemd/${change.scope ?? 'system'}/acme.service`] ?? '';
}

function linesOf(unit: string, ...keys: readonly string[]): readonly string[] {
  return unit.split('\n').filter((line) => keys.some((key) => line.startsWith(`${key}=`)));
}

/** Words as systemd.syntax(7) reads them, specifiers resolved; `$$` where variables are read. */
function wordsOf(text: string, variables: boolean): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)].map(([, body, bare]) => {
    const plain = (body ?? bare ?? '')
      .replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char))
      .replaceAll('%%', '%');
    return variables ? plain.split('$$').join('$') : plain;
  });
}

function assigned(unit: string, key: string): string {
  const [line = '', ...others] = linesOf(unit, key);
  assert.deepEqual(others, []);
  return line.slice(key.length + 1);
}

const value = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '%', '$', ';', '\n', '\t', 'é', '#', '{') });

describe('units of systemd', () => {
  it('are written whole', () => {
    assert.deepEqual(filesOf(), {
      'usr/lib/systemd/system/acme.service': `[Unit]
Description=Acme 100%%

[Service]
Type=exec
ExecStart=/usr/bin/acme --at "$$5 ;"
Environment="A=$1"
Environment="B=x\\"y"
Restart=on-failure
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes

[Install]
WantedBy=multi-user.target
`,
    });
  });

  it('say all that was asked for', () => {
    const unit = unitOf({
      user: 'acme',
      group: 'orbit',
      workingDir: '/var/lib/acme',
      envFile: '-/etc/default/acme',
      restart: { policy: 'always', delay: 2500, burst: { count: 5, within: 60_000 } },
      stopTimeout: 30_000,
      reload: 'SIGHUP',
      after: ['network', 'db', 'x.socket'],
      requires: ['queue'],
      dirs: { state: 'acme', config: 'acme', cache: 'acme/c', logs: 'acme', runtime: 'acme' },
      ports: [80],
      limits: { nofile: 1024, memory: 2 ** 20, tasks: 9 },
      notify: true,
    });
    assert.deepEqual(
      unit.split('\n').filter((line) => !/^(?:#|\[|$|No|Protect|Private|Env.*=")/.test(line)),
      [
        'Description=Acme 100%%',
        'Requires=queue.service',
        'Wants=network-online.target',
        'After=network-online.target db.service x.socket queue.service',
        'StartLimitIntervalSec=60s',
        'StartLimitBurst=5',
        'Type=notify',
        'ExecStart=/usr/bin/acme --at "$$5 ;"',
        'ExecReload=/bin/kill -s SIGHUP $MAINPID',
        'User=acme',
        'Group=orbit',
        'WorkingDirectory=/var/lib/acme',
        'EnvironmentFile=-/etc/default/acme',
        'Restart=always',
        'RestartSec=2500ms',
        'TimeoutStopSec=30s',
        'ConfigurationDirectory=acme',
        'StateDirectory=acme',
        'CacheDirectory=acme/c',
        'LogsDirectory=acme',
        'RuntimeDirectory=acme',
        'LimitNOFILE=1024',
        'MemoryMax=1048576',
        'TasksMax=9',
        'AmbientCapabilities=CAP_NET_BIND_SERVICE',
        'WantedBy=multi-user.target',
      ],
    );
  });

  it('keep every argument as it is', () => {
    fc.assert(
      fc.property(fc.array(value), (args) => {
        assert.deepEqual(wordsOf(assigned(unitOf({ exec: ['/usr/bin/acme', ...args] }), 'ExecStart'), true), ['/usr/bin/acme', ...args]);
      }),
    );
  });

  it('keep every variable as it is', () => {
    fc.assert(
      fc.property(value, (text) => {
        assert.deepEqual(wordsOf(assigned(unitOf({ env: { A: text } }), 'Environment'), false), [`A=${text}`]);
      }),
    );
  });

  for (const [fact, change] of [
    ['a name with a slash', { name: '../x' }],
    ['a description of two lines', { description: 'a\n[Service]' }],
    ['a description that joins lines', { description: 'a\\' }],
    ['a relative program', { exec: ['bin/acme'] }],
    ['a NUL in an argument', { exec: ['/usr/bin/acme', '\0'] }],
    ['a user with a line break', { user: 'a\nExecStartPre=/bin/sh' }],
    ['a variable with a blank', { env: { 'A B': '' } }],
    ['a signal with a command', { reload: 'SIGHUP; reboot' }],
    ['a relative program that reloads', { reload: ['acme'] }],
    ['a folder with a line break', { workingDir: '/a\nUser=root' }],
    ['a relative file of variables', { envFile: '-etc/acme' }],
  ] as const satisfies readonly (readonly [string, Partial<Service>])[])
    it(`refuse ${fact}`, () => {
      assert.throws(() => filesOf(change as Partial<Service>), { code: 'service-invalid' });
    });
});

describe('scheduled services of systemd', () => {
  const files = (): Readonly<Record<string, string>> => filesOf({ schedule: { calendar: 'daily', persistent: true, jitter: 600_000 } });

  it('have a timer that is enabled', () => {
    assert.equal(
      files()['usr/lib/systemd/system/acme.timer'],
      '[Unit]\nDescription=Acme 100%% (timer)\n\n[Timer]\nOnCalendar=daily\nPersistent=yes\nRandomizedDelaySec=600s\n\n[Install]\nWantedBy=timers.target\n',
    );
  });

  it('are started by nothing else', () => {
    const unit = files()['usr/lib/systemd/system/acme.service'] ?? '';
    assert.equal(assigned(unit, 'Type'), 'oneshot');
    assert.ok(!unit.includes('[Install]'));
  });
});

describe('accounts of services', () => {
  it('are made with the group they are in', () => {
    assert.equal(
      filesOf({ user: 'acme', group: 'orbit' })['usr/lib/sysusers.d/acme.conf'],
      'u acme - "Account of services"\ng orbit -\nm acme orbit\n',
    );
  });

  for (const [fact, change] of [
    ['are not made when they are there', { user: 'acme', createUser: false }],
    ['of root are not made', { user: 'root' }],
    ['are not made without a name', {}],
  ] as const)
    it(fact, () => assert.deepEqual(Object.keys(filesOf(change)), ['usr/lib/systemd/system/acme.service']));
});

describe('hardening of services', () => {
  const strict = { level: 'strict', ...NOTHING } as const;

  it('is nothing when nothing is asked for', () => {
    const unit = unitOf({ hardening: { ...strict, level: 'none' } });
    assert.deepEqual(linesOf(unit, 'NoNewPrivileges', 'ProtectSystem', 'PrivateTmp', 'CapabilityBoundingSet'), []);
  });

  it('takes every privilege but that of low ports', () => {
    const unit = unitOf({ hardening: strict, user: 'acme', ports: [443, 8080] });
    assert.deepEqual(linesOf(unit, 'CapabilityBoundingSet', 'AmbientCapabilities'), [
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
      'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    ]);
  });

  it('gives an account where there is none', () => {
    assert.deepEqual(linesOf(unitOf({ hardening: strict }), 'DynamicUser'), ['DynamicUser=yes']);
    assert.deepEqual(linesOf(unitOf({ hardening: strict, user: 'acme' }), 'DynamicUser'), []);
  });

  for (const [exception, left] of [
    ['jit', ['MemoryDenyWriteExecute=yes']],
    ['devices', ['PrivateDevices=yes', 'ProtectClock=yes']],
    ['proc', ['ProtectProc=invisible', 'ProcSubset=pid']],
    [
      'containers',
      [
        'ProtectKernelTunables=yes',
        'ProtectControlGroups=yes',
        'RestrictNamespaces=yes',
        'SystemCallFilter=@system-service',
        'SystemCallFilter=~@privileged @resources',
        'CapabilityBoundingSet=',
      ],
    ],
    ['netlink', ['RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6']],
    ['home', ['ProtectHome=yes']],
  ] as const)
    it(`says why ${exception} leaves lines out`, () => {
      const lines = unitOf({ hardening: { ...strict, [exception]: true } }).split('\n');
      assert.deepEqual(
        lines.flatMap((line) => /^# not? (.*): (\w+): /.exec(line)?.slice(1) ?? []),
        left.flatMap((line) => [line, exception]),
      );
      for (const line of left) assert.ok(!lines.includes(line), line);
    });

  it('brings no seal along for setuid programs', () => {
    // systemd.exec(5): what implies NoNewPrivileges for an account of its own
    const implied =
      /^(?:NoNew|SystemCallF|SystemCallA|RestrictA|RestrictN|RestrictR|RestrictS|PrivateD|ProtectKernel|ProtectC|ProtectHost|MemoryD|LockP|Dynamic)/;
    const lines = unitOf({ hardening: { ...strict, setuid: true, netlink: true } }).split('\n');
    assert.deepEqual(
      lines.filter((line) => implied.test(line)),
      ['ProtectControlGroups=yes'],
    );
  });

  it('lets homes be read', () => {
    assert.deepEqual(linesOf(unitOf({ hardening: { ...strict, home: 'read-only' } }), 'ProtectHome'), ['ProtectHome=read-only']);
  });

  it('opens what is written to', () => {
    assert.deepEqual(linesOf(unitOf({ hardening: { ...strict, write: ['/srv/a', '/srv/b'] } }), 'ReadWritePaths'), ['ReadWritePaths=/srv/a /srv/b']);
  });

  it('asks of a user only what one can have', () => {
    const unit = unitOf({ hardening: strict, scope: 'user' });
    assert.deepEqual(linesOf(unit, 'ProtectSystem', 'PrivateTmp', 'CapabilityBoundingSet', 'AmbientCapabilities', 'DynamicUser', 'RemoveIPC'), []);
    assert.deepEqual(linesOf(unit, 'NoNewPrivileges', 'WantedBy'), ['NoNewPrivileges=yes', 'WantedBy=default.target']);
  });
});
