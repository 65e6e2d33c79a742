import assert from 'node:assert/strict';
import type { RegistryJob } from '../jobs.ts';
import { canonicalJson, plain } from '../lifecycle/canonical-json.ts';
import type { EffectState } from '../lifecycle/journal-state.ts';
import { type ConformanceCase, conformanceCase, present, unsafeIn } from './conformance.ts';
import { type Bench, withBench } from './registry-bench.ts';
import type { RegistryConformance, RegistryWorld } from './registry-spec.ts';
import { INSTANCE } from './registry-stage.ts';

/** What only looks: probes, `current`, `verify`, `locate`, `preflight`, and the record kept beside. */

export function lookCases<Options, World extends RegistryWorld<Options>>(spec: RegistryConformance<Options, World>): readonly ConformanceCase[] {
  const { definition, tampering = {} } = spec;
  const { preflight, locate, current, verify, record, effects } = definition;
  const it = (name: string, use: (bench: Bench<World>) => Promise<void>): ConformanceCase => conformanceCase(name, () => withBench(spec, use));
  const jobOf = (bench: Bench<World>, version: string): RegistryJob<Options> => bench.job(version) as RegistryJob<Options>;

  async function probeAll(
    bench: Bench<World>,
    version: string,
    states: readonly EffectState[],
  ): Promise<readonly (readonly [EffectState, unknown])[]> {
    const found: (readonly [EffectState, unknown])[] = [];
    for (const state of states) {
      const probe = effects.find(({ name }) => name === state.effect)?.probe;
      if (probe) found.push([state, plain(await probe(state.input, bench.context(version, state.before)))]);
    }
    return found;
  }

  const errorsIn = async (bench: Bench<World>, version: string): Promise<readonly string[]> => {
    const findings = (await verify?.(jobOf(bench, version))) ?? [];
    return findings.filter(({ level }) => level === 'error').map(({ code, subject }) => `${code} ${subject}`);
  };

  return [
    it('every probe finds what was made', async (bench) => {
      await bench.published('1.0.0');
      for (const [{ effect, key, result }, found] of await probeAll(bench, '1.0.0', await bench.journal('1.0.0')))
        assert.equal(canonicalJson(found), canonicalJson(result), `${effect} ${key} finds something else than it made`);
    }),
    it('no probe finds what was not made', async (bench) => {
      await bench.publish('1.0.0', { dry: true });
      for (const { effect, input } of bench.asked)
        assert.equal(await effect.probe?.(plain(input), bench.context('1.0.0')), undefined, `${effect.name} finds something where nothing is`);
    }),
    it('looking changes nothing', async (bench) => {
      await bench.published('1.0.0');
      const state = await bench.world.state();
      const asked = unsafeIn(bench.world);
      await probeAll(bench, '1.0.0', await bench.journal('1.0.0'));
      for (const version of ['1.0.0', '1.1.0']) {
        await preflight?.(jobOf(bench, version));
        await current?.(jobOf(bench, version));
        await verify?.(jobOf(bench, version));
        await record?.read(jobOf(bench, version));
      }
      assert.equal(await bench.world.state(), state);
      assert.equal(unsafeIn(bench.world), asked);
    }),
    ...present(preflight, () => [
      it('preflight finds nothing wrong with a release that can be published', async (bench) => {
        assert.deepEqual(await preflight?.(jobOf(bench, '1.0.0')), []);
        await bench.published('1.0.0');
        assert.deepEqual(await preflight?.(jobOf(bench, '1.0.0')), [], 'the same release again');
      }),
    ]),
    ...present(locate, () => [
      it('addresses are known before anything is published', async (bench) => {
        const view = { release: bench.release('1.0.0'), options: Object.freeze(bench.world.options), id: INSTANCE };
        const addresses = (): readonly unknown[] => bench.artifacts('1.0.0').map((artifact) => locate?.(artifact, view));
        const before = addresses();
        for (const address of before) assert.ok(address === undefined || URL.canParse(String(address)), `"${address}" is no address`);
        await bench.published('1.0.0');
        assert.deepEqual(addresses(), before);
      }),
    ]),
    ...present(current, () => [
      it('the current version is the one published last', async (bench) => {
        assert.equal(await current?.(jobOf(bench, '1.0.0')), undefined);
        for (const version of ['1.0.0', '1.1.0']) {
          await bench.published(version);
          assert.equal(await current?.(jobOf(bench, version)), version);
        }
      }),
    ]),
    ...present(verify, () => [
      it('a published release is verified', async (bench) => {
        await bench.published('1.0.0');
        assert.deepEqual(await errorsIn(bench, '1.0.0'), []);
      }),
      it('a release that is not there is no good one', async (bench) => {
        assert.notDeepEqual(await errorsIn(bench, '1.0.0'), []);
      }),
    ]),
    ...present(verify && tampering.replace, () => [
      it('every artifact with other bytes is found', async (bench) => {
        await bench.published('1.0.0');
        for (const artifact of bench.artifacts('1.0.0')) {
          const before = await errorsIn(bench, '1.0.0');
          await tampering.replace?.(bench.world, artifact, bench.release('1.0.0'));
          assert.notDeepEqual(await errorsIn(bench, '1.0.0'), before, `${artifact.name} was replaced`);
        }
      }),
    ]),
    ...present(verify && tampering.remove, () => [
      it('every artifact that is missing is found', async (bench) => {
        await bench.published('1.0.0');
        for (const artifact of bench.artifacts('1.0.0')) {
          const before = await errorsIn(bench, '1.0.0');
          await tampering.remove?.(bench.world, artifact, bench.release('1.0.0'));
          assert.notDeepEqual(await errorsIn(bench, '1.0.0'), before, `${artifact.name} was removed`);
        }
      }),
    ]),
    ...present(record, () => [
      it('the record is kept for another machine', async (bench) => {
        const job = { ...jobOf(bench, '1.0.0'), http: bench.http };
        assert.equal(await record?.read(job), undefined);
        for (const text of ['one\n', 'one\ntwo\n']) {
          await record?.write(job, Buffer.from(text));
          assert.equal(Buffer.from((await record?.read(job)) ?? []).toString(), text);
        }
        assert.equal(await record?.read(jobOf(bench, '1.1.0')), undefined, 'the record of another version');
      }),
      it('the record is no part of the state', async (bench) => {
        await bench.published('1.0.0');
        const state = await bench.world.state();
        await record?.write({ ...jobOf(bench, '1.0.0'), http: bench.http }, Buffer.from('one\n'));
        assert.equal(await bench.world.state(), state);
      }),
    ]),
  ];
}
