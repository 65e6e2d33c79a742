import type { Finding } from '../model/finding.ts';
import type { PlannedPublish } from '../model/plan.ts';
import { messageOf } from './effect-errors.ts';
import { readReleaseJournal } from './journal-open.ts';
import type { EffectState } from './journal-state.ts';
import { isStanding, summarise } from './journal-summary.ts';
import { lookingJob } from './looking-job.ts';
import { publishTargets } from './publish-targets.ts';
import { recordTargets } from './record.ts';
import type { RunContext } from './run-context.ts';

/** Registries that others need and that this run leaves out. */

type Need = PlannedPublish['needs'][number];

/** Without its need a registry would send people to what is not there: only one known to be published may be left out. */
export async function needFindings(run: RunContext): Promise<readonly Finding[]> {
  const skipped = new Set(run.plan.publish.filter((one) => one.skipped !== undefined).map(({ id }) => id));
  const left = run.plan.publish
    .filter((one) => one.skipped === undefined)
    .flatMap(({ id, needs }) => needs.filter((need) => skipped.has(need.id)).map((need) => ({ id, need })));
  if (left.length === 0) return [];
  if (run.plan.release.snapshot) return left.map(({ id, need }) => finding(id, need, { level: 'warning', state: 'nothing waits for it' }));
  const journal = await readReleaseJournal(run, recordTargets(run));
  // What a rollback made is no publishing, and after a retarget what is there still is not what clients get.
  const states = summarise(journal).state === 'withdrawn' ? [] : [...journal.effects.values()].filter(({ phase }) => phase === undefined);
  return Promise.all(left.map(async ({ id, need }) => finding(id, need, await known(run, need, states))));
}

interface Known {
  readonly level: 'warning' | 'error';
  readonly state: string;
}

/** Whether it is published, by our own book or by what its clients get. */
async function known(run: RunContext, need: Need, states: readonly EffectState[]): Promise<Known> {
  const { version } = run.plan.release;
  const isDone = states.some((one) => one.instance === need.id && isStanding(one) && (one.visible || need.for === 'hidden'));
  if (isDone) return { level: 'warning', state: `the journal tells that ${version} is published there` };
  try {
    const current = await currentOf(run, need.id);
    if (current === version) return { level: 'warning', state: `clients get ${version} from it` };
    const state = current === undefined ? 'nobody can tell whether it is published there' : `clients get ${current} from it, not ${version}`;
    return { level: 'error', state };
  } catch (error) {
    run.signal.throwIfAborted();
    return { level: 'error', state: `nobody can tell whether it is published there: ${messageOf(error)}` };
  }
}

async function currentOf(run: RunContext, id: string): Promise<string | undefined> {
  const target = publishTargets(run).find((one) => one.id === id);
  return target?.definition.current?.(lookingJob(run, target));
}

function finding(id: string, need: Need, { level, state }: Known): Finding {
  const message = `It needs "${need.id}", which is left out: ${state}`;
  return { level, code: 'need-left-out', subject: `publish.${id}`, message, hint: `publish ${need.id} first, or with it` };
}
