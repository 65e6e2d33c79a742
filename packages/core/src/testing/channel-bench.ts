import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelDefinition, ChannelJob, Message } from '../channel.ts';
import type { AnyEffect, Log } from '../effect.ts';
import { createEffectRunner } from '../lifecycle/effects.ts';
import { createHttp } from '../lifecycle/http-client.ts';
import { openJournal } from '../lifecycle/journal.ts';
import type { EffectState } from '../lifecycle/journal-state.ts';
import { channelInstance, effectsOn, occasionOf } from '../lifecycle/notify-occasion.ts';
import { testRelease } from './artifacts.ts';
import type { CrashPoints } from './crash.ts';
import type { FaultScript } from './faults.ts';
import { textOf } from './text-of.ts';

/** Where messages of one test arrive. */
export interface ChannelWorld<Options> {
  readonly options: Options;
  /** How many messages arrived. */
  readonly sent: () => number | Promise<number>;
  readonly log?: () => readonly { readonly unsafe: boolean }[];
  readonly close: () => Promise<void>;
}

export interface ChannelSpec<Options, World extends ChannelWorld<Options>> {
  readonly definition: ChannelDefinition<Options>;
  /** A place that got nothing; with faults where `faulty` says that there is a server that can have them. */
  readonly open: (faults?: FaultScript) => Promise<World>;
  readonly faulty?: boolean;
}

export interface TellOptions {
  readonly dry?: boolean;
  readonly crash?: CrashPoints;
  readonly occasion?: string;
}

export interface Told {
  readonly effects: ReturnType<ReturnType<typeof createEffectRunner>['effects']>;
  readonly error: unknown;
}

export interface ChannelBench<World> {
  readonly world: World;
  readonly said: string[];
  readonly tell: (message: Message, options?: TellOptions) => Promise<Told>;
  /** As `tell`, which must succeed. */
  readonly told: (message: Message, options?: TellOptions) => Promise<Told>;
  /** For `preflight`. */
  // biome-ignore lint/suspicious/noExplicitAny: the kit does not know the options
  readonly job: ChannelJob<any>;
  readonly journal: () => Promise<readonly EffectState[]>;
}

const ID = 'tested';

/** Runs `use` with a channel of its own; all of it is gone afterwards. */
export async function withChannel<Options, World extends ChannelWorld<Options>>(
  spec: ChannelSpec<Options, World>,
  use: (bench: ChannelBench<World>) => Promise<void>,
  faults?: FaultScript,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const world = await spec.open(faults);
  try {
    await use(createBench(spec, world, folder));
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function createBench<Options, World extends ChannelWorld<Options>>(
  { definition }: ChannelSpec<Options, World>,
  world: World,
  folder: string,
): ChannelBench<World> {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log: Log = { info: say, warn: say, debug: say };
  const release = testRelease('1.0.0');
  const { signal } = new AbortController();
  const web = { signal, userAgent: 'provisioning-dist/test' };
  const key = (id: string): never => {
    throw new Error(`no key "${id}" is given to the conformance kit`);
  };
  const owner = { id: channelInstance(ID), plugin: 'tested@1.0.0', options: world.options, log };
  const open = () => openJournal(folder, release, String);
  const job = {
    ...{ release, options: world.options, id: ID, signal, log, key, http: createHttp({ ...web, dry: true }) },
    ...{ tmp: () => mkdtempSync(join(folder, 'tmp-')), artifacts: () => [], locate: () => undefined },
    effect: () => Promise.reject(new Error('a handler that only looks began an effect')),
  };

  async function tell(message: Message, { dry = false, crash, occasion = occasionOf(release, message.type) }: TellOptions = {}): Promise<Told> {
    const effects = effectsOn(occasion, definition.effects);
    const watched = new Map([...effects].map(([declared, own]) => [declared, crash ? crash.effect(own) : own]));
    const journal = dry ? undefined : await open();
    const plainHttp = createHttp({ ...web, dry });
    const http = crash ? crash.http(plainHttp) : plainHttp;
    const runner = createEffectRunner({
      ...(journal ? { mode: 'run', journal: crash ? crash.journal(journal) : journal } : { mode: 'dry' }),
      ...{ signal, http, key, definitions: watched.values(), retry: { base: 1, cap: 5 } },
      ...(crash && { slots: 1 }),
      artifactFile: ({ name }) => {
        throw new RangeError(`Cannot read artifact "${name}": messages have no files`);
      },
    });
    const effect = ((declared: AnyEffect, input: unknown) =>
      runner.run(owner, watched.get(declared) ?? declared, input)) as ChannelJob<Options>['effect'];
    const thrown: unknown = await definition.send(Object.freeze({ ...job, http, message, occasion, effect })).then(
      () => undefined,
      (reason) => reason,
    );
    await runner.drain();
    await journal?.close();
    const error = runner.effects().find((one) => one.error)?.error ?? thrown;
    if (error !== undefined) say(textOf(error));
    return { effects: runner.effects(), error };
  }

  return {
    ...{ world, said, tell, job: job as unknown as ChannelJob<Options> },
    told: async (message, options) => {
      const told = await tell(message, options);
      assert.equal(told.error, undefined, `telling fails: ${textOf(told.error)}`);
      return told;
    },
    journal: async () => {
      const opened = await open();
      await opened.close();
      return [...opened.effects.values()];
    },
  };
}
