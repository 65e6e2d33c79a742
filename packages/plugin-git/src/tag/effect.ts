import { DistError, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { pushRefused, tagMoved, tagTaken, tagUnsigned } from '../errors.ts';
import { git } from '../git.ts';
import type { TagOptions } from './options.ts';
import { isSigned, localTag, placeOf, remoteCall, remoteTag } from './remote.ts';

export interface TagInput {
  readonly tag: string;
  readonly commit: string;
  /** `Name <mail@example.org>`. */
  readonly tagger: string;
  /** Seconds since 1970 UTC. */
  readonly date: number;
  readonly message: string;
  /** Key that signs it. */
  readonly sign?: string;
}

/** Ids of what was there before. */
interface Before {
  readonly remote: string | null;
  readonly local: string | null;
}

export interface TagResult {
  readonly id: string;
  /** False for a tag that was there before: it is not ours to remove. */
  readonly made: boolean;
}

type Context = EffectContext<TagOptions, Before>;

/** An annotated tag on the remote. A tag the user made at the same commit is pushed as it is. */
export const pushTag: Effect<TagInput, TagResult, TagOptions, Before> = defineEffect<TagInput, TagResult, TagOptions, Before>({
  name: 'git.tag',
  visible: true,
  key: ({ tag }) => tag,
  describe: ({ tag, commit, sign }) => `push ${sign === undefined ? '' : 'signed '}tag ${tag} at ${commit.slice(0, 7)}`,
  probe: async (input, context) => {
    const { tag, commit } = input;
    const found = await remoteTag(placeOf(context), context.options, tag);
    if (found === undefined) return undefined;
    if (found.commit !== commit) throw tagTaken(tag, context.options.remote, found.commit);
    return { id: found.id, made: context.before?.remote === null && (await isOurs(input, found.id, context)) };
  },
  before: async ({ tag }, context) => {
    const place = placeOf(context);
    const [remote, local] = [await remoteTag(place, context.options, tag), await localTag(place, tag)];
    return { remote: remote?.id ?? null, local: local?.id ?? null };
  },
  apply: async (input, context) => {
    const id = await objectOf(input, context);
    await push(input.tag, `${id}:refs/tags/${input.tag}`, '', context);
    await keepHere(input.tag, id, context);
    return { id, made: true };
  },
  revert: async ({ tag }, { id, made }, context) => {
    const found = await remoteTag(placeOf(context), context.options, tag);
    if (found !== undefined && !(made && found.id === id)) throw tagMoved(tag, context.options.remote, found.id);
    if (found !== undefined) await push(tag, `:refs/tags/${tag}`, id, context);
    if (made) await removeHere(tag, id, context);
  },
});

/** The tag made here before, if it is at the commit, else a new object; nothing refers to it yet. */
async function objectOf(input: TagInput, context: Context): Promise<string> {
  const place = placeOf(context);
  const local = await localTag(place, input.tag);
  if (local !== undefined && local.commit !== input.commit) throw tagTaken(input.tag, 'this repository', local.commit);
  if (local !== undefined && input.sign !== undefined && !(await isSigned(place, local.id))) throw tagUnsigned(input.tag);
  if (local !== undefined) return local.id;
  const text = tagText(input);
  const signature = input.sign === undefined ? '' : Buffer.from(await context.key(input.sign).openpgp(Buffer.from(text), { armor: true })).toString();
  // git-mktag(1) checks the form of what it is given
  return (await git(place, ['mktag'], { input: text + signature })).stdout.trim();
}

/** git-mktag(1); the signature is over all of it. */
export function tagText({ tag, commit, tagger, date, message }: TagInput): string {
  const text = message.replaceAll('\0', '').replaceAll('\r\n', '\n').trimEnd();
  return `object ${commit}\ntype commit\ntag ${tag}\ntagger ${tagger} ${date} +0000\n\n${text}\n`;
}

/** Whether `apply` would have pushed this object. One with our signature is told by its text, and is here: it was made here. */
async function isOurs(input: TagInput, id: string, context: Context): Promise<boolean> {
  const { local } = context.before ?? {};
  if (typeof local === 'string') return local === id;
  const place = placeOf(context);
  const text = tagText(input);
  if (input.sign === undefined) return (await git(place, ['hash-object', '-t', 'tag', '--stdin'], { input: text })).stdout.trim() === id;
  const { exit, stdout } = await git(place, ['cat-file', 'tag', id], { exits: [0, 128] });
  return exit === 0 && stdout.startsWith(`${text}-----BEGIN PGP SIGNATURE-----`);
}

/** With a lease: nothing is overwritten or removed that is not what `expected` says; empty = there is none. */
async function push(tag: string, refspec: string, expected: string, context: Context): Promise<void> {
  const place = placeOf(context);
  const lease = `--force-with-lease=refs/tags/${tag}:${expected}`;
  const call = await remoteCall(place, context.options);
  try {
    await git(place, ['push', '--quiet', '--no-verify', '--recurse-submodules=no', lease, '--', context.options.remote, refspec], call);
  } catch (error) {
    throw error instanceof DistError && error.code === 'git-failed' ? await refusal(tag, error, context, expected) : error;
  }
}

/** Somebody was faster, or the server has its reasons. */
async function refusal(tag: string, cause: DistError, context: Context, expected: string): Promise<DistError> {
  const { remote } = context.options;
  if (!/stale info|already exists/.test(cause.message)) return pushRefused(tag, remote, cause);
  const found = await remoteTag(placeOf(context), context.options, tag);
  if (found === undefined) return pushRefused(tag, remote, cause);
  return expected === '' ? tagTaken(tag, remote, found.commit) : tagMoved(tag, remote, found.id);
}

/** So that `version: git` sees it here, too. Best effort: a clone that has it by now has it. */
async function keepHere(tag: string, id: string, context: Context): Promise<void> {
  if (context.before?.local !== id) await git(placeOf(context), ['update-ref', `refs/tags/${tag}`, id, ''], { exits: [0, 128] });
}

/** Only where it was not before, and only this one. */
async function removeHere(tag: string, id: string, context: Context): Promise<void> {
  if (context.before?.local === id) return;
  const local = await localTag(placeOf(context), tag);
  if (local?.id === id) await git(placeOf(context), ['update-ref', '-d', `refs/tags/${tag}`, id]);
}
