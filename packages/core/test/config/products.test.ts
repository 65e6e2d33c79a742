import assert from 'node:assert/strict';
import { join } from 'node:path';
import { load, places, problems, project, removeProjects } from './project.ts';

after(removeProjects);

function products(text: string): string {
  return project({ 'provisioning-dist.yaml': `platforms: [linux-amd64]\n${text}` });
}

describe('products', () => {
  it('override what the top says', async () => {
    const folder = products(
      'license: MIT\npackages: { deb: { level: 1 } }\nproducts:\n  cli: { path: cli, tagPrefix: cli-, packages: { deb: { level: 2 }, zip: } }\n  server: { license: GPL-3.0-only }',
    );
    const [cli, server] = (await load(folder)).products;
    assert.deepEqual([cli?.product, cli?.name, cli?.license, cli?.tagPrefix, cli?.root], ['cli', 'cli', 'MIT', 'cli-', join(folder, 'cli')]);
    assert.deepEqual(
      cli?.packages.map(({ id, options }) => [id, options]),
      [
        ['deb', { level: 2 }],
        ['zip', {}],
      ],
    );
    assert.deepEqual([server?.name, server?.license, server?.tagPrefix, server?.root], ['server', 'GPL-3.0-only', '', folder]);
    assert.deepEqual(
      server?.packages.map(({ options }) => options),
      [{ level: 1 }],
    );
  });

  it('have output folders of their own', async () => {
    const folder = products('paths: { dist: out }\nproducts: { a: , b: { paths: { packages: b-packages } } }');
    const [a, b] = (await load(folder)).products;
    assert.deepEqual([a?.paths.packages, a?.paths.dist], [join(folder, 'packages/a'), join(folder, 'out/a')]);
    assert.deepEqual([b?.paths.packages, b?.paths.dist], [join(folder, 'b-packages'), join(folder, 'out/b')]);
    assert.equal(a?.paths.state, b?.paths.state);
  });

  it('may be listed by name', async () => {
    assert.deepEqual(
      (await load(products('products: [a, b]'))).products.map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('replace an inherited map by a list', async () => {
    const [product] = (await load(products('packages: { deb: , rpm: }\nproducts: { a: { packages: [zip] } }'))).products;
    assert.deepEqual(
      product?.packages.map(({ id }) => id),
      ['zip'],
    );
  });

  it('keep the places of both levels', async () => {
    const folder = products('contents:\n  - { from: a, to: /etc }\nproducts:\n  cli: { version: x }\n  server: { version: 1.0.0 }');
    assert.deepEqual(await places(() => load(folder)), [
      'config-value provisioning-dist.yaml:3:20 contents[0].to',
      'config-value provisioning-dist.yaml:5:19 products.cli.version',
    ]);
  });

  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['one name for two', 'name: acme\nproducts: { a: , b: }', ['config-products provisioning-dist.yaml:3:21 products.b']],
    ['names that differ in case only', 'products: { a: { name: X }, b: { name: x } }', ['config-products provisioning-dist.yaml:2:29 products.b']],
    [
      'one folder for two',
      'products: { a: { paths: { dist: o } }, b: { paths: { packages: o } } }',
      ['config-products provisioning-dist.yaml:2:45 products.b.paths'],
    ],
    ['plugins of one product', 'products: { a: { plugins: [x] } }', ['config-unknown-key provisioning-dist.yaml:2:18 products.a.plugins']],
    ['unknown keys', 'products: { a: { licence: x } }', ['config-unknown-key provisioning-dist.yaml:2:18 products.a.licence']],
    ['a path above the configuration', 'products: { a: { path: ../x } }', ['config-value provisioning-dist.yaml:2:24 products.a.path']],
    ['an absolute path', 'products: { a: { path: /x } }', ['config-value provisioning-dist.yaml:2:24 products.a.path']],
    ['none', 'products: {}', ['config-missing-key provisioning-dist.yaml:2:1 products.NAME']],
    ['a product that is text', 'products: { a: text }', ['config-type provisioning-dist.yaml:2:16 products.a']],
    ['a key that is no name', 'products: { ../a: }', ["config-value provisioning-dist.yaml:2:13 products['../a']"]],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuse ${what}`, async () => assert.deepEqual(await places(() => load(products(text))), expected));
  }

  it('suggest the key that was meant', async () => {
    const [problem] = await problems(() => load(products('products: { a: { licence: x } }')));
    assert.equal(problem?.hint, 'did you mean "license"?');
  });
});
