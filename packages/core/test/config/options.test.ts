import assert from 'node:assert/strict';
import { join } from 'node:path';
import { z as foreign } from 'zod';
import { createOptionsParser, type OptionsParser, type OptionsSchema } from '../../src/config/options.ts';
import type { Secret } from '../../src/plugin.ts';
import { createRedactor } from '../../src/redact.ts';
import { load, loadYaml, only, places, problems, removeProjects, yamlProject } from './project.ts';

after(removeProjects);

function parser(env: NodeJS.ProcessEnv = {}, secrets: Secret[] = []): OptionsParser {
  return createOptionsParser({ env, redactor: createRedactor(), root: '/project', onSecret: (secret) => secrets.push(secret) });
}

const AT = { file: 'a.yaml', line: 1, key: 'packages.deb' };

/** Parses `text` as the options of `packages.deb`, as the host does. */
async function parseDeb<Options>(schema: OptionsSchema<Options>, text: string): Promise<Options> {
  const { options, at } = only((await loadYaml(`packages:\n  deb:\n    ${text}\n`)).packages);
  return parser().parse(schema, options, at);
}

const schema: OptionsSchema<{ level: number; depends?: string[] | undefined; nested?: { deep?: string | undefined } | undefined }> = ({ z }) =>
  z.object({
    level: z.int().min(1).max(9).default(6),
    depends: z.array(z.string()).optional(),
    nested: z.object({ deep: z.string().optional() }).optional(),
  });

describe('options', () => {
  it('get their defaults', async () => {
    assert.deepEqual(await parseDeb(schema, 'depends: [a]'), { level: 6, depends: ['a'] });
  });

  it('get their defaults where nothing is written', () => {
    assert.deepEqual(parser().parse(schema, {}, AT), { level: 6 });
  });

  it('stand at their own lines in errors', async () => {
    assert.deepEqual(await places(() => parseDeb(schema, 'level: high\n    depends: [a, 1]')), [
      'config-type provisioning-dist.yaml:5:12 packages.deb.level',
      'config-type provisioning-dist.yaml:6:18 packages.deb.depends[1]',
    ]);
  });

  it('outside a range are refused', async () => {
    assert.deepEqual(await places(() => parseDeb(schema, 'level: 10')), ['config-value provisioning-dist.yaml:5:12 packages.deb.level']);
  });

  it('nobody knows are refused, with the one that was meant', async () => {
    const [problem] = await problems(() => parseDeb(schema, 'dpends: [a]'));
    assert.deepEqual([problem?.code, problem?.where?.line, problem?.hint], ['config-unknown-key', 5, 'did you mean "depends"?']);
  });

  it('may be slips of core keys', async () => {
    assert.equal((await problems(() => parseDeb(schema, 'plattforms: [a]')))[0]?.hint, 'did you mean "platforms"?');
  });

  it('nobody knows are refused further down', async () => {
    assert.deepEqual(await places(() => parseDeb(schema, 'nested: { dep: x }')), [
      'config-unknown-key provisioning-dist.yaml:5:15 packages.deb.nested.dep',
    ]);
  });

  it('of a foreign zod are strict at the top', async () => {
    assert.deepEqual(await places(() => parseDeb(() => foreign.object({}), 'a: 1')), [
      'config-unknown-key provisioning-dist.yaml:5:5 packages.deb.a',
    ]);
  });

  it('that are missing are named', async () => {
    assert.deepEqual(await places(() => parseDeb(({ z }) => z.object({ url: z.url() }), 'platforms: [linux]')), [
      'config-missing-key provisioning-dist.yaml:4:3 packages.deb.url',
    ]);
  });

  it('with checks of the plugin keep its words', async () => {
    const own: OptionsSchema<{ a: string }> = ({ z }) => z.object({ a: z.string().refine((text) => text === 'x', 'it is not x') });
    const [problem] = await problems(() => parseDeb(own, 'a: y'));
    assert.equal(problem?.message, 'Cannot use "packages.deb.a": it is not x');
  });

  it('of one alternative are explained by it', async () => {
    const either: OptionsSchema<unknown> = ({ z }) =>
      z.object({ from: z.union([z.string(), z.object({ id: z.string(), kind: z.enum(['a', 'b']) })]) });
    assert.deepEqual(await places(() => parseDeb(either, 'from: { id: x, kind: c }')), [
      'config-value provisioning-dist.yaml:5:26 packages.deb.from.kind',
    ]);
    assert.equal(
      (await problems(() => parseDeb(either, 'from: 1')))[0]?.message,
      'Cannot use "packages.deb.from": expected text or a map, found the number 1',
    );
  });

  it('without a file are named by key', async () => {
    assert.deepEqual(await places(() => parser().parse(schema, { nested: { deep: 1 } }, AT)), ['config-type a.yaml:1 packages.deb.nested.deep']);
  });
});

