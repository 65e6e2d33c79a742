import { DistError, EXIT } from '../errors.ts';
import { withFacts } from '../versions/release-facts.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { preflight } from './preflight.ts';
import { type ProduceOptions, produce } from './produce.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** The `package` command's work for one product. */
export async function packageRelease(run: RunContext, options: ProduceOptions & GuardOptions): Promise<ReleaseManifest> {
  const reason = run.selection.stepLeftOut('package');
  if (reason !== undefined) throw nothingToDo(reason);
  return guarded(run, 'package', options, async () => {
    if (options.staged === undefined) await preflight(run, { builders: true, registries: false });
    return produce(await withFacts(run), options);
  });
}

function nothingToDo(reason: string): DistError {
  return new DistError('nothing-to-do', `Cannot package: ${reason} leaves the step out`, {
    exit: EXIT.usage,
    hint: 'steps are left out of "provisioning-dist release"; "stage" builds without packaging',
  });
}
