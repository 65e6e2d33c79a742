import type { ProductConfig } from '../config/config.ts';
import type { FactsDefinition, FactsJob, HistoryRange } from '../facts.ts';
import { type Git, openGit, remoteOf, tagsOf } from '../git.ts';
import type { RunContext } from '../lifecycle/run-context.ts';
import type { Change } from '../model/change.ts';
import type { Release } from '../model/release.ts';
import { previousTag, tagOfVersion } from '../model/version-tags.ts';
import { cutHistory, cutNotice } from './errors.ts';
import { history, isCut } from './history.ts';

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

/** Undefined where the configuration has no `changelog:`. */
async function releaseFacts({ facts, product, plan, signal, log }: RunContext): Promise<ReleaseFacts | undefined> {
  if (facts === undefined) return undefined;
  const { definition, options } = facts;
  return askFacts(definition, await factsJob({ product, release: plan.release, options, signal, log: log('changelog') }));
}

export async function askFacts(definition: FactsDefinition<unknown>, job: FactsJob<unknown>): Promise<ReleaseFacts> {
  const changes = await definition.changes?.(job);
  const notes = await definition.notes?.(job, changes ?? []);
  return { ...(notes === undefined ? {} : { notes }), ...(changes === undefined ? {} : { changes }) };
}

export interface FactsInput extends Pick<FactsJob<unknown>, 'release' | 'options' | 'signal' | 'log'> {
  readonly product: Pick<ProductConfig, 'root' | 'tagPrefix'>;
}

/** `asked` is another range than the release's. */
export async function factsJob(input: FactsInput, asked: Pick<HistoryRange, 'from' | 'to'> = {}): Promise<FactsJob<unknown>> {
  const { product, ...given } = input;
  const { root, tagPrefix } = product;
  const { version } = given.release;
  const git = await openGit(root, { tagPrefix, signal: given.signal });
  const tags = git === undefined ? [] : await tagsOf(git, '--merged=HEAD');
  const tag = tagOfVersion(tags, tagPrefix, version);
  const remote = git === undefined ? undefined : await remoteOf(git);
  const from = asked.from ?? previousTag(tags, tagPrefix, version);
  const range = { to: asked.to ?? (tags.includes(tag) ? tag : 'HEAD'), ...(from === undefined ? {} : { from }) };
  if (git === undefined) given.log.warn('no git repository: there are no changes to tell');
  return { ...given, root, range, tag, ...(remote === undefined ? {} : { remote }), history: (other) => commits(git, { ...range, ...other }, given) };
}

async function* commits(git: Git | undefined, range: HistoryRange, { release, log }: Told): ReturnType<FactsJob<unknown>['history']> {
  if (git === undefined) return;
  if (await isCut(git, range)) {
    if (!release.snapshot) throw cutHistory(range.from);
    log.warn(cutNotice(range.from));
  }
  yield* history(git, range);
}

type Told = Pick<FactsInput, 'release' | 'log'>;
