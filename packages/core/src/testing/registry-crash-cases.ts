import assert from 'node:assert/strict';
import { type ConformanceCase, conformanceCase, present } from './conformance.ts';
import { CrashPoints } from './crash.ts';
import { type Bench, withBench } from './registry-bench.ts';
import { canProbe, stateOf } from './registry-publish-cases.ts';
import { effectsOf, type RegistryConformance, type RegistryWorld } from './registry-spec.ts';

/** Processes that die: before and after every record of the journal, every change, and every request that could make one. */

const TIMEOUT = 300_000;

export function crashCases<Options, World extends RegistryWorld<Options>>(spec: RegistryConformance<Options, World>): readonly ConformanceCase[] {
  const isReversible = effectsOf(spec).every(({ irreversible }) => irreversible === undefined);
  return [
    conformanceCase('a crash at any point leaves nothing lost or doubled', () => crashPublishing(spec, isReversible), TIMEOUT),
    ...present(canProbe(spec) || undefined, () => [
      conformanceCase('a crash at any point is mended by another machine', () => crashElsewhere(spec), TIMEOUT),
    ]),
    ...present(isReversible || undefined, () => [conformanceCase('a crash at any point of going back is mended', () => crashUndoing(spec), TIMEOUT)]),
  ];
}

type Spec<Options, World extends RegistryWorld<Options>> = RegistryConformance<Options, World>;

async function crashPublishing<Options, World extends RegistryWorld<Options>>(spec: Spec<Options, World>, isReversible: boolean): Promise<void> {
  const reference = await stateOf(spec, '1.0.0', '1.1.0');
  await eachPoint(spec, 'publish', async (bench, crash, point) => {
    await bench.published('1.0.0');
    const before = await bench.world.state();
    await bench.publish('1.1.0', { crash });
    await bench.published('1.1.0');
    assert.equal(await bench.world.state(), reference, `after a crash at ${point}`);
    if (!isReversible) return;
    await bench.undone('1.1.0');
    assert.equal(await bench.world.state(), before, `taken back after a crash at ${point}`);
  });
}

async function crashElsewhere<Options, World extends RegistryWorld<Options>>(spec: Spec<Options, World>): Promise<void> {
  const reference = await stateOf(spec, '1.0.0', '1.1.0');
  await eachPoint(spec, 'publish', async (bench, crash, point) => {
    await bench.published('1.0.0');
    await bench.publish('1.1.0', { crash });
    bench.forget('1.1.0');
    await bench.published('1.1.0');
    assert.equal(await bench.world.state(), reference, `without the journal, after a crash at ${point}`);
  });
}

async function crashUndoing<Options, World extends RegistryWorld<Options>>(spec: Spec<Options, World>): Promise<void> {
  await eachPoint(spec, 'undo', async (bench, crash, point) => {
    await bench.published('1.0.0');
    const before = await bench.world.state();
    await bench.published('1.1.0');
    await bench.undo('1.1.0', { crash });
    await bench.undone('1.1.0');
    assert.equal(await bench.world.state(), before, `after a crash at ${point}`);
  });
}

/** As many worlds as there are points in a run without a crash. */
async function eachPoint<Options, World extends RegistryWorld<Options>>(
  spec: Spec<Options, World>,
  action: 'publish' | 'undo',
  use: (bench: Bench<World>, crash: CrashPoints, point: string) => Promise<void>,
): Promise<void> {
  const counter = new CrashPoints();
  await withBench(spec, async (bench) => {
    await bench.published('1.0.0');
    await bench.published('1.1.0', action === 'publish' ? { crash: counter } : {});
    if (action === 'undo') await bench.undone('1.1.0', { crash: counter });
  });
  assert.ok(counter.count > 0, 'nothing was done');
  for (const at of spread(counter.count, spec.crashes ?? counter.count)) {
    await withBench(spec, (bench) => use(bench, new CrashPoints(at), `point ${at} of ${counter.count}`));
  }
}

/** Whole numbers from 1 to `count`, the first and the last among them. */
function spread(count: number, wanted: number): readonly number[] {
  if (wanted >= count || wanted < 2) return Array.from({ length: count }, (_, index) => index + 1);
  return Array.from({ length: wanted }, (_, index) => 1 + Math.round((index * (count - 1)) / (wanted - 1)));
}
