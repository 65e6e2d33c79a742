import assert from 'node:assert/strict';
import { canonicalJson, plain } from '../lifecycle/canonical-json.ts';
import { type ConformanceCase, conformanceCase, unsafeIn } from './conformance.ts';
import { faults } from './faults.ts';
import { type Bench, withBench } from './registry-bench.ts';
import { effectsOf, type RegistryConformance, type RegistryWorld } from './registry-spec.ts';
import { CANARY, canariesIn } from './secret.ts';

/** Publishing, as often and as badly as it may go. */

export function publishCases<Options, World extends RegistryWorld<Options>>(spec: RegistryConformance<Options, World>): readonly ConformanceCase[] {
  const it = (name: string, use: (bench: Bench<World>) => Promise<void>): ConformanceCase => conformanceCase(name, () => withBench(spec, use));
  const cases = [
    it('publishing makes at least one change', async ({ world, published }) => {
      const before = await world.state();
      await published('1.0.0');
      assert.notEqual(await world.state(), before);
    }),
    it('publishing gives the same anywhere', async ({ world, published }) => {
      await published('1.0.0');
      await withBench(spec, async (other) => {
        await other.published('1.0.0');
        assert.equal(await other.world.state(), await world.state());
      });
    }),
    it('publishing again changes nothing', async ({ world, published }) => {
      await published('1.0.0');
      const state = await world.state();
      const asked = unsafeIn(world);
      const { effects } = await published('1.0.0');
      assert.equal(await world.state(), state);
      assert.equal(unsafeIn(world), asked, 'it asked for changes');
      assert.deepEqual([...new Set(effects.map((effect) => effect.state))], ['known']);
    }),
    it('a dry run changes nothing and lists every change', async ({ world, publish, published }) => {
      await published('1.0.0');
      const state = await world.state();
      const asked = unsafeIn(world);
      const dry = await publish('1.1.0', { dry: true });
      assert.deepEqual(dry.errors, []);
      assert.equal(await world.state(), state);
      assert.equal(unsafeIn(world), asked, 'it asked for changes');
      const { effects } = await published('1.1.0');
      const list = (all: typeof effects): readonly string[] => all.map(({ effect, key, visible }) => `${effect} ${key} ${visible}`).sort();
      assert.deepEqual(list(dry.effects), list(effects));
    }),
    it('what nobody sees comes before what everybody sees', async ({ published }) => {
      const order: boolean[] = [];
      await published('1.0.0', { onApply: (effect) => void order.push(effect.visible === true) });
      assert.deepEqual(order, order.toSorted(), 'a hidden change was made after a visible one');
    }),
    it('the journal holds JSON without local paths', async ({ published, journal, folder, results }) => {
      await published('1.0.0');
      for (const result of results) assert.deepEqual(plain(result), result, 'the result is not what JSON keeps of it');
      for (const { effect, key, input, result, before } of await journal('1.0.0'))
        assert.ok(!canonicalJson({ key, input, result, before }).includes(folder), `${effect} ${key} holds a path of this machine`);
    }),
    it('secrets stand nowhere', async ({ published, undo, journal, said }) => {
      await published('1.0.0');
      await undo('1.0.0');
      for (const state of await journal('1.0.0')) assert.deepEqual(canariesIn(canonicalJson(state)), [], `${state.effect} journals the secret`);
      assert.deepEqual(canariesIn(said.join('\n')), [], 'the log or an error holds the secret');
      assert.ok(CANARY);
    }),
    it('a release cut short is finished by the next run', async ({ world, publish, published, said }) => {
      const reference = await stateOf(spec, '1.0.0');
      for (const after of [1, 2]) {
        const controller = new AbortController();
        let count = 0;
        const { failure } = await publish('1.0.0', {
          signal: controller.signal,
          onApply: () => void (++count === after && controller.abort(new Error('stopped'))),
        });
        assert.ok(failure || count < after, `it is done although it was stopped\n${said.join('\n')}`);
      }
      await published('1.0.0');
      assert.equal(await world.state(), reference);
    }),
  ];
  return [...cases, ...(spec.faulty ? faultyCases(spec) : [])];
}

function faultyCases<Options, World extends RegistryWorld<Options>>(spec: RegistryConformance<Options, World>): readonly ConformanceCase[] {
  return [1, 2, 3].map((seed) =>
    conformanceCase(`faults that pass leave no trace, seed ${seed}`, async () => {
      const reference = await stateOf(spec, '1.0.0');
      const use = async ({ world, published }: Bench<World>): Promise<void> => {
        await published('1.0.0');
        assert.equal(await world.state(), reference);
      };
      await withBench(spec, use, faults(seed, 0.2));
    }),
  );
}

/** What a run without mishaps leaves. */
export async function stateOf<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
  ...versions: readonly string[]
): Promise<string> {
  let state = '';
  await withBench(spec, async ({ world, published }) => {
    for (const version of versions) await published(version);
    state = await world.state();
  });
  return state;
}

export function canProbe(spec: Parameters<typeof effectsOf>[0]): boolean {
  return effectsOf(spec).every(({ probe }) => probe !== undefined);
}
