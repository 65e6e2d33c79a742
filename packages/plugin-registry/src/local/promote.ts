import { defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed } from '@provisioning-dist/storage';
import { pointerMoved, previousUnknown } from './errors.ts';
import { type LocalOptions, storageOf } from './options.ts';
import { type Pointer, printPointer } from './pointer.ts';

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

type Context = EffectContext<LocalOptions, PointerState>;

/** Points clients to this version, unless somebody moves the pointer at the same time. */
export const promote: Effect<PromoteInput, PromoteResult, LocalOptions, PointerState> = defineEffect({
  name: 'local.promote',
  visible: true,
  key: ({ key, pointer }) => `${key}@${pointer.version}`,
  describe: ({ key, pointer }) => `point ${key} to ${pointer.version}`,
  preview: (input) => resultOf(input, undefined),
  probe: async (input, context: Context) => {
    const found = await readPointer(input.key, context);
    return found?.text === printPointer(input.pointer) ? resultOf(input, context.before) : undefined;
  },
  before: (input, context) => readPointer(input.key, context),
  apply: async (input, context: Context) => {
    const before = context.before ?? null;
    await write(input.key, printPointer(input.pointer), before, context);
    return resultOf(input, before);
  },
  revert: async (input, { previous }: PromoteResult, context: Context) => {
    const found = await readPointer(input.key, context);
    if (previous === undefined) throw previousUnknown(input.key);
    if (found?.text === previous?.text) return;
    if (found?.text !== printPointer(input.pointer)) throw pointerMoved(input.key, 'put back');
    if (previous === null) await storageOf(context.options).delete(input.key, { etag: found.etag, signal: context.signal });
    else await write(input.key, previous.text, found, context);
  },
});

function resultOf({ key, pointer }: PromoteInput, previous: PointerState | undefined): PromoteResult {
  return { key, version: pointer.version, ...(previous !== undefined && { previous }) };
}

export async function readPointer(key: string, { options, signal }: Pick<Context, 'options' | 'signal'>): Promise<PointerState> {
  const found = await storageOf(options).get(key, { signal });
  return found ? { etag: found.etag, text: Buffer.from(found.bytes).toString() } : null;
}

async function write(key: string, text: string, expected: PointerState, { options, signal }: Context): Promise<void> {
  const condition = expected ? { etag: expected.etag } : 'absent';
  try {
    await storageOf(options).putIf(key, Buffer.from(text), condition, { signal });
  } catch (error) {
    throw error instanceof PreconditionFailed ? pointerMoved(key, 'move', error) : error;
  }
}
