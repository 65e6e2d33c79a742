import { DistError } from '../errors.ts';
import type { RollbackMode } from '../jobs.ts';
import type { EffectSummary } from './effect-change.ts';
import { locator } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import type { RollbackEvent, RollbackOutcome, Undone } from './rollback.ts';
import { rollbackIncomplete } from './rollback-errors.ts';
import type { RunContext } from './run-context.ts';

/** What is told of a rollback: as it goes, and at its end. */

export interface RollbackSummary {
  readonly name: string;
  readonly version: string;
  readonly mode: RollbackMode;
  readonly to?: string;
  readonly dryRun: boolean;
  readonly registries: readonly { readonly id: string; readonly state: 'done' | 'own' | 'failed'; readonly error?: string }[];
  /** What was taken back, or stands. */
  readonly effects: readonly (Omit<Undone, 'error' | 'artifact'> & { readonly error?: string })[];
  /** Hidden changes that were there when the journal began: whose they are nobody can tell, and they stay. */
  readonly stays?: readonly { readonly instance: string; readonly description: string; readonly address?: string }[];
  /** What registries did anew on their own way back. */
  readonly made: readonly (Omit<EffectSummary, 'error'> & { readonly error?: string })[];
}

export function rollbackReporter(run: RunContext): (event: RollbackEvent) => void {
  const tasks = new Map<string, ReturnType<RunContext['report']['task']>>();
  return (event) => {
    if (event.type === 'start') {
      const { id, instance, description } = event.state;
      tasks.set(id, run.report.task({ id, step: 'rollback', title: `${instance}: take back "${description}"` }));
    } else if (event.type === 'retry') {
      tasks.get(event.state.id)?.note(`again in ${Math.round(event.delay)} ms: ${event.error instanceof Error ? event.error.message : event.error}`);
    } else {
      const { id, error, state } = event.undone;
      if (error) tasks.get(id)?.fail(error);
      else tasks.get(id)?.done(state);
    }
  };
}

export function summaryOf(
  run: RunContext,
  { mode, to, dryRun }: Pick<RollbackSummary, 'mode' | 'to' | 'dryRun'>,
  { registries, effects, made }: RollbackOutcome & { readonly made: readonly EffectSummary[] },
): RollbackSummary {
  const { name, version } = run.plan.release;
  return {
    ...{ name, version, mode, ...(to !== undefined && { to }), dryRun },
    registries: registries.map(({ id, state, ...rest }) => ({ id, state, ...('error' in rest && rest.error && { error: rest.error.message }) })),
    effects: effects.map(({ error, artifact: _, ...rest }) => ({ ...rest, ...(error && { error: error.message }) })),
    made: made.map(({ error, ...rest }) => ({ ...rest, ...(error && { error: error.message }) })),
    ...staying(run, effects),
  };
}

/** With their addresses, so that people can look and remove them. */
function staying(run: RunContext, effects: readonly Undone[]): Pick<RollbackSummary, 'stays'> {
  const found = effects.filter(({ state, visible, told }) => state === 'found' && !visible && !told);
  if (found.length === 0) return {};
  const locate = locator(publishTargets(run), run.plan.release);
  const stays = found.map(({ instance, description, artifact }) => {
    const address = artifact && locate(instance, artifact);
    return { instance, description, ...(address !== undefined && { address: run.redact(address) }) };
  });
  return { stays };
}

/** Said once, as a warning: it is no failure, and may be another machine's. */
export function tellStaying({ report }: RunContext, { stays = [] }: RollbackSummary): void {
  if (stays.length === 0) return;
  const lines = stays.map(({ instance, description, address }) => `  ${instance}: ${description}${address === undefined ? '' : ` (${address})`}`);
  report.warn(['These were there when the journal began, and stay; nobody is sent to them:', ...lines].join('\n'));
}

/** Incomplete: what failed, and what the public still sees. What is somebody else's now is not ours to take back, and only told. */
export function failureOf(
  run: RunContext,
  { registries, effects }: RollbackOutcome,
  { registries: states, effects: summary, made }: RollbackSummary,
): DistError | undefined {
  const failed = registries.flatMap((one) => ('error' in one && one.error ? [one.error] : []));
  const interrupted = effects.find(({ error }) => error?.code === 'interrupted')?.error;
  if (interrupted)
    return new DistError(interrupted.code, interrupted.message, { exit: interrupted.exit, cause: interrupted, data: { effects: summary } });
  const reasons = [...new Set([...failed.map(({ message }) => message), ...effects.flatMap(reasonOf), ...made.flatMap(madeReason)])];
  if (reasons.length === 0) return undefined;
  const hints = [...new Set(failed.flatMap(({ hint }) => hint ?? []))];
  return rollbackIncomplete(run.plan.release, reasons, { cause: failed[0], hints, data: { registries: states, effects: summary, made } });
}

/** A way back that is itself in doubt, or failed unseen, or was gone earlier and is not gone again. */
function madeReason({ instance, description, state, error }: RollbackSummary['made'][number]): readonly string[] {
  if (state === 'failed') return error === undefined ? [] : [error];
  if (state === 'moved') return [`${instance}: "${description}" was done before, and somebody else changed it since: it is left alone`];
  return state === 'doubt' ? [`${instance}: nobody can tell whether "${description}" was done: look for it there, and do it by hand`] : [];
}

function reasonOf({ state, visible, told, instance, description, manual, error }: Undone): readonly string[] {
  if (state === 'failed') return error ? [error.message] : [];
  if (state === 'held') return [error?.message ?? `${instance}: "${description}" is kept: clients may still be sent to it`];
  if (told || !visible) return [];
  if (state === 'found') return [`${instance}: "${description}" was there when the journal began: take it back by hand, then run this again`];
  if (state === 'irreversible') return [`${instance}: "${description}" cannot be taken back: ${manual}`];
  return state === 'doubt' ? [`${instance}: nobody can tell whether "${description}" was done: look for it there, and take it back by hand`] : [];
}
