import type { Http } from './http.ts';
import type { KeyHandle } from './key.ts';
import type { Log } from './log.ts';
import type { ArtifactRef } from './model/artifact.ts';

export type { Log } from './log.ts';

/** A read-only handle on what an effect may use. `revert` gets the same, in another process. */
// biome-ignore lint/suspicious/noExplicitAny: most effects have no `before`, and those that do name its type
export interface EffectContext<Options = unknown, Before = any> {
  /** The instance's options; secrets are resolved anew, never journaled. */
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Where the artifact's bytes are on this machine. Throws a DistError when it is not here or differs from its digest. */
  readonly file: (artifact: ArtifactRef) => string;
  readonly http: Http;
  /** A key under `sign:`. Throws a DistError for one that is not there. */
  readonly key: (id: string) => KeyHandle;
  /** What the effect's `before` read when the change was first begun, also when that was in another process; undefined when it was never begun. */
  readonly before: Before | undefined;
}

/**
 * A change to the outside world: the only way a plugin may make one. Input and result are JSON.
 * Identity is instance + effect name + `key(input)`.
 */
// biome-ignore lint/suspicious/noExplicitAny: as above
export interface Effect<Input, Result, Options = unknown, Before = any> {
  /** `plugin.action`, unique among all plugins. */
  readonly name: string;
  /** Identity of this change within its instance; no local paths. Default: canonical JSON of the input. */
  readonly key?: (input: Input) => string;
  /** For people: verb first, no full stop. */
  readonly describe: (input: Input) => string;
  /** A typed placeholder result for dry runs. Required when a handler reads the result. */
  readonly preview?: (input: Input) => Result;
  /** Looks whether the change is already there; its result if so. Must change nothing. */
  readonly probe?: (input: Input, context: EffectContext<Options, Before>) => Promise<Result | undefined>;
  /** Reads what the change is about to replace, so that it can be put back; journaled with the intent. JSON. Must change nothing. */
  readonly before?: (input: Input, context: EffectContext<Options, undefined>) => Promise<Before>;
  /** What to do after a crash in the middle when there is no probe. Default `skip`: listed as in doubt, not repeated. */
  readonly onDoubt?: 'skip' | 'repeat';
  /** Makes the change. The result is journaled before anything that depends on it starts. */
  readonly apply: (input: Input, context: EffectContext<Options, Before>) => Promise<Result>;
  /**
   * Takes the change back, from the journal alone. May be called again after a crash: it must be repeatable. Finding somebody else's change it
   * changes nothing and throws a DistError `object-changed` or `pointer-moved`.
   */
  readonly revert?: (input: Input, result: Result, context: EffectContext<Options, Before>) => Promise<void>;
  /** Why it cannot be taken back, and what people can do. */
  readonly irreversible?: string;
  /** True when the public sees the change: it waits for the barrier. */
  readonly visible?: boolean;
}

/** An effect whose types are closed over, as registries list them. */
// biome-ignore lint/suspicious/noExplicitAny: effects are contravariant in their input; a list of them has no common supertype but this
export type AnyEffect = Effect<any, any, any, any>;

/** Types an effect and refuses one that could never be taken back without saying so. Throws TypeError for a programmer's mistake. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function defineEffect<Input, Result, Options = unknown, Before = any>(
  effect: Effect<Input, Result, Options, Before>,
): Effect<Input, Result, Options, Before> {
  if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(effect.name))
    throw new TypeError(`Cannot define effect "${effect.name}": the name must read "plugin.action"`);
  if (!effect.revert && !effect.irreversible) throw new TypeError(`Cannot define effect "${effect.name}": it has neither revert nor irreversible`);
  return Object.freeze({ ...effect });
}
