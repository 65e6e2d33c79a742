import type { RegistryJob } from '../jobs.ts';
import { locator, type PublishTarget } from './publish.ts';
import { effectInPreflight } from './publish-errors.ts';
import { publishTargets } from './publish-targets.ts';
import type { RunContext } from './run-context.ts';

/** A job that may look, and change nothing. */
export function lookingJob(run: RunContext, { id, options, log }: Pick<PublishTarget, 'id' | 'options' | 'log'>): RegistryJob<unknown> {
  return {
    release: run.plan.release,
    options,
    id,
    signal: run.signal,
    log,
    tmp: run.tmp.make,
    artifacts: (filter) => run.artifacts.select(filter),
    locate: locator(publishTargets(run), run.plan.release),
    http: run.dryHttp,
    key: run.key,
    effect: (effect) => Promise.reject(effectInPreflight(effect.name, id)),
  };
}
