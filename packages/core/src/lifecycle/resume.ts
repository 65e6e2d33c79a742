import type { ProductConfig } from '../config/config.ts';
import type { Artifact } from '../model/artifact.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import { type FoundJournal, findJournals } from './journal-find.ts';
import { bringJournal, hasJournal } from './journal-open.ts';
import { readJournal } from './journal-read.ts';
import type { EffectStates } from './journal-state.ts';
import { isStanding, type JournalSummary, summarise } from './journal-summary.ts';
import { checkedManifest } from './made-artifacts.ts';
import { asMade, type PublishSummary, publishMade } from './publish-release.ts';
import { recordTargets } from './record.ts';
import { publishable } from './release-artifacts.ts';
import { notBegun, nothingToResume, notResumable, otherArtifacts, severalToResume } from './resume-errors.ts';
import type { RunContext } from './run-context.ts';

/** Goes on with a publishing that stopped half-way. */

/** The only release here that is unfinished. */
export async function unfinishedRelease(products: readonly ProductConfig[]): Promise<FoundJournal> {
  const found = (await findJournals(products)).filter(({ summary }) => isUnfinished(summary));
  const [only, ...others] = found;
  if (!only) throw nothingToResume();
  if (others.length > 0) throw severalToResume(found);
  return only;
}

/** Publishes from the output folder what the journal does not tell of. */
export async function resumeRelease(run: RunContext, options: GuardOptions): Promise<PublishSummary> {
  return guarded(run, 'resume', options, async () => {
    await bringJournal(run, recordTargets(run));
    if (!hasJournal(run.stateDir)) throw notBegun(run.plan.release);
    const journal = await readJournal(run.stateDir);
    const summary = summarise(journal);
    if (!isUnfinished(summary)) throw notResumable(run.plan.release, summary.state);
    const manifest = await checkedManifest(run);
    const artifacts = publishable(manifest);
    const changed = otherThanBegun(journal.effects, artifacts);
    if (changed.length > 0) throw otherArtifacts(manifest, changed);
    run.report.info(foundText(run, summary));
    return publishMade(asMade(run, manifest), artifacts, { announce: summary.announce });
  });
}

/** `nothing`: it stopped before its first change. */
function isUnfinished({ state }: JournalSummary): boolean {
  return state === 'partly published' || state === 'nothing';
}

/** Artifacts that changes were begun with under the same name and other bytes. */
function otherThanBegun(effects: EffectStates, artifacts: readonly Artifact[]): readonly string[] {
  const digests = new Map(artifacts.map(({ name, sha256 }) => [name, sha256]));
  const begun = [...effects.values()].filter(isStanding).flatMap(({ input }) => artifactsIn(input));
  const changed = begun.filter(({ name, sha256 }) => digests.has(name) && digests.get(name) !== sha256);
  return [...new Set(changed.map(({ name }) => name))].sort();
}

interface NamedDigest {
  readonly name: string;
  readonly sha256: string;
}

/** Wherever the plugin put them in its input. */
function artifactsIn(value: unknown): readonly NamedDigest[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(artifactsIn);
  return isNamedDigest(value) ? [value, ...below] : below;
}

function isNamedDigest(value: object): value is NamedDigest {
  const { name, sha256 } = value as Partial<NamedDigest>;
  return typeof name === 'string' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

function foundText({ plan: { release } }: RunContext, { done, doubts, public: seen }: JournalSummary): string {
  const open = doubts === 0 ? '' : `, ${doubts} in doubt`;
  return `${release.name} ${release.version} was begun: ${done} changes done${open}, ${seen === 0 ? 'nothing is public' : `${seen} of them public`}`;
}
