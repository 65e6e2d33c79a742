import type { PublishTarget } from './publish.ts';
import type { RunContext } from './run-context.ts';

/** The plan's registries with everything that publishing to them takes. */
export function publishTargets(run: RunContext): readonly PublishTarget[] {
  return run.plan.publish.flatMap((planned) => {
    const resolved = run.registries.find(({ instance }) => instance.id === planned.id);
    if (!resolved) return [];
    const { provided, options } = resolved;
    return [{ ...planned, plugin: `${provided.plugin}@${provided.version}`, definition: provided.definition, options, log: run.log(planned.id) }];
  });
}
