import type { FactsDefinition, FactsJob, HistoryRange } from '../facts.ts';
import { type Git, openGit, remoteOf, tagsOf } from '../git.ts';
import type { RunContext } from '../lifecycle/run-context.ts';
import type { Change } from '../model/change.ts';
import type { Release } from '../model/release.ts';
import { previousTag, tagOfVersion } from '../model/version-tags.ts';
import { history } from './history.ts';

/** Notes and changes of a release, by the plugin that `changelog:` names. */

export interface ReleaseFacts {
  readonly notes?: string;
  readonly changes?: readonly Change[];
}

/** The run with its release's notes and changes; the run itself where the configuration asks for none. */
export async function withFacts(run: RunContext): Promise<RunContext> {
  const facts = await releaseFacts(run);
  if (facts === undefined) return run;
  const release: Release = Object.freeze({ ...run.plan.release, ...facts });
  return { ...run, plan: { ...run.plan, release } };
}

/** Undefined where the configuration has no `changelog:`. `asked` is another range than the release's. */
export async function releaseFacts(run: RunContext, asked: HistoryRange = {}): Promise<ReleaseFacts | undefined> {
  const { facts } = run;
  if (facts === undefined) return undefined;
  const job = await factsJob(run, facts.options, asked);
  return askFacts(facts.definition, job);
}

export async function askFacts(definition: FactsDefinition<unknown>, job: FactsJob<unknown>): Promise<ReleaseFacts> {
  const changes = await definition.changes?.(job);
  const notes = await definition.notes?.(job, changes ?? []);
  return { ...(notes === undefined ? {} : { notes }), ...(changes === undefined ? {} : { changes }) };
}

async function factsJob(run: RunContext, options: unknown, asked: HistoryRange): Promise<FactsJob<unknown>> {
  const { product, signal, plan } = run;
  const git = await openGit(product.root, { tagPrefix: product.tagPrefix, signal });
  const tags = git === undefined ? [] : await tagsOf(git, '--merged=HEAD');
  const tag = tagOfVersion(tags, product.tagPrefix, plan.release.version);
  const remote = git === undefined ? undefined : await remoteOf(git);
  const from = asked.from ?? previousTag(tags, product.tagPrefix, plan.release.version);
  const range = { to: asked.to ?? (tags.includes(tag) ? tag : 'HEAD'), ...(from === undefined ? {} : { from }) };
  const log = run.log('changelog');
  if (git === undefined) log.warn('no git repository: there are no changes to tell');
  return {
    ...{ release: plan.release, options, signal, log, root: product.root, range, tag },
    ...(remote === undefined ? {} : { remote }),
    history: (other) => commits(git, { ...range, ...other }),
  };
}

async function* commits(git: Git | undefined, range: HistoryRange): ReturnType<FactsJob<unknown>['history']> {
  if (git !== undefined) yield* history(git, range);
}
