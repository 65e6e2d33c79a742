import type { ChannelJob, Message } from '../channel.ts';
import type { AnyEffect } from '../effect.ts';
import type { DistError } from '../errors.ts';
import type { ResolvedChannel } from './channels.ts';
import type { EffectInstance, EffectSummary } from './effect-change.ts';
import { effectUndeclared, messageOf } from './effect-errors.ts';
import { createEffectRunner, type EffectEvent, type EffectRunner } from './effects.ts';
import type { Journal } from './journal.ts';
import { type EffectStates, isInDoubt } from './journal-state.ts';
import { channelFailed, channelSilent, messageInDoubt } from './notify-errors.ts';
import { channelIdOf, channelInstance, effectsOn, nextOccasion, occasionOf } from './notify-occasion.ts';
import { locator } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import type { RunContext } from './run-context.ts';

/** Tells channels side by side. What one of them does is no concern of the others, nor of the release. */

export interface NotifyRequest {
  readonly message: Message;
  readonly channels: readonly ResolvedChannel[];
  /** Absent in dry runs: nothing is sent. */
  readonly journal?: Journal;
  /** What the journal tells; the journal's own when there is one. */
  readonly told: EffectStates;
  /** Of publishing and taking back. */
  readonly round: number;
  /** Sends it also to those who have it. */
  readonly again?: boolean;
  /** Waited for when it is durable that a message is about to be sent, before it is. */
  readonly begun?: () => Promise<void>;
}

export interface ChannelOutcome {
  readonly id: string;
  readonly use: string;
  /** `known`: it was told by an earlier run. `doubt`: perhaps, which is not repeated. */
  readonly state: 'sent' | 'known' | 'doubt' | 'failed' | 'skipped' | 'dry';
  /** Why it was left out. */
  readonly reason?: string;
  readonly error?: DistError;
  readonly effects: readonly EffectSummary[];
  /** What is sent, as the channel handed it on. */
  readonly inputs: readonly unknown[];
}

/** Never rejects for what a channel does: the outcome tells, in the order of the configuration. */
export async function notifyAll(run: RunContext, request: NotifyRequest): Promise<readonly ChannelOutcome[]> {
  const sendings = request.channels.map((channel) => sendingOf(run, request, channel));
  const runner = createEffectRunner({
    ...(request.journal ? { mode: 'run', journal: request.journal } : { mode: 'dry' }),
    signal: run.signal,
    definitions: sendings.flatMap(({ effects }) => [...effects.values()]),
    http: run.http,
    key: run.key,
    artifactFile: (artifact) => {
      throw new RangeError(`Cannot read artifact "${artifact.name}": messages have no files`);
    },
    on: reporter(run),
    ...(request.begun && { begun: request.begun }),
  });
  return await Promise.all(sendings.map((sending) => send(run, request, { ...sending, runner })));
}

/** One channel, and what of it is the same for every effect. */
interface Sending {
  readonly channel: ResolvedChannel;
  readonly owner: EffectInstance;
  readonly occasion: string;
  /** By the ones the plugin declares. */
  readonly effects: ReadonlyMap<AnyEffect, AnyEffect>;
  readonly inputs: unknown[];
}

function sendingOf(run: RunContext, { message, again = false, told, round }: NotifyRequest, channel: ResolvedChannel): Sending {
  const { instance, provided, options } = channel;
  const usual = occasionOf(run.plan.release, message.type, round);
  const occasion = again ? nextOccasion(usual, instance.id, told) : usual;
  const owner = { id: channelInstance(instance.id), plugin: `${provided.plugin}@${provided.version}`, options, log: run.log(instance.id) };
  return { channel, owner, occasion, effects: effectsOn(occasion, provided.definition.effects), inputs: [] };
}

async function send(run: RunContext, request: NotifyRequest, sending: Sending & { readonly runner: EffectRunner }): Promise<ChannelOutcome> {
  const { channel, owner, inputs, runner } = sending;
  const { id, use } = channel.instance;
  const thrown = await failureOf(() => run.host.hooks.notify.call(use, channelJob(run, request, sending)));
  await runner.drain(owner.id);
  const effects = runner.effects().filter(({ instance }) => instance === owner.id);
  return { id, use, ...outcomeOf(id, { thrown, effects, request }), effects, inputs };
}

/** What it failed with; a tap that throws at once counts the same. */
async function failureOf(action: () => Promise<unknown>): Promise<{ readonly cause: unknown } | undefined> {
  try {
    await action();
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

function channelJob(
  run: RunContext,
  { message, journal }: NotifyRequest,
  { channel, owner, occasion, effects, inputs, runner }: Sending & { readonly runner: EffectRunner },
): ChannelJob<unknown> {
  const { release } = run.plan;
  return Object.freeze({
    ...{ release, message, occasion, id: channel.instance.id, options: owner.options, signal: run.signal, log: owner.log },
    ...{ tmp: run.tmp.make, key: run.key, http: journal ? run.http : run.dryHttp },
    artifacts: (filter) => run.artifacts.select(filter),
    locate: locator(publishTargets(run), release),
    effect: async (effect, input) => {
      const own = effects.get(effect);
      if (!own) throw effectUndeclared(effect.name, channel.instance.id);
      inputs.push(input);
      return await runner.run(owner, own as typeof effect, input);
    },
  } satisfies ChannelJob<unknown>);
}

interface Ended {
  readonly thrown: { readonly cause: unknown } | undefined;
  readonly effects: readonly EffectSummary[];
  readonly request: NotifyRequest;
}

/** A handler that swallowed the failure of an effect has failed all the same. */
function outcomeOf(id: string, { thrown, effects, request }: Ended): Pick<ChannelOutcome, 'state' | 'error'> {
  const cause = effects.find(({ error }) => error)?.error ?? thrown?.cause;
  const error = cause === undefined ? undefined : channelFailed(id, cause);
  const doubtful = effects.find((effect) => effect.state === 'doubt' || isInDoubt(request.told.get(effect.id)));
  if (doubtful) return { state: 'doubt', error: messageInDoubt(id, doubtful.description, error) };
  if (error) return { state: 'failed', error };
  if (effects.length === 0) return { state: 'failed', error: channelSilent(id) };
  const isKnown = ({ id: effect, state }: EffectSummary) => state === 'known' || (state === 'dry' && request.told.get(effect)?.state === 'done');
  if (effects.every(isKnown)) return { state: 'known' };
  return { state: request.journal ? 'sent' : 'dry' };
}

function reporter(run: RunContext): (event: EffectEvent) => void {
  const tasks = new Map<string, ReturnType<RunContext['report']['task']>>();
  const taskOf = ({ id, description, instance }: EffectSummary) => {
    const task = tasks.get(id) ?? run.report.task({ id, step: 'notify', title: `${channelIdOf(instance)}: ${description}` });
    tasks.set(id, task);
    return task;
  };
  return (event) => {
    const { error, state, instance } = event.effect;
    if (event.type === 'start') taskOf(event.effect);
    else if (event.type === 'retry') taskOf(event.effect).note(`again in ${event.retry.delay} ms: ${messageOf(event.retry.error)}`);
    else if (error) taskOf(event.effect).fail(channelFailed(channelIdOf(instance) ?? instance, error));
    else taskOf(event.effect).done(state);
  };
}
