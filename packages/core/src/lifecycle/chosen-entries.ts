import type { BuildStep } from '../jobs.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { entriesOf } from './components.ts';
import type { ResolvedFormat } from './plan.ts';
import type { RunContext } from './run-context.ts';

/** Which entries an artifact is made of. */

/** The distribution's entries that the artifact holds: those of its components, as far as its format chooses them. */
export function chosenEntries(run: RunContext, planned: PlannedArtifact, format: ResolvedFormat, distribution: Distribution): readonly Entry[] {
  const entries = entriesOf(distribution, planned.components);
  const { select } = format.definition;
  return select === undefined ? entries : select(entries, { release: run.plan.release, options: format.options, builds: buildSteps(run) });
}

/** Of the configuration, not of the plan: what a release holds must not depend on which part of it a run makes. */
function buildSteps(run: RunContext): readonly BuildStep[] {
  return run.product.build.map((item) => {
    const { id, use, platforms } = item;
    const commands = run.host.builders.get(use)?.definition.instructions?.(run.builderOptions(item)) ?? [];
    return { id, use, commands, ...(platforms === undefined ? {} : { platforms }) };
  });
}
