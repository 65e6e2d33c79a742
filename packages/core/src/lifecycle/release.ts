import { type GuardOptions, guarded } from './guarded.ts';
import { preflight } from './preflight.ts';
import { produce } from './produce.ts';
import { type PublishSummary, placeholders, publishable, publishDry, publishMade } from './publish-release.ts';
import type { RunContext } from './run-context.ts';

export interface ReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
  readonly clean: boolean;
}

/** Everything in one go: findings first, then artifacts, then registries. */
export async function release(run: RunContext, options: ReleaseOptions): Promise<PublishSummary> {
  if (options.dryRun) return releaseDry(run);
  return guarded(run, 'release', options, async () => {
    await preflight(run, { builders: true, registries: true });
    const manifest = await produce(run, options);
    return publishMade(run, publishable(manifest));
  });
}

async function releaseDry(run: RunContext): Promise<PublishSummary> {
  await preflight(run, { builders: true, registries: true });
  return publishDry(run, placeholders(run));
}
