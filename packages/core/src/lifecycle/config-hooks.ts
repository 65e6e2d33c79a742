import type { HookConfig, HookGroup, HookStep } from '../config/config.ts';
import { DistError, throwCollected } from '../errors.ts';
import type { TaskInfo } from '../report/event.ts';
import { changedBy, watchedArtifacts } from './config-hooks-artifacts.ts';
import { hookFailed } from './config-hooks-errors.ts';
import { checkHookFilters, isAbout } from './config-hooks-filter.ts';
import { runAction } from './config-hooks-run.ts';
import { commandOf, describeHook, type HookSubject, type HookTurn } from './config-hooks-turn.ts';
import type { RunContext } from './run-context.ts';
import { STEPS, type Step } from './selection.ts';

/**
 * The programs and functions under `hooks:`, before and after the steps they name. They are the user's own: no effects, not journaled, run
 * again by whatever runs the step again.
 */

/** Does the work of a step between its hooks. Those after it run only when it succeeds. */
export async function withStepHooks<Result>(
  run: RunContext,
  step: HookStep,
  work: () => Promise<Result>,
  subject: HookSubject = {},
): Promise<Result> {
  const hooks = hooksOf(run, step).filter((hook) => isAbout(run, hook, subject));
  await runInOrder(run, hooks, { group: step, when: 'before', subject });
  const result = await work();
  await runInOrder(run, hooks, { group: step, when: 'after', subject });
  return result;
}

/** What is run on the way to finished artifacts. */
export const MAKING_STEPS: readonly HookStep[] = ['beforeBuild', 'build', 'stage', 'package', 'sign'];

/** For dry runs: says which hooks the steps have, and runs none. */
export function listHooks(run: RunContext, steps: readonly HookStep[]): void {
  for (const step of steps.filter((one) => isSelected(run, one)))
    for (const hook of run.product.hooks[step] ?? []) say(run, step, hook, leftOut(run, step) ?? 'not run by --dry-run');
}

/** What `check` can say of hooks: filters that match nothing. Throws all of them. */
export function refuseHookFilters(run: RunContext): void {
  throwCollected(checkHookFilters(run, Object.keys(run.product.hooks) as HookGroup[]));
}

/** Looks at the hooks of steps that are going to run: filters that match nothing, secrets that are not there. Throws all problems. */
export async function checkHooks(run: RunContext, steps: readonly HookGroup[]): Promise<void> {
  const groups = steps.filter((step) => isSelected(run, step) && leftOut(run, step) === undefined);
  const problems = checkHookFilters(run, groups);
  const secrets = groups.flatMap((group) => run.product.hooks[group] ?? []).flatMap(({ env }) => Object.values(env));
  for (const secret of new Set(secrets)) if (typeof secret !== 'string') problems.push(...(await missing(secret)));
  throwCollected(problems);
}

async function missing({ reveal }: { readonly reveal: () => Promise<string> }): Promise<readonly DistError[]> {
  try {
    await reveal();
    return [];
  } catch (error) {
    if (error instanceof DistError) return [error];
    throw error;
  }
}

/** `check --all`: the groups that belong to no step, each hook whatever the others say. Throws all failures; gives what was run. */
export async function runOnDemand(run: RunContext, groups: readonly ('check' | 'docs')[]): Promise<readonly string[]> {
  const errors: DistError[] = [];
  const ran: string[] = [];
  for (const group of groups) {
    for (const hook of run.product.hooks[group] ?? []) {
      run.signal.throwIfAborted();
      ran.push(commandOf(hook));
      const error = await settled(run, hook, { group, subject: {} });
      if (error) errors.push(error);
    }
  }
  throwCollected(errors);
  return ran;
}

function hooksOf(run: RunContext, step: HookStep): readonly HookConfig[] {
  const hooks = isSelected(run, step) ? (run.product.hooks[step] ?? []) : [];
  const reason = leftOut(run, step);
  if (reason === undefined) return hooks;
  for (const hook of hooks) if (!told.has(hook)) say(run, step, hook, reason);
  return [];
}

function isSelected({ selection }: RunContext, step: HookGroup): boolean {
  return !isStep(step) || selection.runs(step);
}

/** Of those that flags can leave out. */
function isStep(step: string): step is Step {
  return (STEPS as readonly string[]).includes(step);
}

/** A step that runs for each artifact tells of a hook that is left out once. */
const told = new WeakSet<HookConfig>();

function say(run: RunContext, step: HookStep, hook: HookConfig, reason: string): void {
  told.add(hook);
  run.report.info(`${describeHook(hook, step)}: ${reason}`, 'hooks');
}

/** A snapshot is nobody's business: programs around publishing may tell the world. */
function leftOut({ selection, plan }: RunContext, group: HookGroup): string | undefined {
  if (selection.hooksLeftOut !== undefined) return selection.hooksLeftOut;
  return plan.release.snapshot && (group === 'publish' || group === 'notify') ? 'left out of snapshots' : undefined;
}

async function runInOrder(run: RunContext, hooks: readonly HookConfig[], turn: HookTurn): Promise<void> {
  for (const hook of hooks.filter(({ when }) => when === turn.when)) {
    run.signal.throwIfAborted();
    const error = await settled(run, hook, turn);
    if (error) throw error;
  }
}

/** What it failed with; of an optional one that is a warning. Throws when the run is interrupted. */
async function settled(run: RunContext, hook: HookConfig, turn: HookTurn): Promise<DistError | undefined> {
  const task = run.report.task(taskOf(hook, turn));
  const watched = watchedArtifacts(run, turn);
  const failure = await failureOf(runAction(run, hook, turn));
  if (run.signal.aborted) {
    task.fail(run.signal.reason);
    throw run.signal.reason;
  }
  // also of an optional one: what it changed would be published
  const changed = changedBy(hook, watched);
  const cause = changed ? { reason: changed } : failure;
  const error = cause && hookFailed(hook, turn, cause.reason);
  if (error && hook.optional && !changed) {
    task.done('failed, which is allowed');
    run.report.warn(error.message, hook.at.key);
    return undefined;
  }
  if (error) task.fail(error);
  else task.done();
  return error;
}

function taskOf(hook: HookConfig, { group, when, subject: { artifact, platform, variant } }: HookTurn): TaskInfo {
  const about = artifact ? [artifact.name] : [platform?.name, variant].filter((part) => part !== undefined);
  return {
    id: [hook.at.key, when, ...about].join(' '),
    step: group,
    title: [commandOf(hook), ...about].join(' '),
    ...(platform === undefined ? {} : { platform: platform.name }),
    ...(variant === undefined ? {} : { variant }),
  };
}

async function failureOf(action: Promise<void>): Promise<{ readonly reason: unknown } | undefined> {
  try {
    await action;
    return undefined;
  } catch (reason) {
    return { reason };
  }
}
