import assert from 'node:assert/strict';
import type { RegistryJob } from '../jobs.ts';
import { type ConformanceCase, conformanceCase, present, unsafeIn } from './conformance.ts';
import { type Bench, withBench } from './registry-bench.ts';
import { effectsOf, type RegistryConformance, type RegistryWorld } from './registry-spec.ts';

/** Going back, and what others did meanwhile. */

export function undoCases<Options, World extends RegistryWorld<Options>>(spec: RegistryConformance<Options, World>): readonly ConformanceCase[] {
  const { definition, tampering = {} } = spec;
  const it = (name: string, use: (bench: Bench<World>) => Promise<void>): ConformanceCase => conformanceCase(name, () => withBench(spec, use));
  const current = (bench: Bench<World>, version: string) => definition.current?.(bench.job(version) as RegistryJob<Options>);
  const revertOf = (effect: string) => effectsOf(spec).find(({ name }) => name === effect)?.revert;
  /** Without the look the lifecycle takes first: somebody may be faster. */
  async function revertBlindly(bench: Bench<World>, version: string): Promise<void> {
    for (const { effect, input, result, before } of await bench.journal(version)) {
      const call = async () => revertOf(effect)?.(input, result, { ...bench.context(version, before), http: bench.http });
      await call().catch(() => {});
    }
  }
  const isReversible = effectsOf(spec).every(({ irreversible }) => irreversible === undefined);

  return [
    ...present(isReversible || undefined, () => [
      it('taking a release back leaves what was there before', async (bench) => {
        await bench.published('1.0.0');
        const state = await bench.world.state();
        await bench.published('1.1.0');
        await bench.undone('1.1.0');
        assert.equal(await bench.world.state(), state);
        if (definition.current) assert.equal(await current(bench, '1.1.0'), '1.0.0');
      }),
      it('taking the first release back leaves nothing', async (bench) => {
        const state = await bench.world.state();
        await bench.published('1.0.0');
        await bench.undone('1.0.0');
        assert.equal(await bench.world.state(), state);
        if (definition.current) assert.equal(await current(bench, '1.0.0'), undefined);
      }),
      it('taking it back again changes nothing', async (bench) => {
        await bench.published('1.0.0');
        await bench.published('1.1.0');
        await bench.undone('1.1.0');
        const state = await bench.world.state();
        const asked = unsafeIn(bench.world);
        assert.deepEqual((await bench.undone('1.1.0')).effects, []);
        assert.equal(await bench.world.state(), state);
        assert.equal(unsafeIn(bench.world), asked, 'it asked for changes');
      }),
      it('a release that was taken back can be published again', async (bench) => {
        await bench.published('1.0.0');
        const state = await bench.world.state();
        await bench.undone('1.0.0');
        await bench.published('1.0.0');
        assert.equal(await bench.world.state(), state);
      }),
      it('a revert that is called twice is good', async (bench) => {
        await bench.published('1.0.0');
        const before = await bench.world.state();
        await bench.published('1.1.0');
        for (const { effect, input, result, before: earlier } of (await bench.journal('1.1.0')).toReversed()) {
          for (let time = 1; time <= 2; time++) await revertOf(effect)?.(input, result, { ...bench.context('1.1.0', earlier), http: bench.http });
        }
        assert.equal(await bench.world.state(), before);
      }),
    ]),
    ...present(definition.rollbackModes?.includes('retarget') || undefined, () => [
      it('clients can be sent to an earlier version', async (bench) => {
        for (const version of ['1.0.0', '1.1.0']) await bench.published(version);
        const { registries } = await bench.undo('1.1.0', { mode: 'retarget', to: '1.0.0' });
        assert.deepEqual(
          registries.map(({ state }) => state),
          ['own'],
        );
        if (definition.current) assert.equal(await current(bench, '1.1.0'), '1.0.0');
      }),
      it('clients are not sent to what is not there', async (bench) => {
        await bench.published('1.1.0');
        const state = await bench.world.state();
        const { registries } = await bench.undo('1.1.0', { mode: 'retarget', to: '0.9.0' });
        assert.deepEqual(
          registries.map((one) => one.state),
          ['failed'],
        );
        assert.equal(await bench.world.state(), state);
      }),
    ]),
    ...present(tampering.replace, () => [
      it("somebody else's bytes are left alone by publishing", async (bench) => {
        const [artifact] = bench.artifacts('1.0.0');
        if (!artifact) throw new RangeError('Cannot test without artifacts');
        const isThere = await tampering.replace?.(bench.world, artifact, bench.release('1.0.0'));
        const { failure } = await bench.publish('1.0.0');
        assert.ok(failure, 'nothing is said of other bytes in the place of an artifact');
        assert.equal(await isThere?.(), true);
      }),
      it("somebody else's bytes are left alone by going back", async (bench) => {
        await bench.published('1.0.0');
        const [artifact] = bench.artifacts('1.0.0');
        if (!artifact) throw new RangeError('Cannot test without artifacts');
        const isThere = await tampering.replace?.(bench.world, artifact, bench.release('1.0.0'));
        const { effects } = await bench.undo('1.0.0');
        assert.ok(
          effects.some(({ state }) => state === 'moved' || state === 'failed'),
          'nothing is said of other bytes in the place of an artifact',
        );
        await revertBlindly(bench, '1.0.0');
        assert.equal(await isThere?.(), true);
      }),
    ]),
    ...present(tampering.repoint, () => [
      it('a pointer that was moved is left alone by publishing again', async (bench) => {
        await bench.published('1.0.0');
        const isThere = await tampering.repoint?.(bench.world, bench.release('1.0.0'));
        const { effects, failure } = await bench.publish('1.0.0');
        assert.ok(failure || effects.some(({ state }) => state === 'moved'), 'nothing is said of a pointer that was moved');
        assert.equal(await isThere?.(), true);
      }),
      it('a pointer that was moved is left alone by going back', async (bench) => {
        await bench.published('1.0.0');
        const isThere = await tampering.repoint?.(bench.world, bench.release('1.0.0'));
        const { effects } = await bench.undo('1.0.0');
        assert.ok(
          effects.some(({ state }) => state === 'moved' || state === 'failed'),
          'nothing is said of a pointer that was moved',
        );
        await revertBlindly(bench, '1.0.0');
        assert.equal(await isThere?.(), true);
      }),
    ]),
  ];
}
