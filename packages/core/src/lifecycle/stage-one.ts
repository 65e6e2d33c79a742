import { renderTemplate } from '../config/template.ts';
import { DistError } from '../errors.ts';
import type { BuildOutput } from '../jobs.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import { comparePaths } from '../model/path-order.ts';
import { destinationProblem } from '../model/path-rules.ts';
import type { Plan, PlannedDistribution } from '../model/plan.ts';
import { withStepHooks } from './config-hooks.ts';
import type { RunContext } from './run-context.ts';
import { stageDistribution } from './stage.ts';
import { templateFields } from './template-fields.ts';

/** Stages one distribution by the contents rules, then lets the `stage` hook add entries. */
export function stageOne(run: RunContext, planned: PlannedDistribution, outputs: readonly BuildOutput[]): Promise<Distribution> {
  return withStepHooks(run, 'stage', () => stageEntries(run, planned, outputs), planned);
}

async function stageEntries(run: RunContext, { platform, variant }: PlannedDistribution, outputs: readonly BuildOutput[]): Promise<Distribution> {
  const { release } = run.plan;
  const fields = templateFields({ release, platform, variant });
  const distribution = stageDistribution({
    product: run.product,
    release,
    platform,
    variant,
    ...(platform === undefined && { components: noarchComponents(run.plan, variant) }),
    outputs,
    template: (text, at, reading) => renderTemplate(text, fields, at, reading),
  });
  const added: Entry[] = [];
  await run.host.hooks.stage.call({
    release,
    distribution,
    log: run.log('stage'),
    signal: run.signal,
    add: (entry) => {
      added.push(entry);
    },
  });
  return added.length === 0 ? distribution : merged(distribution, added);
}

/** What the `arch: all` packages of a variant hold: rules of other components may speak of platforms. Undefined = everything. */
function noarchComponents({ artifacts }: Plan, variant: string | undefined): readonly string[] | undefined {
  const noarch = artifacts.filter((artifact) => artifact.scope === 'cell' && artifact.platform === undefined && artifact.variant === variant);
  return noarch.some(({ components }) => components === undefined) ? undefined : noarch.flatMap(({ components }) => components ?? []);
}

function merged(distribution: Distribution, added: readonly Entry[]): Distribution {
  const paths = new Set(distribution.entries.map((entry) => entry.path));
  for (const { path } of added) {
    const problem = paths.has(path) ? 'it is in the distribution already' : destinationProblem(path);
    if (problem !== undefined) throw new DistError('stage-hook-entry', `Cannot add "${path}" at stage: ${problem}`);
    paths.add(path);
  }
  const orphan = added.find(({ path }) => path.includes('/') && !paths.has(path.slice(0, path.lastIndexOf('/'))));
  if (orphan) throw new DistError('stage-hook-entry', `Cannot add "${orphan.path}" at stage: its parent directory is not in the distribution`);
  const entries = [...distribution.entries, ...added].sort((a, b) => comparePaths(a.path, b.path));
  return Object.freeze({ ...distribution, entries: Object.freeze(entries) });
}
