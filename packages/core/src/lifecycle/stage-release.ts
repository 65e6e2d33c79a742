import { join, resolve } from 'node:path';
import { artifactName } from '../config/template.ts';
import type { Distribution } from '../model/distribution.ts';
import type { PlannedDistribution } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { distributionKey } from './plan.ts';
import { settleEvery } from './pool.ts';
import { stageAll } from './produce.ts';
import type { RunContext } from './run-context.ts';
import { writeStagedTree } from './staged-tree.ts';

export interface StagedTree {
  /** Absolute. */
  readonly path: string;
  readonly platform: string;
  readonly variant?: string;
  readonly files: number;
}

/** Writes every planned distribution as a folder of its own under `dir`. */
export function stageRelease(run: RunContext, dir: string, options: GuardOptions = {}): Promise<readonly StagedTree[]> {
  return guarded(run, 'stage', options, async () => {
    const distributions = stageAll(run);
    return settleEvery(
      run.plan.distributions.map(async (planned) => {
        const distribution = await distributions.get(distributionKey(planned));
        if (!distribution) throw new RangeError(`Cannot stage ${distributionKey(planned)}: it was not planned`);
        return writeTree(run, distribution, join(resolve(dir), stagedName(run.plan.release, planned)));
      }),
    );
  });
}

/** `{name}-{version}-{platform}-{variant}` */
export function stagedName(release: Release, { platform, variant }: PlannedDistribution): string {
  return artifactName('{name}-{version}-{platform}-{variant}', {
    name: release.name,
    version: release.version,
    platform: platform?.name ?? 'any',
    variant,
  });
}

async function writeTree(run: RunContext, distribution: Distribution, path: string): Promise<StagedTree> {
  const task = run.report.task({ id: `stage ${path}`, step: 'stage', title: path });
  await writeStagedTree(distribution, path, run.plan.release.date);
  const files = distribution.entries.filter(({ type }) => type !== 'directory').length;
  task.done(`${files} files`);
  const { variant } = distribution;
  return { path, platform: distribution.platform?.name ?? 'any', ...(variant === undefined ? {} : { variant }), files };
}
