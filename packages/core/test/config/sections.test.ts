import assert from 'node:assert/strict';
import { positionOf } from '../../src/config/position.ts';
import { load, loadYaml, only, places, problems, project, removeProjects } from './project.ts';

after(removeProjects);

function refusals(cases: readonly (readonly [string, string, readonly string[]])[]): void {
  for (const [what, text, expected] of cases) {
    it(`refuse ${what}`, async () =>
      assert.deepEqual(
        (await places(() => loadYaml(text))).map((place) => place.replace('provisioning-dist.yaml:', '')),
        expected,
      ));
  }
}

describe('packages', () => {
  it('read an empty value as no options', async () => {
    const { packages } = await loadYaml('packages:\n  deb:\n  zip: {}');
    assert.deepEqual(
      packages.map(({ id, use, options }) => [id, use, options]),
      [
        ['deb', 'deb', {}],
        ['zip', 'zip', {}],
      ],
    );
  });

  it('read a list of names', async () => {
    const { packages } = await loadYaml('packages: [tar.gz, { deb: { level: 1 } }]');
    assert.deepEqual(
      packages.map(({ id, options, at }) => [id, options, at.key]),
      [
        ['tar.gz', {}, "packages['tar.gz']"],
        ['deb', { level: 1 }, 'packages[1].deb'],
      ],
    );
  });

  it('keep core keys apart from options', async () => {
    const text =
      'variants: [full]\npackages: { s: { use: deb, package: acme-s, arch: all, components: [server], variants: [full], platforms: [linux], name: "{name}.{ext}", depends: [x] } }';
    const { at, ...instance } = only((await loadYaml(text)).packages);
    assert.deepEqual(instance, {
      id: 's',
      use: 'deb',
      package: 'acme-s',
      arch: 'all',
      components: ['server'],
      variants: ['full'],
      platforms: ['linux'],
      name: '{name}.{ext}',
      options: { depends: ['x'] },
    });
    assert.deepEqual(at, { file: 'provisioning-dist.yaml', line: 4, column: 13, key: 'packages.s' });
  });

  refusals([
    ['an unknown variant', 'variants: [full]\npackages: { deb: { variants: [ful] } }', ['config-unknown-variant 4:31 packages.deb.variants[0]']],
    ['a template that does not read', 'packages: { deb: { name: "{name" } }', ['template-syntax 3:26 packages.deb.name']],
    ['a name twice in a list', 'packages: [deb, deb]', ['config-duplicate-key 3:17 packages.deb']],
    ['an item of two names', 'packages: [{ deb: , rpm: }]', ['config-type 3:12 packages[0]']],
    ['a package name of shell text', 'packages: { deb: { package: "a; rm -rf /" } }', ['config-value 3:29 packages.deb.package']],
    ['text for options', 'packages: { deb: yes }', ['config-type 3:18 packages.deb']],
    ['an id that is a path', 'packages: { ../deb: }', ["config-value 3:13 packages['../deb']"]],
    [
      'empty selections',
      'packages: { deb: { platforms: [], components: [] } }',
      ['config-value 3:20 packages.deb.platforms', 'config-value 3:35 packages.deb.components'],
    ],
  ]);
});

describe('publish', () => {
  it('reads needs in every form', async () => {
    const { publish } = await loadYaml(
      'publish: { a: , b: { needs: a }, c: { needs: [a, { id: b, for: hidden }], required: false }, d: { needs: { id: c, for: visible } } }',
    );
    assert.deepEqual(
      publish.map(({ needs, required }) => [needs, required]),
      [
        [[], true],
        [[{ id: 'a', for: 'visible' }], true],
        [
          [
            { id: 'a', for: 'visible' },
            { id: 'b', for: 'hidden' },
          ],
          false,
        ],
        [[{ id: 'c', for: 'visible' }], true],
      ],
    );
  });

  it('suggests the registry that was meant', async () => {
    const [problem] = await problems(() => loadYaml('publish: { github: , brew: { needs: githb } }'));
    assert.deepEqual([problem?.code, problem?.hint], ['config-unknown-registry', 'did you mean "github"?']);
  });

  refusals([
    ['a need for itself', 'publish: { a: { needs: a } }', ['config-value 3:24 publish.a.needs']],
    ['another word for hidden', 'publish: { a: , b: { needs: { id: a, for: hiden } } }', ['config-value 3:43 publish.b.needs.for']],
    ['a number', 'publish: { a: , b: { needs: 1 } }', ['config-type 3:29 publish.b.needs']],
  ]);
});

