import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import type { ServiceConfig } from '../../src/config/config.ts';
import { loadYaml, only, places, problems, removeProjects } from './project.ts';

after(removeProjects);

async function servicesOf(text: string): Promise<readonly ServiceConfig[]> {
  return (await loadYaml(`description: Does things\nservices:\n  ${text}`)).services;
}

const NO_EXCEPTIONS = {
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

describe('services of a configuration', () => {
  it('have defaults for all but their program', async () => {
    const { at, ...service } = only(await servicesOf('acme: { exec: bin/acme serve }'));
    assert.deepEqual(service, {
      name: 'acme',
      description: 'Does things',
      exec: ['bin/acme', 'serve'],
      createUser: true,
      env: {},
      restart: { policy: 'on-failure' },
      after: [],
      requires: [],
      dirs: {},
      ports: [],
      limits: {},
      hardening: { level: 'basic', ...NO_EXCEPTIONS },
      scope: 'system',
      enable: false,
      notify: false,
      component: 'main',
    });
    assert.deepEqual(at, { file: 'provisioning-dist.yaml', line: 5, column: 3, key: 'services.acme' });
  });

  it('take short and long forms', async () => {
    const [a, b] = await servicesOf(
      'b: { exec: [bin/b, "a b"], restart: { delay: 2s, burst: { count: 3, within: 1m } }, schedule: { calendar: daily, jitter: 5m }, hardening: { jit: true }, limits: { memory: 1MiB }, reload: [/bin/x, -y], dirs: { state: b/data } }\n  a: { exec: x, restart: on-failure, schedule: hourly, hardening: strict, dirs: { state: true }, reload: SIGUSR1 }',
    );
    assert.deepEqual(
      [a?.name, a?.restart, a?.schedule, a?.hardening.level, a?.dirs, a?.reload],
      ['a', { policy: 'on-failure' }, { calendar: 'hourly', persistent: true }, 'strict', { state: 'a' }, 'SIGUSR1'],
    );
    assert.deepEqual(
      [b?.exec, b?.restart, b?.schedule, b?.hardening, b?.dirs, b?.reload, b?.limits],
      [
        ['bin/b', 'a b'],
        { policy: 'no', delay: 2000, burst: { count: 3, within: 60_000 } },
        { calendar: 'daily', persistent: true, jitter: 300_000 },
        { level: 'basic', ...NO_EXCEPTIONS, jit: true },
        { state: 'b/data' },
        ['/bin/x', '-y'],
        { memory: 2 ** 20 },
      ],
    );
  });

  it('may be none', async () => assert.deepEqual((await loadYaml('services:')).services, []));

  for (const [fact, text, place] of [
    ['no program', 'acme: {}', 'config-missing-key 5:3 services.acme.exec'],
    ['unknown keys', 'acme: { exec: x, usr: y }', 'config-unknown-key 5:20 services.acme.usr'],
    ['a shell', 'acme: { exec: "x | y" }', 'config-value 5:17 services.acme.exec'],
    ['a template that is not closed', 'acme: { exec: "x {etc" }', 'template-syntax 5:17 services.acme.exec'],
    ['names with a slash', '../acme: { exec: x }', "config-value 5:3 services['../acme']"],
    ['a user that is none', 'acme: { exec: x, user: "a b" }', 'config-value 5:26 services.acme.user'],
    ['everybody as user', 'acme: { exec: x, user: nobody }', 'config-value 5:26 services.acme.user'],
    ['a group without user', 'acme: { exec: x, group: g }', 'config-value 5:27 services.acme.group'],
    ['a description that joins lines', "acme: { exec: x, description: 'a\\' }", 'config-value 5:33 services.acme.description'],
    ['variables with a blank', 'acme: { exec: x, env: { "A B": c } }', "config-value 5:27 services.acme.env['A B']"],
    ['line breaks in times', 'acme: { exec: x, schedule: "daily\\nUnit=y" }', 'config-value 5:30 services.acme.schedule'],
    ['folders that lead out', 'acme: { exec: x, dirs: { state: a/../../etc } }', 'config-value 5:35 services.acme.dirs.state'],
    ['paths with blanks to write to', 'acme: { exec: x, hardening: { write: ["/a /etc"] } }', 'config-value 5:41 services.acme.hardening.write[0]'],
    ['units with line breaks', 'acme: { exec: x, after: ["a\\nb"] }', 'config-value 5:28 services.acme.after[0]'],
    ['ports there are not', 'acme: { exec: x, ports: [70000] }', 'config-value 5:28 services.acme.ports[0]'],
    ['low ports of a user', 'acme: { exec: x, scope: user, ports: [80] }', 'config-value 5:33 services.acme.ports'],
    ['a user of a user', 'acme: { exec: x, scope: user, user: y }', 'config-value 5:39 services.acme.user'],
    ['times there are not', 'acme: { exec: x, schedule: "Mon *-13-* 25:00" }', 'config-value 5:30 services.acme.schedule'],
    ['times in words', 'acme: { exec: x, schedule: { calendar: every day } }', 'config-value 5:42 services.acme.schedule.calendar'],
    ['what is always started again at times', 'acme: { exec: x, schedule: daily, restart: always }', 'config-value 5:46 services.acme.restart'],
    [
      'the same in the long form',
      'acme: { exec: x, schedule: daily, restart: { policy: always } }',
      'config-value 5:56 services.acme.restart.policy',
    ],
    ['no memory', 'acme: { exec: x, limits: { memory: 0 } }', 'config-value 5:38 services.acme.limits.memory'],
    ['no time to stop', 'acme: { exec: x, stopTimeout: 0 }', 'config-value 5:33 services.acme.stopTimeout'],
    ['bursts in no time', 'acme: { exec: x, restart: { burst: { count: 3, within: 0s } } }', 'config-value 5:58 services.acme.restart.burst.within'],
    [
      'paths to write to that lead out',
      'acme: { exec: x, hardening: { write: [/srv/../etc] } }',
      'config-value 5:41 services.acme.hardening.write[0]',
    ],
    ['waiting for itself', 'acme: { exec: x, after: [network, acme] }', 'config-value 5:37 services.acme.after[1]'],
    ['itself needed', 'acme: { exec: x, requires: [acme.service] }', 'config-value 5:31 services.acme.requires[0]'],
    [
      'capabilities there are not',
      'acme: { exec: x, hardening: { capabilities: [CAP_FLY] } }',
      'config-value 5:48 services.acme.hardening.capabilities[0]',
    ],
    ['variants there are not', 'acme: { exec: x, variants: [big] }', 'config-unknown-variant 5:31 services.acme.variants[0]'],
    ['components there are not', 'acme: { exec: x, component: big }', 'config-unknown-component 5:31 services.acme.component'],
  ] as const)
    it(`refuse ${fact}`, async () => {
      assert.deepEqual(
        (await places(() => servicesOf(text))).map((each) => each.replace('provisioning-dist.yaml:', '')),
        [place],
      );
    });

  it('say why a program is refused', async () => {
    const [problem] = await problems(() => servicesOf('acme: { exec: "a && b" }'));
    assert.equal(problem?.message, 'Cannot use "a && b" for "services.acme.exec": it holds &, which only a shell understands');
  });
});
