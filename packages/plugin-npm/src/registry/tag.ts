import { defineEffect, type Effect, type EffectContext, type Release } from '@provisioning-dist/core';
import isLater from 'semver/functions/gt.js';
import validVersion from 'semver/functions/valid.js';
import { type Asking, ask, escaped, packument } from './client.ts';
import { previousUnknown, tagMoved } from './errors.ts';
import type { NpmOptions } from './options.ts';

export interface TagInput {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
}

/** The version a tag names; null when there is no such tag. */
export type TagState = string | null;

export interface TagResult extends TagInput {
  /** Absent when it already named this version, moved by a run whose journal is not here. */
  readonly previous?: TagState;
}

type Context = EffectContext<NpmOptions, TagState>;
type TagEffect = Effect<TagInput, TagResult, NpmOptions, TagState>;

/** Clients that name no version get this one. */
export const moveTag: TagEffect = tagEffect('npm.tag', true);

/** The same on the way back. */
export const retarget: TagEffect = tagEffect('npm.retarget', false);

function tagEffect(effect: string, isForward: boolean): TagEffect {
  return defineEffect<TagInput, TagResult, NpmOptions, TagState>({
    name: effect,
    visible: true,
    key: ({ name, version, tag }) => `${name}:${tag}@${version}`,
    describe: ({ name, version, tag }) => `tag ${name}@${version} as ${tag}`,
    preview: (input) => input,
    probe: async (input, context) => ((await tagged(context, input)) === input.version ? resultOf(input, context.before) : undefined),
    before: (input, context) => tagged(context, input),
    apply: async (input, context) => {
      const before = context.before ?? null;
      // Somebody published a later version while this one waited for its turn.
      if (isForward && isAhead(before, input.version)) return resultOf(input, before);
      if ((await tagged(context, input)) !== before) throw tagMoved(input.name, input.tag, 'move');
      await write(context, input);
      return resultOf(input, before);
    },
    revert: putBack,
  });
}

export async function tagged(asking: Asking, { name, tag }: Pick<TagInput, 'name' | 'tag'>): Promise<TagState> {
  const { tags = {} } = (await packument(asking, name)) ?? {};
  return Object.hasOwn(tags, tag) ? (tags[tag] ?? null) : null;
}

/** As with `npm publish`: `latest`, and of a pre-release its first word (`next` when that is a number). */
export function tagFor({ tag }: Pick<NpmOptions, 'tag'>, { version }: Pick<Release, 'version'>): string {
  if (tag !== undefined) return tag;
  const [, prerelease] = /^[^-+]+-([^+]+)/.exec(version) ?? [];
  if (prerelease === undefined) return 'latest';
  const word = /^[a-z][a-z-]*/i.exec(prerelease)?.[0].toLowerCase() ?? 'next';
  return word === 'latest' ? 'next' : word;
}

export function isAhead(found: TagState, version: string): boolean {
  return found !== null && validVersion(found) !== null && isLater(found, version);
}

async function putBack(input: TagInput, { previous }: TagResult, context: Context): Promise<void> {
  const { name, tag, version } = input;
  const found = await tagged(context, input);
  if (previous === undefined) throw previousUnknown(name, tag);
  if (found === previous) return;
  if (found !== version) throw tagMoved(name, tag, 'put back');
  if (previous === null) await ask(context, pathOf(input), { method: 'DELETE', accept: [404] });
  else await write(context, { name, tag, version: previous });
}

async function write(asking: Asking, input: TagInput): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await ask(asking, pathOf(input), { method: 'PUT', headers, body: JSON.stringify(input.version) });
}

function pathOf({ name, tag }: Pick<TagInput, 'name' | 'tag'>): string {
  return `/-/package/${escaped(name)}/dist-tags/${encodeURIComponent(tag)}`;
}

function resultOf(input: TagInput, previous: TagState | undefined): TagResult {
  return { ...input, ...(previous !== undefined && { previous }) };
}
