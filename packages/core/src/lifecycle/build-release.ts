import { statSync } from 'node:fs';
import type { Platform } from '../model/platform.ts';
import { buildPlatform } from './build.ts';
import { buildDirOf } from './build-dir.ts';
import { nothingToBuild } from './build-errors.ts';
import { checkHooks, withStepHooks } from './config-hooks.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { Pool, settleEvery } from './pool.ts';
import { preflight } from './preflight.ts';
import type { RunContext } from './run-context.ts';

/** The `build` command's work for one product. */

export interface BuiltPlatform {
  readonly platform: string;
  /** Absolute: what `{build}` stands for. */
  readonly dir: string;
  readonly outputs: readonly { readonly name: string; readonly file: string; readonly size: number }[];
}

/** Runs the builders of every planned platform, side by side within the budget. One that fails keeps no other back; all failures are thrown. */
export function buildRelease(run: RunContext, options: GuardOptions = {}): Promise<readonly BuiltPlatform[]> {
  const reason = run.product.build.length === 0 ? 'the configuration has no "build:"' : run.selection.stepLeftOut('build');
  if (reason !== undefined) throw nothingToBuild(reason);
  return guarded(run, 'build', options, async () => {
    await preflight(run, { builders: true, registries: false });
    await before(run);
    const builders = new Pool(run.jobs);
    return settleEvery(run.plan.platforms.map((platform) => builders.run(() => built(run, platform))));
  });
}

async function before(run: RunContext): Promise<void> {
  await checkHooks(run, ['beforeBuild', 'build']);
  if (!run.selection.runs('beforeBuild')) return;
  const { release, platforms } = run.plan;
  const job = { release, platforms, log: run.log('beforeBuild'), signal: run.signal };
  await withStepHooks(run, 'beforeBuild', () => run.host.hooks.beforeBuild.call(job));
}

async function built(run: RunContext, platform: Platform): Promise<BuiltPlatform> {
  const outputs = await buildPlatform(run, platform, { partial: true });
  return {
    platform: platform.name,
    dir: buildDirOf(run, platform),
    outputs: outputs.map(({ name, file }) => ({ name, file, size: statSync(file).size })),
  };
}