describe('build', () => {
  it('names items after their builders', async () => {
    const { build } = await loadYaml(
      'build:\n  - prebuilt: { from: a }\n  - prebuilt: { from: b }\n    platforms: [linux]\n  - id: last\n    go:\n  - cargo',
    );
    assert.deepEqual(
      build.map(({ id, use, options, platforms }) => [id, use, options, platforms]),
      [
        ['prebuilt', 'prebuilt', { from: 'a' }, undefined],
        ['prebuilt-2', 'prebuilt', { from: 'b' }, ['linux']],
        ['last', 'go', {}, undefined],
        ['cargo', 'cargo', {}, undefined],
      ],
    );
  });

  refusals([
    ['no builder', 'build: [{ id: a }]', ['config-builder 3:9 build[0]']],
    ['two builders', 'build: [{ go: , cargo: }]', ['config-builder 3:9 build[0]']],
    ['one id twice', 'build: [{ id: a, go: }, { id: a, go: }]', ['config-duplicate-id 3:25 build[1].id']],
    ['a map of builders', 'build: { go: {} }', ['config-type 3:1 build']],
  ]);
});

describe('variants', () => {
  it('keep their order, numbers too', async () => {
    const { variants } = await loadYaml('variants: { complete: , "10": { exclude: ["doc/**"] }, "9": { include: [bin/*] } }');
    assert.deepEqual(
      [...variants],
      [
        ['complete', {}],
        ['10', { exclude: ['doc/**'] }],
        ['9', { include: ['bin/*'] }],
      ],
    );
  });

  refusals([
    ['a path as a name', 'variants: { a/b: }', ["config-value 3:13 variants['a/b']"]],
    ['unknown keys', 'variants: { a: { exlude: [] } }', ['config-unknown-key 3:18 variants.a.exlude']],
  ]);
});

