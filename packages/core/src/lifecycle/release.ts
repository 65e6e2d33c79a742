import { type GuardOptions, guarded } from './guarded.ts';
import { checkArtifacts, checkedManifest } from './made-artifacts.ts';
import { preflight } from './preflight.ts';
import { produce } from './produce.ts';
import { type PublishSummary, placeholders, publishable, publishDry, publishMade } from './publish-release.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { signRelease } from './sign.ts';
import { signaturePlaceholders } from './sign-plan.ts';

export interface ReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
  readonly clean: boolean;
}

/** Everything in one go: findings first, then artifacts, then registries. */
export async function release(run: RunContext, options: ReleaseOptions): Promise<PublishSummary> {
  if (options.dryRun) return releaseDry(run);
  return guarded(run, 'release', options, async () => {
    await preflight(run, { builders: makes(run), ...OUTSIDE });
    return publishMade(run, publishable(await signRelease(run, await manifestOf(run, options))));
  });
}

/** Everything but the builders, which a release of finished artifacts does not need. */
const OUTSIDE = { registries: true, keys: true, channels: true } as const;

function makes({ selection }: RunContext): boolean {
  return selection.runs('package');
}

/** Made now, or, without the step `package`, what an earlier run has made. */
async function manifestOf(run: RunContext, options: ReleaseOptions): Promise<ReleaseManifest> {
  if (!makes(run)) return checkedManifest(run);
  const manifest = await produce(run, options);
  const made = new Set(run.plan.artifacts.map(({ name }) => name));
  await checkArtifacts(
    run,
    manifest.artifacts.filter(({ name }) => !made.has(name)),
  );
  return manifest;
}

async function releaseDry(run: RunContext): Promise<PublishSummary> {
  await preflight(run, { builders: makes(run), ...OUTSIDE });
  if (!makes(run)) return publishDry(run, publishable(await checkedManifest(run)));
  const planned = placeholders(run);
  return publishDry(run, [...planned, ...signaturePlaceholders(run, planned)]);
}
