import { resolve } from 'node:path';
import type { HookCall, HookConfig, HookFunction } from '../config/config.ts';
import { hookTimeout } from './config-hooks-errors.ts';
import type { HookTurn } from './config-hooks-turn.ts';
import { hookVariables } from './config-hooks-variables.ts';
import { execProgram } from './exec.ts';
import type { RunContext } from './run-context.ts';

/** Runs the program of a hook, or calls its function. */
export async function runAction(run: RunContext, hook: HookConfig, turn: HookTurn): Promise<void> {
  const { action, timeout, cwd = '.' } = hook;
  const env = { ...hookVariables(run, turn), ...(await revealed(hook)) };
  const log = run.log(hook.at.key);
  if (typeof action === 'function') {
    const { group, when } = turn;
    const call = { group, ...(when === undefined ? {} : { when }), release: run.plan.release, env: Object.freeze(env), log };
    await callWithin(action, call, { signal: run.signal, timeout, hook });
    return;
  }
  const options = timeout === undefined ? {} : { timeout };
  await execProgram(action, options, { cwd: resolve(run.product.root, cwd), signal: run.signal, log, env, keep: false });
}

async function revealed({ env }: HookConfig): Promise<Record<string, string>> {
  const pairs = Object.entries(env).map(async ([name, value]) => [name, typeof value === 'string' ? value : await value.reveal()] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

interface Limit {
  readonly signal: AbortSignal;
  readonly timeout: number | undefined;
  readonly hook: HookConfig;
}

/** A function cannot be ended: after an interruption or its time it is left behind, with its signal aborted. */
async function callWithin(fn: HookFunction, call: Omit<HookCall, 'signal'>, { signal, timeout, hook }: Limit): Promise<void> {
  const limit = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => limit.abort(hookTimeout(hook, timeout)), timeout);
  const both = AbortSignal.any([signal, limit.signal]);
  const stopped = new Promise<never>((_, reject) => {
    both.addEventListener('abort', () => reject(both.reason), { once: true });
  });
  try {
    await Promise.race([stopped, (async () => fn(Object.freeze({ ...call, signal: both })))()]);
  } finally {
    clearTimeout(timer);
  }
}
