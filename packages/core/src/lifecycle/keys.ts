import type { ProductConfig, SignInstance } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import type { OptionsParser } from '../config/options.ts';
import { DistError, EXIT } from '../errors.ts';
import type { Host, Provided } from '../host.ts';
import type { AnyKey, KeyHandle, KeyJob } from '../key.ts';
import { suggestion } from '../model/suggest.ts';

/** An instance under `sign:` with its plugin's definition and parsed options. */
export interface ResolvedKey {
  readonly instance: SignInstance;
  readonly provided: Provided<AnyKey>;
  readonly options: unknown;
}

export function resolveKeys(host: Pick<Host, 'keys'>, product: ProductConfig, parser: OptionsParser): readonly ResolvedKey[] {
  return product.sign.flatMap((instance) => {
    const provided = host.keys.get(instance.use);
    if (!provided) return [];
    return [{ instance, provided, options: parser.parse(provided.definition.options, instance.options, instance.at) }];
  });
}

/** What `job.key(id)` gives: every call is made with the job of that key. */
export function keyHandles(keys: readonly ResolvedKey[], jobOf: (key: ResolvedKey) => KeyJob<unknown>): (id: string) => KeyHandle {
  const handles = new Map(keys.map((key) => [key.instance.id, handleOf(key, () => jobOf(key))]));
  return (id) => {
    const handle = handles.get(id);
    if (!handle) throw unknownKeyInstance(id, [...handles.keys()]);
    return handle;
  };
}

/** Instance id, type, and fingerprint: another key under the same name makes other artifacts. */
export type KeyIdentity = readonly [id: string, use: string, fingerprint: string];

interface Keys {
  readonly keys: readonly ResolvedKey[];
  readonly key: (id: string) => KeyHandle;
}

/** The keys a format's options name, wherever in them. One that cannot be had is none: whoever signs with it says why. */
export async function namedKeys({ keys, key }: Keys, options: unknown): Promise<readonly KeyIdentity[]> {
  const texts = new Set(textsIn(options));
  const named = keys.filter(({ instance }) => texts.has(instance.id));
  return Promise.all(named.map(async ({ instance: { id, use } }): Promise<KeyIdentity> => [id, use, await fingerprintOf(key(id))]));
}

async function fingerprintOf(handle: KeyHandle): Promise<string> {
  try {
    return (await handle.info()).id;
  } catch (error) {
    if (error instanceof DistError) return '';
    throw error;
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function handleOf({ instance, provided: { definition } }: ResolvedKey, job: () => KeyJob<unknown>): KeyHandle {
  const { info, openpgp, cms, raw } = definition;
  const cannot = (what: string) => () => Promise.reject(keyCannot(instance, what));
  return Object.freeze({
    id: instance.id,
    info: () => info(job()),
    openpgp: openpgp ? (data, options = {}) => openpgp(job(), data, options) : cannot('make OpenPGP signatures'),
    cms: cms ? (bytes, options = {}) => cms(job(), bytes, options) : cannot('make CMS signatures'),
    raw: raw ? (digest, options) => raw(job(), digest, options) : cannot('sign digests'),
  } satisfies KeyHandle);
}

function keyCannot({ id, use, at }: SignInstance, what: string): DistError {
  return new DistError('key-cannot', `Cannot ${what} with "${id}": a key of type "${use}" does not`, { exit: EXIT.usage, where: whereOf(at) });
}

function unknownKeyInstance(id: string, known: readonly string[]): DistError {
  const near = suggestion(id, known);
  const state = known.length === 0 ? 'nothing is under "sign:"' : `there are ${known.join(', ')}`;
  return new DistError('unknown-key', `Cannot sign with "${id}": ${state}`, {
    exit: EXIT.usage,
    hint: near === undefined ? `describe it under "sign: { ${id}: … }"` : `did you mean "${near}"?`,
  });
}
