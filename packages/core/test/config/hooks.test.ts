import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import type { HookConfig, HookGroup, ProductConfig } from '../../src/config/config.ts';
import { createRedactor } from '../../src/redact.ts';
import { load, loadYaml, only, places, problems, project, removeProjects, yamlProject } from './project.ts';

after(removeProjects);

async function hooksOf(text: string, group: HookGroup): Promise<readonly HookConfig[]> {
  return (await loadYaml(`hooks:\n  ${text}`)).hooks[group] ?? [];
}

function module(hooks: string): string {
  return project({ 'provisioning-dist.config.mjs': `export default { name: 'acme', platforms: ['linux-amd64'], hooks: ${hooks} };` });
}

describe('hooks', () => {
  it('are programs before their step by default', async () => {
    const { at, ...hook } = only(await hooksOf('beforeBuild: ["cargo audit"]', 'beforeBuild'));
    assert.deepEqual(hook, { action: ['cargo', 'audit'], when: 'before', env: {}, optional: false });
    assert.deepEqual(at, { file: 'provisioning-dist.yaml', line: 4, column: 17, key: 'hooks.beforeBuild[0]' });
  });

  it('keep everything that is said', async () => {
    const text =
      'package: [{ run: [./scan, a b], when: after, platform: linux, format: [deb, rpm], timeout: 5m, env: { X: y }, cwd: sub, optional: true }]';
    const { at: _, ...hook } = only(await hooksOf(text, 'package'));
    assert.deepEqual(hook, {
      action: ['./scan', 'a b'],
      when: 'after',
      platform: ['linux'],
      format: ['deb', 'rpm'],
      timeout: 300_000,
      cwd: 'sub',
      env: { X: 'y' },
      optional: true,
    });
  });

  for (const text of ['docs: mdbook build', 'docs: { run: mdbook build }', 'docs: { run: [mdbook, build] }', 'docs: [mdbook build]']) {
    it(`may be written: ${text}`, async () => assert.deepEqual(only(await hooksOf(text, 'docs')).action, ['mdbook', 'build']));
  }

  it('keep their order', async () => {
    const found = await hooksOf('publish: [a, { run: b, when: after }, c]', 'publish');
    assert.deepEqual(
      found.map(({ action, when }) => [String(action), when]),
      [
        ['a', 'before'],
        ['b', 'after'],
        ['c', 'before'],
      ],
    );
  });

  it('fill in no template', async () => {
    assert.deepEqual(only(await hooksOf('build: [{ run: [a, "{version}", "{nope}"] }]', 'build')).action, ['a', '{version}', '{nope}']);
  });

  it('keep arguments of a list as they are', async () => {
    const found = only(await hooksOf('build: [{ run: [a, "--", "-x", "$(id) | y", "one\\ntwo", ""] }]', 'build'));
    assert.deepEqual(found.action, ['a', '--', '-x', '$(id) | y', 'one\ntwo', '']);
  });

  it('may be empty', async () => assert.deepEqual((await loadYaml('hooks:')).hooks, {}));

  it('may differ between products', async () => {
    const text = 'name: acme\nplatforms: [linux-amd64]\nhooks: { check: [a], docs: [d] }\nproducts: { one: { hooks: { check: [b] } }, two: }';
    const { products } = await load(project({ 'provisioning-dist.yaml': text.replace('name: acme\n', '') }));
    const shown = ({ hooks }: ProductConfig) => [hooks.check, hooks.docs].map((list) => list?.map(({ action }) => String(action)));
    assert.deepEqual(products.map(shown), [
      [['b'], ['d']],
      [['a'], ['d']],
    ]);
  });

  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['steps there are not', 'compile: [a]', ['config-unknown-key 4:3 hooks.compile']],
    ['unknown keys', 'publish: [{ run: a, wen: after }]', ['config-unknown-key 4:23 hooks.publish[0].wen']],
    ['numbers', 'publish: [1]', ['config-type 4:13 hooks.publish[0]']],
    ['no program', 'publish: [{ when: after }]', ['config-missing-key 4:13 hooks.publish[0].run']],
    ['an empty list', 'publish: [{ run: [] }]', ['config-value 4:15 hooks.publish[0].run']],
    ['a shell', 'publish: ["a | b"]', ['config-value 4:13 hooks.publish[0]']],
    ['a shell under run', 'publish: [{ run: a && b }]', ['config-value 4:20 hooks.publish[0].run']],
    ['options for programs', 'publish: [{ run: [--help] }]', ['config-value 4:15 hooks.publish[0].run']],
    ['NUL in arguments', 'publish: [{ run: [a, "b\\0c"] }]', ['config-value 4:24 hooks.publish[0].run[1]']],
    ['NUL in variables', 'publish: [{ run: a, env: { X: "b\\0c" } }]', ['config-value 4:33 hooks.publish[0].env.X']],
    ['variables that are no names', 'publish: [{ run: a, env: { "X=Y": z } }]', ["config-value 4:30 hooks.publish[0].env['X=Y']"]],
    [
      'our variables',
      'publish: [{ run: a, env: { PROVISIONING_DIST_VERSION: z } }]',
      ['config-value 4:57 hooks.publish[0].env.PROVISIONING_DIST_VERSION'],
    ],
    ['numbers as variables', 'publish: [{ run: a, env: { X: 1 } }]', ['config-type 4:33 hooks.publish[0].env.X']],
    ['line breaks in folders', 'publish: [{ run: a, cwd: "x\\ny" }]', ['config-value 4:28 hooks.publish[0].cwd']],
    ['a time that is none', 'publish: [{ run: a, timeout: soon }]', ['config-value 4:32 hooks.publish[0].timeout']],
    ['no time', 'publish: [{ run: a, timeout: 0s }]', ['config-value 4:32 hooks.publish[0].timeout']],
    ['more time than timers have', 'publish: [{ run: a, timeout: 30d }]', ['config-value 4:32 hooks.publish[0].timeout']],
    ['platforms of what runs once', 'publish: [{ run: a, platform: linux }]', ['config-value 4:33 hooks.publish[0].platform']],
    ['formats of what has none', 'build: [{ run: a, format: deb }]', ['config-value 4:29 hooks.build[0].format']],
    ['a place in what has none', 'check: [{ run: a, when: after }]', ['config-value 4:27 hooks.check[0].when']],
    ['functions in YAML', 'publish: [{ fn: a }]', ['config-value 4:19 hooks.publish[0].fn']],
    ['passwords in URLs', 'publish: ["curl https://u:p@x.test"]', ['config-url-userinfo 4:13 hooks.publish[0]']],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuse ${what}`, async () =>
      assert.deepEqual(
        (await places(() => loadYaml(`hooks:\n  ${text}`))).map((place) => place.replace('provisioning-dist.yaml:', '')),
        expected,
      ));
  }

  it('say how to go without a shell', async () => {
    const [problem] = await problems(() => loadYaml('hooks: { check: "a | b" }'));
    assert.equal(problem?.message, 'Cannot use "a | b" for "hooks.check": it holds |, which only a shell understands');
    assert.match(problem?.hint ?? '', /write a script/);
  });
});

describe('secrets of hooks', () => {
  it('are references, known to the redactor from load', async () => {
    const redactor = createRedactor();
    const folder = yamlProject('hooks: { publish: [{ run: a, env: { T: { env: TOKEN } } }] }');
    const { products, secrets } = await load(folder, { env: { TOKEN: 'hunter22' }, redactor });
    const value = only(only(products).hooks.publish ?? []).env.T;
    assert.equal(JSON.stringify(value), '"***"');
    assert.equal(redactor.redact('x hunter22 y'), 'x *** y');
    assert.deepEqual(secrets, [value]);
  });
});

describe('functions among hooks', () => {
  it('come from modules', async () => {
    const { products } = await load(module('{ publish: [{ fn: () => { throw new Error("called") }, when: "after" }], check: { fn() {} } }'));
    const { publish, check } = only(products).hooks;
    assert.throws(only(publish ?? []).action as () => void, { message: 'called' });
    assert.equal(typeof only(check ?? []).action, 'function');
  });

  it('come from modules for a product too', async () => {
    const text = "export default { platforms: ['linux-amd64'], products: { 'a.b': { hooks: { check: [{ fn() {} }] } } } };";
    const { products } = await load(project({ 'provisioning-dist.config.mjs': text }));
    assert.equal(typeof only(only(products).hooks.check ?? []).action, 'function');
  });

  it('stand alone', async () => {
    assert.deepEqual(await places(() => load(module('{ publish: [{ fn() {}, run: "a" }] }'))), [
      'config-value provisioning-dist.config.mjs hooks.publish[0].fn',
    ]);
  });

  for (const [what, hooks, place] of [
    ['the list', '{ publish: [() => {}] }', 'hooks.publish[0]'],
    ['run', '{ publish: [{ run: () => {} }] }', 'hooks.publish[0].run'],
    ['the environment', '{ publish: [{ run: "a", env: { fn: () => {} } }] }', 'hooks.publish[0].env.fn'],
  ] as const) {
    it(`are refused in ${what}`, async () =>
      assert.deepEqual(await places(() => load(module(hooks))), [`config-not-data provisioning-dist.config.mjs ${place}`]));
  }
});
