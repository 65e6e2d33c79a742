import { type GuardOptions, guarded } from './guarded.ts';
import { type ProduceOptions, produce } from './produce.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** The `package` command's work for one product. */
export function packageRelease(run: RunContext, options: ProduceOptions & GuardOptions): Promise<ReleaseManifest> {
  return guarded(run, 'package', options, () => produce(run, options));
}
