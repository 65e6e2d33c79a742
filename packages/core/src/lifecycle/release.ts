import { withFacts } from '../versions/release-facts.ts';
import { listHooks, MAKING_STEPS } from './config-hooks.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { checkArtifacts, checkedManifest } from './made-artifacts.ts';
import { notifyRelease } from './notify-release.ts';
import { preflight } from './preflight.ts';
import { produce } from './produce.ts';
import { type PublishSummary, publishDry, publishMade, refuseUnsigned } from './publish-release.ts';
import { placeholders, publishable } from './release-artifacts.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { signRelease } from './sign.ts';
import { signaturePlaceholders } from './sign-plan.ts';
import { refuseInvalid } from './validate-asked.ts';

export interface ReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
  readonly clean: boolean;
  /** Makes no visible change and tells nobody. */
  readonly draft?: boolean;
}

/** Everything in one go: findings first, then artifacts, then registries. */
export async function release(run: RunContext, options: ReleaseOptions): Promise<PublishSummary> {
  if (options.dryRun) return releaseDry(await withFacts(run), options);
  return guarded(run, 'release', options, async () => {
    try {
      return await releaseMade(await withFacts(run), options);
    } catch (error) {
      if (!run.signal.aborted) await tellFailure(run, error);
      throw error;
    }
  });
}

async function releaseMade(run: RunContext, options: ReleaseOptions): Promise<PublishSummary> {
  const told = await preflight(run, { builders: makes(run), ...OUTSIDE });
  const manifest = await signRelease(run, await manifestOf(run, options));
  await refuseInvalid(run, manifest.artifacts);
  // a run that signs has all of them
  if (run.selection.runs('publish') && !run.selection.runs('sign')) await refuseUnsigned(run, manifest);
  return publishMade(run, publishable(manifest), { announce: run.selection.runs('publish'), draft: options.draft === true, told });
}

/** Only channels that asked for it. What failed is what people must see, also where nobody can be told. */
async function tellFailure(run: RunContext, error: unknown): Promise<void> {
  if (!run.channels.some(({ instance }) => instance.on.includes('failure')) || !run.selection.runs('notify')) return;
  try {
    await notifyRelease(run, { type: 'failure', body: error instanceof Error ? error.message : String(error) });
  } catch (cause) {
    run.report.warn(cause instanceof Error ? cause.message : String(cause));
  }
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

/** What would be told, beside what would be published. */
async function withNews(run: RunContext, { draft = false }: ReleaseOptions, published: PublishSummary): Promise<PublishSummary> {
  if (draft || !run.selection.runs('publish') || !run.selection.runs('notify') || run.channels.length === 0) return published;
  listHooks(run, ['notify']);
  return { ...published, notify: await notifyRelease(run, { dryRun: true, anew: true }) };
}

async function releaseDry(run: RunContext, options: ReleaseOptions): Promise<PublishSummary> {
  await preflight(run, { builders: makes(run), ...OUTSIDE });
  const { draft = false } = options;
  if (!makes(run)) return withNews(run, options, await publishDry(run, publishable(await checkedManifest(run)), { draft }));
  listHooks(run, MAKING_STEPS);
  const planned = placeholders(run);
  return withNews(run, options, await publishDry(run, [...planned, ...signaturePlaceholders(run, planned)], { draft }));
}
