import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { differenceOf } from './artifact-file.ts';
import { type JournalContent, readJournal } from './journal-read.ts';
import { type JournalSummary, summarise } from './journal-summary.ts';
import { layoutDigest } from './layout-digest.ts';
import { inspectOutputFolder } from './output-folder.ts';
import { sha256OfFile } from './recipe.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { type RunRecord, readRunRecord } from './run-record.ts';

/** What is known of a release without asking anybody outside. */
export interface ReleaseStatus {
  readonly name: string;
  readonly version: string;
  readonly outputDir: string;
  readonly artifacts: readonly { readonly name: string; readonly state: 'made' | 'missing' | 'changed' }[];
  readonly effects: readonly { readonly instance: string; readonly effect: string; readonly key: string; readonly state: string }[];
  /** What the journal here tells of the release as a whole. */
  readonly journal: JournalSummary;
  readonly lastRun?: RunRecord;
}

export async function releaseStatus(run: RunContext): Promise<ReleaseStatus> {
  const { release, artifacts } = run.plan;
  const manifest = inspectOutputFolder(run.outputDir);
  const current = manifest?.name === release.name && manifest.version === release.version ? manifest : undefined;
  const lastRun = readRunRecord(run.stateDir);
  const journal = await readJournal(run.stateDir);
  return {
    name: release.name,
    version: release.version,
    outputDir: run.outputDir,
    artifacts: await Promise.all(artifacts.map(async ({ name }) => ({ name, state: await stateOf(name, current, run.outputDir) }))),
    effects: effectsOf(journal),
    journal: summarise(journal),
    ...(lastRun === undefined ? {} : { lastRun }),
  };
}

async function stateOf(name: string, manifest: ReleaseManifest | undefined, folder: string): Promise<'made' | 'missing' | 'changed'> {
  const artifact = manifest?.artifacts.find((candidate) => candidate.name === name);
  const path = join(folder, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!artifact || !stats) return 'missing';
  if (differenceOf(artifact, stats) !== undefined) return 'changed';
  const sha256 = artifact.type === 'layout' ? await layoutDigest(path) : await sha256OfFile(path);
  return sha256 === artifact.sha256 ? 'made' : 'changed';
}

function effectsOf({ effects }: JournalContent): ReleaseStatus['effects'] {
  return [...effects.values()].map(({ instance, effect, key, state }) => ({ instance, effect, key, state }));
}