describe('duration()', () => {
  const duration: OptionsSchema<{ value: number }> = (kit) => kit.z.object({ value: kit.duration() });
  const cases: readonly (readonly [unknown, number])[] = [
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    [2, 2000],
    ['0s', 0],
  ];
  for (const [value, expected] of cases) it(`reads ${value}`, () => assert.deepEqual(parser().parse(duration, { value }, AT), { value: expected }));
  for (const value of ['5', 'm', '-5m', '5 minutes', '', '1e3s', -1, true, null, '5toString', '9'.repeat(15).concat('d')]) {
    it(`refuses ${JSON.stringify(value)}`, async () =>
      assert.deepEqual(await places(() => parser().parse(duration, { value }, AT)), ['config-value a.yaml:1 packages.deb.value']));
  }
});

describe('bytes()', () => {
  const bytes: OptionsSchema<{ value: number }> = (kit) => kit.z.object({ value: kit.bytes() });
  const cases: readonly (readonly [unknown, number])[] = [
    ['512KiB', 524_288],
    ['2MiB', 2_097_152],
    ['1GiB', 1_073_741_824],
    ['10MB', 10_000_000],
    [100, 100],
  ];
  for (const [value, expected] of cases) it(`reads ${value}`, () => assert.deepEqual(parser().parse(bytes, { value }, AT), { value: expected }));
  for (const value of ['2', '2mib', '2M', -1]) {
    it(`refuses ${JSON.stringify(value)}`, async () =>
      assert.deepEqual(await places(() => parser().parse(bytes, { value }, AT)), ['config-value a.yaml:1 packages.deb.value']));
  }
});

describe('path()', () => {
  const path: OptionsSchema<{ dir: string }> = (kit) => kit.z.object({ dir: kit.path().prefault('published') });

  it('is meant from the configuration', async () => {
    const folder = yamlProject('publish: { local: { dir: out } }');
    const { options, at } = only(only((await load(folder)).products).publish);
    assert.deepEqual(parser().parse(path, options, at), { dir: join(folder, 'out') });
  });

  it('has defaults of the same meaning', () => {
    assert.deepEqual(parser().parse(path, {}, AT), { dir: '/project/published' });
  });

  for (const dir of ['', 'a\0b', 1]) {
    it(`refuses ${JSON.stringify(dir)}`, async () =>
      assert.deepEqual(await places(() => parser().parse(path, { dir }, AT)), ['config-value a.yaml:1 packages.deb.dir']));
  }
});

describe('secret()', () => {
  const secret: OptionsSchema<{ token: Secret }> = (kit) => kit.z.object({ token: kit.secret() });

  it('is a reference that reveals its value', async () => {
    const { token } = parser({ TOKEN: 'hunter22' }).parse(secret, { token: { env: 'TOKEN' } }, AT);
    assert.equal(await token.reveal(), 'hunter22');
  });

  it('is told to the host', () => {
    const met: Secret[] = [];
    parser({}, met).parse(secret, { token: { env: 'TOKEN' } }, AT);
    assert.deepEqual(
      met.map(({ source }) => source),
      ['env TOKEN'],
    );
  });

  it('is known to the redactor before it is revealed', () => {
    const redactor = createRedactor();
    createOptionsParser({ env: { TOKEN: 'hunter22' }, redactor }).parse(secret, { token: { env: 'TOKEN' } }, AT);
    assert.equal(redactor.redact('pw=hunter22'), 'pw=***');
  });

  it('never stands in the configuration', async () => {
    const [problem] = await problems(() => parser().parse(secret, { token: 'hunter22' }, AT));
    assert.deepEqual([problem?.code, problem?.where?.subject], ['config-value', 'packages.deb.token']);
    assert.equal(JSON.stringify([problem?.message, problem?.hint, problem?.data]).includes('hunter22'), false);
    assert.match(problem?.hint ?? '', /\{ env: NAME \}/);
  });

  for (const token of [{}, { env: '' }, { env: 1 }, { env: 'A', file: 'b' }, { cmd: [] }, { cmd: 'op read' }, { vault: 'x' }, ['A'], 1, null]) {
    it(`refuses ${JSON.stringify(token)}`, async () =>
      assert.deepEqual(await places(() => parser().parse(secret, { token }, AT)), ['config-value a.yaml:1 packages.deb.token']));
  }

  it('that is missing is named', async () => {
    assert.deepEqual(await places(() => parser().parse(secret, {}, AT)), ['config-missing-key a.yaml:1 packages.deb.token']);
  });
});
