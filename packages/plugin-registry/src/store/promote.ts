import { defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed } from '@provisioning-dist/storage';
import { pointerMoved, previousUnknown, targetGone } from './errors.ts';
import { isSnapshotKey, namesLater, type Pointer, pointerIn, printPointer } from './pointer.ts';
import { type PlaceOptions, storageOf } from './storage.ts';

export interface PromoteInput {
  readonly key: string;
  readonly pointer: Pointer;
}

/** A pointer as it stands; null when there is none. */
export type PointerState = { readonly etag: string; readonly text: string } | null;

export interface PromoteResult {
  readonly key: string;
  readonly version: string;
  /** What it was before; absent when it already said this, moved by a run whose journal is not here. */
  readonly previous?: PointerState;
}

type Context = EffectContext<PlaceOptions, PointerState>;
type PointerEffect = Effect<PromoteInput, PromoteResult, PlaceOptions, PointerState>;

/** Points clients to this version, unless somebody moves the pointer at the same time. */
export const promote: PointerEffect = pointerEffect('storage.promote', 'point', true);

/** The same on the way back: clients get a version that was published earlier. */
export const retarget: PointerEffect = pointerEffect('storage.retarget', 'point back', false);

function pointerEffect(name: string, verb: string, isForward: boolean): PointerEffect {
  return defineEffect({
    name,
    visible: true,
    key: ({ key, pointer }) => `${key}@${pointer.version}`,
    describe: ({ key, pointer }) => `${verb} ${key} to ${pointer.version}`,
    preview: (input) => resultOf(input, undefined),
    probe: async (input, context: Context) => {
      const found = await readPointer(input.key, context);
      return found?.text === printPointer(input.pointer) ? resultOf(input, context.before) : undefined;
    },
    before: (input, context) => readPointer(input.key, context),
    apply: async (input, context: Context) => {
      const before = context.before ?? null;
      // Somebody published a later version while this one waited for its turn.
      if (before && isForward && namesLater(before.text, releaseOf(input))) return resultOf(input, before);
      await write(input.key, printPointer(input.pointer), before, context);
      return resultOf(input, before);
    },
    revert: putBack,
  });
}

async function putBack(input: PromoteInput, { previous }: PromoteResult, context: Context): Promise<void> {
  const found = await readPointer(input.key, context);
  if (previous === undefined) throw previousUnknown(input.key);
  if (found?.text === previous?.text) return;
  if (found?.text !== printPointer(input.pointer)) throw pointerMoved(input.key, 'put back');
  if (previous === null) await remove(input.key, found.etag, context);
  else await write(input.key, await standing(input.key, previous.text, context), found, context, 'put back');
}

/** The pointer, if what it names was not rolled back meanwhile: its record goes with it. One that names none is believed. */
async function standing(key: string, text: string, { options, signal }: Context): Promise<string> {
  const { manifest, version = 'what it held' } = pointerIn(text);
  if (manifest === undefined) return text;
  const storage = await storageOf(options);
  if (!(await storage.stat(manifest, { signal }))) throw targetGone(key, version, manifest);
  return text;
}

function resultOf({ key, pointer }: PromoteInput, previous: PointerState | undefined): PromoteResult {
  return { key, version: pointer.version, ...(previous !== undefined && { previous }) };
}

function releaseOf({ key, pointer: { version } }: PromoteInput): { readonly version: string; readonly snapshot: boolean } {
  return { version, snapshot: isSnapshotKey(key) };
}

export async function readPointer(key: string, { options, signal }: Pick<Context, 'options' | 'signal'>): Promise<PointerState> {
  const storage = await storageOf(options);
  const found = await storage.get(key, { signal });
  return found ? { etag: found.etag, text: Buffer.from(found.bytes).toString() } : null;
}

async function write(key: string, text: string, expected: PointerState, { options, signal }: Context, action = 'move'): Promise<void> {
  const storage = await storageOf(options);
  const condition = expected ? { etag: expected.etag } : 'absent';
  await unlessMoved(key, action, storage.putIf(key, Buffer.from(text), condition, { signal }));
}

async function remove(key: string, etag: string, { options, signal }: Context): Promise<void> {
  const storage = await storageOf(options);
  await unlessMoved(key, 'put back', storage.delete(key, { etag, signal }));
}

async function unlessMoved(key: string, action: string, change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    throw error instanceof PreconditionFailed ? pointerMoved(key, action, error) : error;
  }
}