describe('platforms', () => {
  it('take rows of the user', async () => {
    const row = {
      name: 'linux-loong64',
      os: 'linux',
      cpu: 'loong64',
      libc: 'gnu',
      rust: 'loongarch64-unknown-linux-gnu',
      go: 'linux/loong64',
      deb: 'loong64',
    };
    const folder = project({ 'provisioning-dist.json': JSON.stringify({ name: 'acme', platforms: ['linux-amd64', row] }) });
    assert.deepEqual(only((await load(folder)).products).platforms, ['linux-amd64', row]);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['unknown columns', '[{ name: linux-x, os: linux, cpu: x, dev: y }]', 'config-unknown-key 2:49 platforms[0].dev'],
    ['other systems', '[{ name: plan9-x, os: plan9, cpu: x }]', 'config-value 2:34 platforms[0].os'],
    ['names that are paths', '[{ name: ../x, os: linux, cpu: x }]', 'config-value 2:21 platforms[0].name'],
    ['rows without a system', '[{ name: linux-x, cpu: x }]', 'config-missing-key 2:13 platforms[0].os'],
    ['numbers', '[386]', 'config-type 2:13 platforms[0]'],
    ['text for the list', 'linux-amd64', 'config-type 2:12 platforms'],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuse ${what}`, async () => {
      const folder = project({ 'provisioning-dist.yaml': `name: a\nplatforms: ${text}` });
      assert.deepEqual(
        (await places(() => load(folder))).map((place) => place.replace('provisioning-dist.yaml:', '')),
        [expected],
      );
    });
  }
});

describe('contents', () => {
  it('fill in what is absent', async () => {
    const { at, ...rule } = only((await loadYaml('contents: [{ from: "src/**", to: lib/ }]')).contents);
    assert.deepEqual(rule, { type: 'file', from: 'src/**', to: 'lib/', component: 'main', exclude: [], eol: 'auto', optional: false });
    assert.deepEqual(at, { file: 'provisioning-dist.yaml', line: 3, column: 12, key: 'contents[0]' });
  });

  it('keep everything that is said', async () => {
    const text =
      'variants: [a]\ncontents: [{ type: symlink, from: ../x, to: b, role: doc, component: c, mode: 0o755, owner: root, group: wheel, exclude: [d], variants: [a], platforms: [linux], eol: keep, optional: true }]';
    const { at: _, ...rule } = only((await loadYaml(text)).contents);
    assert.deepEqual(rule, {
      type: 'symlink',
      from: '../x',
      to: 'b',
      role: 'doc',
      component: 'c',
      mode: 0o755,
      owner: 'root',
      group: 'wheel',
      exclude: ['d'],
      variants: ['a'],
      platforms: ['linux'],
      eol: 'keep',
      optional: true,
    });
  });

  it('know the place of each of their keys', async () => {
    const rule = only((await loadYaml('contents:\n  - from: a\n    to: b')).contents);
    assert.deepEqual(positionOf(rule, 'to'), { file: 'provisioning-dist.yaml', line: 5, column: 9, key: 'contents[0].to' });
  });

  it('read modes in octal', async () => {
    const { contents } = await loadYaml(
      `contents: [${["'0755'", "'644'", '0o600', "'0o4755'", '"01777"'].map((mode) => `{ from: a, to: b, mode: ${mode} }`).join(', ')}]`,
    );
    assert.deepEqual(
      contents.map(({ mode }) => mode),
      [0o755, 0o644, 0o600, 0o4755, 0o1777],
    );
  });

  for (const mode of ['755', '0755', '0x1ed', '493', "'0788'", "'75'", "'rwxr-xr-x'", '0o77777', '-1', '1.5']) {
    it(`refuse mode ${mode}`, async () => {
      assert.deepEqual(await places(() => loadYaml(`contents: [{ from: a, to: b, mode: ${mode} }]`)), [
        'config-value provisioning-dist.yaml:3:36 contents[0].mode',
      ]);
    });
  }

  it('keep glob braces in from', async () => {
    assert.equal(only((await loadYaml('contents: [{ from: "{build}/*.{so,dll}", to: lib/ }]')).contents).from, '{build}/*.{so,dll}');
  });

  refusals([
    ['a destination above the root', 'contents: [{ from: a, to: b/../../c }]', ['config-value 3:27 contents[0].to']],
    ['an absolute destination', 'contents: [{ from: a, to: /usr/bin/ }]', ['config-value 3:27 contents[0].to']],
    ['a destination on a drive', 'contents: [{ from: a, to: "C:/x" }]', ['config-value 3:27 contents[0].to']],
    ['a destination with backslashes', "contents: [{ from: a, to: 'b\\c' }]", ['config-value 3:27 contents[0].to']],
    ['a destination with NUL', 'contents: [{ from: a, to: "b\\0" }]', ['config-value 3:27 contents[0].to']],
    ['no destination', 'contents: [{ from: a }]', ['config-missing-key 3:12 contents[0].to']],
    [
      'no source',
      'contents: [{ to: a }, { type: symlink, to: b }]',
      ['config-missing-key 3:12 contents[0].from', 'config-missing-key 3:23 contents[1].from'],
    ],
    ['a source of a directory', 'contents: [{ type: directory, from: a, to: b }]', ['config-value 3:37 contents[0].from']],
    ['templates that do not read', 'contents: [{ from: a, to: "b/{exe" }]', ['template-syntax 3:27 contents[0].to']],
    ['filters nobody knows', 'contents: [{ from: "{name|uper}", to: b }]', ['template-filter 3:20 contents[0].from']],
    [
      'an unknown component',
      'contents: [{ from: a, to: b, component: server }]\npackages: { deb: { components: [servr] } }',
      ['config-unknown-component 4:33 packages.deb.components[0]'],
    ],
    ['an undeclared variant', 'contents: [{ from: a, to: b, variants: [full] }]', ['config-unknown-variant 3:41 contents[0].variants[0]']],
    ['an owner of several fields', 'contents: [{ from: a, to: b, owner: "root:x" }]', ['config-value 3:37 contents[0].owner']],
    ['text for a rule', 'contents: [a]', ['config-type 3:12 contents[0]']],
  ]);
});
