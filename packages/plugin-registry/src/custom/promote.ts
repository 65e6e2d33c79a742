import { defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import validVersion from 'semver/functions/valid.js';
import { isLaterThan } from '../store/pointer.ts';
import { shown } from '../url.ts';
import { strongTag } from './digest-field.ts';
import { cannotDelete, pointerBinary, pointerMoved, previousUnknown, targetGone } from './errors.ts';
import type { CustomOptions } from './options.ts';
import { manifestUrl } from './place.ts';
import { versionIn } from './pointer.ts';
import { type Asking, ask } from './request.ts';

export interface PromoteInput {
  readonly url: string;
  readonly version: string;
  readonly body: string;
  readonly contentType: string;
  /** Whose versions have a record of their own there; absent when none is sent. */
  readonly recorded?: { readonly product: string; readonly name: string };
}

/** A pointer as it stands; null when there is none. */
export type PointerState = { readonly text: string; readonly etag?: string; readonly contentType?: string } | null;

export interface PromoteResult {
  readonly url: string;
  readonly version: string;
  /** What it was before; absent when it already said this, moved by a run whose journal is not here. */
  readonly previous?: PointerState;
}

type Context = EffectContext<CustomOptions, PointerState>;
type PointerEffect = Effect<PromoteInput, PromoteResult, CustomOptions, PointerState>;

/** Points clients to this version, unless somebody moves the pointer at the same time. */
export const promote: PointerEffect = pointerEffect('custom.promote', 'point', true);

/** The same on the way back: clients get a version that was published earlier. */
export const retarget: PointerEffect = pointerEffect('custom.retarget', 'point back', false);

function pointerEffect(name: string, verb: string, isForward: boolean): PointerEffect {
  return defineEffect<PromoteInput, PromoteResult, CustomOptions, PointerState>({
    name,
    visible: true,
    key: ({ url, version }) => `${url}@${version}`,
    describe: ({ url, version }) => `${verb} ${shown(url)} to ${version}`,
    preview: (input) => resultOf(input, undefined),
    probe: async (input, context) => {
      const found = await readPointer(context, input.url);
      return found?.text === input.body ? resultOf(input, context.before) : undefined;
    },
    before: (input, context) => readPointer(context, input.url),
    apply: async (input, context) => {
      const before = context.before ?? null;
      // Somebody published a later version while this one waited for its turn.
      if (isForward && isAhead(before, input, context.options)) return resultOf(input, before);
      await write(input.url, input, { expected: before, action: 'move' }, context);
      return resultOf(input, before);
    },
    revert: putBack,
  });
}

function isAhead(before: PointerState, { version }: PromoteInput, { pointer }: CustomOptions): boolean {
  const found = before && pointer && versionIn(before.text, pointer);
  return typeof found === 'string' && isLaterThan(found, { version, snapshot: false });
}

function resultOf({ url, version }: PromoteInput, previous: PointerState | undefined): PromoteResult {
  return { url, version, ...(previous !== undefined && { previous }) };
}

export async function readPointer(asking: Asking, url: string, anonymous = false): Promise<PointerState> {
  const { status, headers, bytes } = await ask(asking, url, { headers: { 'accept-encoding': 'identity' }, accept: [404, 410], anonymous });
  if (status === 404 || status === 410) return null;
  const text = Buffer.from(bytes).toString();
  if (!Buffer.from(text).equals(bytes)) throw pointerBinary(url);
  const etag = strongTag(headers.etag);
  const contentType = headers['content-type'];
  return { text, ...(etag !== undefined && { etag }), ...(contentType !== undefined && { contentType }) };
}

async function putBack(input: PromoteInput, { previous }: PromoteResult, context: Context): Promise<void> {
  const found = await readPointer(context, input.url);
  if (previous === undefined) throw previousUnknown(input.url);
  if (found?.text === previous?.text) return;
  if (!found || found.text !== input.body) throw pointerMoved(input.url, 'put back');
  if (previous === null) return await remove(input.url, found, context);
  await checkStanding(input, previous.text, context);
  const { text: body, contentType = input.contentType } = previous;
  await write(input.url, { body, contentType }, { expected: found, action: 'put back' }, context);
}

/** What the pointer named may have been rolled back meanwhile: its record goes with it. */
async function checkStanding({ url, recorded }: PromoteInput, text: string, context: Context): Promise<void> {
  const { options } = context;
  const version = options.pointer && versionIn(text, options.pointer);
  if (!recorded || version === undefined || validVersion(version) === null) return;
  const manifest = manifestUrl(options, { ...recorded, version });
  if (manifest === undefined) return;
  const { status } = await ask(context, manifest, { accept: [404, 410] });
  if (status === 404 || status === 410) throw targetGone(url, version, manifest);
}

interface Expectation {
  readonly expected: PointerState;
  /** For the error. */
  readonly action: string;
}

/** Looked at once more: not every server knows conditions, and what was read may have been read long ago. */
async function write(
  url: string,
  { body, contentType }: Pick<PromoteInput, 'body' | 'contentType'>,
  { expected, action }: Expectation,
  context: Context,
): Promise<void> {
  const found = await readPointer(context, url);
  if (found?.text !== expected?.text) throw pointerMoved(url, action);
  const headers = { 'content-type': contentType, ...condition(found, context.options) };
  const { status } = await ask(context, url, { method: 'PUT', headers, body, accept: [412] });
  if (status === 412) throw pointerMoved(url, action);
}

function condition(found: PointerState, { conditional }: CustomOptions): Readonly<Record<string, string>> {
  if (found?.etag !== undefined) return { 'if-match': found.etag };
  return found === null && conditional ? { 'if-none-match': '*' } : {};
}

async function remove(url: string, found: NonNullable<PointerState>, context: Context): Promise<void> {
  if (!context.options.delete) throw cannotDelete(url);
  const { status } = await ask(context, url, { method: 'DELETE', headers: condition(found, context.options), accept: [404, 410, 412] });
  if (status === 412) throw pointerMoved(url, 'put back');
}
