import assert from 'node:assert/strict';
import { z } from 'zod';
import { configSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { defineBuilder, defineFormat, defineRegistry } from '../../src/plugin.ts';
import { defineValidator } from '../../src/validator.ts';

const acme = {
  formats: {
    zip: defineFormat({
      scope: 'cell',
      group: 'archive',
      kind: 'archive',
      ext: 'zip',
      defaultFor: ['windows'],
      options: ({ z }) => z.object({ level: z.int().min(1).max(9).default(6).describe('How hard to try') }),
    }),
  },
  builders: { go: defineBuilder({ options: ({ z }) => z.object({ main: z.string() }), build: async () => [] }) },
  registries: {
    http: defineRegistry({
      options: (kit) => kit.z.object({ token: kit.secret(), dir: kit.path().optional(), timeout: kit.duration().optional() }),
      effects: [],
      publish: async () => {},
    }),
  },
  validators: { size: defineValidator({ options: ({ z }) => z.object({ limit: z.int() }), validate: async () => [] }) },
};

const schema = configSchema([acme]);
const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

function at(json: unknown, ...path: readonly (string | number)[]): JsonSchema {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], json) as JsonSchema;
}

describe('configSchema', () => {
  const accepted: readonly (readonly [string, unknown])[] = [
    ['an empty configuration', {}],
    [
      'every simple section',
      {
        $schema: 'x',
        extends: ['./a'],
        plugins: ['p'],
        name: 'a',
        version: 'git',
        platforms: ['linux', { name: 'linux-x', os: 'linux', cpu: 'x' }],
        paths: { dist: 'd' },
      },
    ],
    ['instances without a value', { packages: { zip: null }, variants: { a: null }, products: { a: null } }],
    ['lists of names', { packages: ['zip'], publish: ['http'], build: ['go'], variants: ['a'] }],
    ['options of plugins', { packages: { zip: { level: 9, platforms: ['linux'] } }, build: [{ id: 'x', go: { main: '.' } }] }],
    ['instances by use', { packages: { mine: { use: 'zip', level: 1 } } }],
    ['validators', { validate: { size: { limit: 1 }, mine: { use: 'size', limit: 2 } } }],
    ['groups', { packages: { archive: { level: 1 } } }],
    ['references to secrets', { publish: { http: { token: { env: 'A' }, dir: 'd', timeout: '5m', needs: ['x', { id: 'y', for: 'hidden' }] } } }],
    ['hooks', { hooks: { check: 'a b', publish: ['a', { run: ['b'], when: 'after', timeout: '5m', env: { X: 'y', T: { env: 'T' } } }] } }],
    ['hooks without a value', { hooks: null }],
    ['products with instances', { products: { cli: { path: 'cli', packages: { zip: { level: 2 } } } } }],
  ];
  for (const [what, config] of accepted) it(`accepts ${what}`, () => assert.deepEqual(validator.safeParse(config).error?.issues, undefined));

  const refused: readonly (readonly [string, unknown])[] = [
    ['unknown keys', { nam: 'a' }],
    ['unknown keys of a rule', { contents: [{ from: 'a', to: 'b', rol: 'doc' }] }],
    ['unknown options', { packages: { zip: { levl: 1 } } }],
    ['unknown options of validators', { validate: { size: { limit: 1, wide: true } } }],
    ['values out of range', { packages: { zip: { level: 10 } } }],
    ['unknown formats', { packages: { x: { use: 'tar' } } }],
    ['literal secrets', { publish: { http: { token: 'hunter22' } } }],
    ['hooks of no step', { hooks: { compile: ['a'] } }],
    ['unknown keys of a hook', { hooks: { publish: [{ run: 'a', wen: 'after' }] } }],
    ['two builders in one item', { build: [{ go: { main: '.' }, rust: {} }] }],
    ['unknown keys of a product', { products: { a: { nam: 'x' } } }],
  ];
  for (const [what, config] of refused) it(`refuses ${what}`, () => assert.equal(validator.safeParse(config).success, false));

  it('describes keys and options to people', () => {
    assert.equal(at(schema, 'properties', 'license', 'description'), 'SPDX expression, e.g. MIT OR Apache-2.0');
    assert.equal(at(schema, 'definitions', 'packages', 'anyOf', 0, 'properties', 'zip', 'properties', 'level', 'description'), 'How hard to try');
  });

  it('is draft 7, without references that lead nowhere', () => {
    assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/(\w+)"/g)].map(([, name = '']) => name);
    assert.deepEqual(
      references.filter((name) => at(schema, 'definitions', name) === undefined),
      [],
    );
    // build, packages, publish, sign, validate, notify, changelog, variants and hooks, at the top and of a product
    assert.equal(references.length, 18);
  });

  it('stands without plugins', () => {
    assert.equal(
      z.fromJSONSchema(configSchema([]) as Parameters<typeof z.fromJSONSchema>[0]).safeParse({ packages: { any: { option: 1 } } }).success,
      true,
    );
  });
});
