import assert from 'node:assert/strict';
import { join } from 'node:path';
import { load, only, places, problems, project, removeProjects } from './project.ts';

after(removeProjects);

const MAIN = 'extends: ./base.yaml\nname: acme\n';

describe('extends', () => {
  it('joins maps, replaces lists and values', async () => {
    const folder = project({
      'provisioning-dist.yaml': `${MAIN}vendor: mine\nplatforms: [windows-amd64]\npackages: { deb: { own: 1 } }`,
      'base.yaml': 'vendor: theirs\nlicense: MIT\nplatforms: [linux-amd64]\npackages: { deb: { level: 9, list: [1] }, zip: }',
    });
    const product = only((await load(folder)).products);
    assert.deepEqual([product.vendor, product.license, product.platforms], ['mine', 'MIT', ['windows-amd64']]);
    assert.deepEqual(
      product.packages.map(({ id, options }) => [id, options]),
      [
        ['deb', { level: 9, list: [1], own: 1 }],
        ['zip', {}],
      ],
    );
  });

  it('applies several bases from left to right', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'extends: [./a.yaml, ./b.json]\nname: acme',
      'a.yaml': 'vendor: a\nlicense: a\nplatforms: [linux-amd64]',
      'b.json': '{ "license": "b" }',
    });
    const product = only((await load(folder)).products);
    assert.deepEqual([product.vendor, product.license], ['a', 'b']);
  });

  it('resolves from the extending file', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'extends: ./shared/a.yaml\nname: acme',
      'shared/a.yaml': 'extends: ./b.mjs',
      'shared/b.mjs': "export default { platforms: ['linux-amd64'] };",
    });
    assert.deepEqual(only((await load(folder)).products).platforms, ['linux-amd64']);
  });

  it('resolves packages', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'extends: "@acme/preset/release.yaml"\nname: acme',
      'node_modules/@acme/preset/package.json': '{ "name": "@acme/preset" }',
      'node_modules/@acme/preset/release.yaml': 'platforms: [linux-amd64]',
    });
    assert.deepEqual(only((await load(folder)).products).platforms, ['linux-amd64']);
  });

  it('lets an empty key leave the base as it is', async () => {
    const folder = project({
      'provisioning-dist.yaml': `${MAIN}packages: { deb: }`,
      'base.yaml': 'platforms: [linux-amd64]\npackages: { deb: { level: 9 } }',
    });
    assert.deepEqual(only(only((await load(folder)).products).packages).options, { level: 9 });
  });

  it('replaces a secret reference as a whole', async () => {
    const folder = project({
      'provisioning-dist.yaml': `${MAIN}publish: { local: { token: { env: MINE } } }`,
      'base.yaml': 'platforms: [linux-amd64]\npublish: { local: { token: { file: /theirs } } }',
    });
    const config = await load(folder);
    assert.deepEqual(only(only(config.products).publish).options, { token: { env: 'MINE' } });
    assert.deepEqual(
      config.secrets.map(({ source }) => source),
      ['env MINE'],
    );
  });

  it('replaces a map of packages by a list', async () => {
    const folder = project({
      'provisioning-dist.yaml': `${MAIN}packages: [zip]`,
      'base.yaml': 'platforms: [linux-amd64]\npackages: { deb: , rpm: }',
    });
    assert.deepEqual(
      only((await load(folder)).products).packages.map(({ id }) => id),
      ['zip'],
    );
  });

  it('keeps the places of the base', async () => {
    const folder = project({ 'provisioning-dist.yaml': MAIN, 'base.yaml': 'platforms: [linux-amd64]\ncontents:\n  - { from: a, to: ../b }' });
    assert.deepEqual(await places(() => load(folder)), ['config-value base.yaml:3:20 contents[0].to']);
  });

  it('keeps paths relative to the project', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'extends: ./shared/a.yaml\nname: acme',
      'shared/a.yaml': 'platforms: [linux-amd64]\npaths: { packages: out }',
    });
    assert.equal(only((await load(folder)).products).paths.packages, join(folder, 'out'));
  });

  it('reads a base that several share once', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'extends: [./a.yaml, ./b.yaml]\nname: acme',
      'a.yaml': 'extends: ./c.yaml',
      'b.yaml': 'extends: ./c.yaml',
      'c.yaml': 'platforms: [linux-amd64]',
    });
    assert.deepEqual(only((await load(folder)).products).platforms, ['linux-amd64']);
  });

  it('refuses a circle and shows it', async () => {
    const folder = project({ 'provisioning-dist.yaml': MAIN, 'base.yaml': 'vendor: x\nextends: ./provisioning-dist.yaml' });
    const [problem] = await problems(() => load(folder));
    assert.deepEqual([problem?.code, problem?.where?.file, problem?.where?.line], ['config-extends-cycle', 'base.yaml', 2]);
    assert.match(problem?.message ?? '', /provisioning-dist.yaml -> base.yaml -> provisioning-dist.yaml/);
  });

  it('refuses more than a hundred files', async () => {
    const chain = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`b${index}.yaml`, `extends: ./b${index + 1}.yaml`]));
    const folder = project({ 'provisioning-dist.yaml': 'extends: ./b0.yaml', ...chain });
    assert.deepEqual(
      (await problems(() => load(folder))).map(({ code }) => code),
      ['config-extends'],
    );
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['a missing file', 'extends: ./gone.yaml', 'config-extends provisioning-dist.yaml:1:10 extends'],
    ['a missing package', 'extends: [acme-gone]', 'config-extends provisioning-dist.yaml:1:11 extends[0]'],
    ['what is no name', 'extends: { a: b }', 'config-type provisioning-dist.yaml:1:10 extends'],
    ['a number', 'extends: 1', 'config-type provisioning-dist.yaml:1:10 extends'],
    ['a folder', 'extends: ./.git', 'config-unreadable .git'],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what}`, async () => assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': text }))), [expected]));
  }

  it('tells a file beside it from a package', async () => {
    const [problem] = await problems(() => load(project({ 'provisioning-dist.yaml': 'extends: base.yaml', 'base.yaml': 'name: a' })));
    assert.equal(problem?.hint, 'for the file beside it write "./base.yaml"');
  });
});
