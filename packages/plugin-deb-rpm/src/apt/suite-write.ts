import type { KeyHandle } from '@provisioning-dist/core';
import { PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import type { Trust } from '../repository/trust.ts';
import { busy } from './errors.ts';
import { type IndexFile, packGzip, packIndexes, withPacker } from './pack.ts';
import { byHashPath, distKey, STATE } from './paths.ts';
import { spent } from './purge.ts';
import { printRelease, type ReleaseFacts } from './release.ts';
import { architecturesOf, type IndexOptions, renderIndexes } from './render.ts';
import { printState, type State } from './state.ts';
import { readSuite, type SuiteIndex, type SuiteNames } from './suite-read.ts';
import { unheld } from './suites.ts';

/** Changes a suite as one step for everybody who reads it, and for everybody else who changes it. */

export interface SuiteWriting extends IndexOptions {
  readonly names: SuiteNames;
  readonly description?: string | undefined;
  /** Seconds; none = clients take the index however old it is. */
  readonly validFor?: number | undefined;
  /** Of the release. */
  readonly date: number;
  readonly key: KeyHandle | undefined;
  readonly trust?: Trust | undefined;
  readonly signal: AbortSignal;
}

/** A Release as it is to be published, and the indexes it lists. */
interface Draft {
  readonly text: string;
  readonly files: readonly IndexFile[];
  /** Keys nobody needs any more. */
  readonly doomed: readonly string[];
}

const TRIES = 100;

/** No client reads it. */
const STATE_LEVEL = 1;

export type Change = (state: State, date: number) => State | Promise<State>;

/** Gives the state as changed. `change` is asked again with what somebody else made meanwhile; it gives the same state for nothing to do. */
export async function changeSuite(storage: Storage, writing: SuiteWriting, change: Change): Promise<State> {
  const { names, key, trust, signal } = writing;
  let lost: readonly string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    signal.throwIfAborted();
    const found = await readSuite(storage, { names, signed: key !== undefined, trust, signal });
    // Clients ignore a Release that is not newer than theirs, without a word.
    const date = Math.max(writing.date, (found.date ?? Number.NEGATIVE_INFINITY) + 1);
    const state = await change(found.state, date);
    if (state === found.state && (found.date === undefined || found.mirrored)) return state;
    if (!needsRelease(found, state)) {
      if (await copyMirror(storage, found, writing)) return state;
      continue;
    }
    const draft = await draftOf({ found, state, date, lost }, writing);
    if (await publishDraft(storage, { draft, found }, writing)) return state;
    lost = draft.files.map(({ path, sha256 }) => distKey(names.suite, byHashPath(path, sha256)));
  }
  throw busy(distKey(names.suite, 'InRelease'), TRIES);
}

/** Not when only the files beside it are behind, which a crash leaves. */
function needsRelease({ state: found, pointer }: SuiteIndex, state: State): boolean {
  return state !== found || pointer.condition === 'absent';
}

interface Next {
  readonly found: SuiteIndex;
  readonly state: State;
  readonly date: number;
  /** Keys of indexes that were put there in vain. */
  readonly lost: readonly string[];
}

async function draftOf({ found, state: wanted, date, lost }: Next, writing: SuiteWriting): Promise<Draft> {
  const { architectures, components, indexes } = renderIndexes(wanted, writing);
  const known = { ...wanted, architectures: architecturesOf(wanted, writing) };
  return await withPacker(async (packer) => {
    const files = await packIndexes(indexes, packer);
    const { state, doomed } = spent({ found, state: known, files, date, lost, suite: writing.names.suite });
    const all = [...files, await packGzip(STATE, Buffer.from(printState(state)), packer, STATE_LEVEL)];
    const facts: ReleaseFacts = {
      ...{ ...writing.names, description: writing.description, date, architectures, components },
      ...(writing.validFor !== undefined && { validUntil: date + writing.validFor }),
      files: new Map(all.map(({ path, sha256, bytes }) => [path, { sha256, size: bytes.length }])),
    };
    return { doomed, files: all, text: printRelease(facts) };
  });
}

interface Commit {
  readonly draft: Draft;
  readonly found: SuiteIndex;
}

/** What nobody reads yet, then the one object that says to read it. False when somebody was faster, before or after. */
async function publishDraft(storage: Storage, { draft, found }: Commit, { names: { suite }, key, signal }: SuiteWriting): Promise<boolean> {
  const stored = draft.files.filter(({ unstored }) => !unstored);
  const fresh = stored.filter(({ path, sha256 }) => found.files.get(path)?.sha256 !== sha256);
  await putAll(
    storage,
    fresh.map(({ path, sha256, bytes }) => [distKey(suite, byHashPath(path, sha256)), bytes]),
    signal,
  );
  const text = Buffer.from(draft.text);
  const [clear, detached] = key ? [await key.openpgp(text, { form: 'clear' }), await key.openpgp(text, { armor: true })] : [];
  const beside: readonly Put[] = (found.mirrored ? fresh : stored)
    .filter(({ path }) => path !== STATE)
    .map(({ path, bytes }) => [distKey(suite, path), bytes]);
  // Where the pointer is what is mirrored, nobody could see that a crash left the rest behind.
  if (!clear) await putAll(storage, beside, signal);
  const etag = await swap(storage, found, clear ?? text, signal);
  if (etag === undefined) return false;
  if (clear && detached) {
    await putAll(storage, beside, signal);
    await storage.put(distKey(suite, 'Release.gpg'), detached, { signal });
    await storage.put(distKey(suite, 'Release'), text, { signal });
  }
  const gone = [...found.files.keys()].filter((path) => !draft.files.some((file) => file.path === path)).map((path) => distKey(suite, path));
  await deleteAll(storage, [...draft.doomed, ...gone], signal);
  return (await storage.stat(found.pointer.key, { signal }))?.etag === etag;
}

/** The pool is of all suites: asked once the new index counts, for this one as well. */
async function deleteAll(storage: Storage, keys: readonly string[], signal: AbortSignal): Promise<void> {
  const [inPool = [], others = []] = [true, false].map((wanted) => keys.filter((key) => key.startsWith('pool/') === wanted));
  const free = await unheld(storage, inPool, signal);
  await Promise.all([...free, ...others].map((key) => storage.delete(key, { signal })));
}

type Put = readonly [key: string, bytes: Uint8Array];

async function putAll(storage: Storage, puts: readonly Put[], signal: AbortSignal): Promise<void> {
  await Promise.all(puts.map(([key, bytes]) => storage.put(key, bytes, { signal })));
}

/** Undefined when another object is there by now. */
async function swap(storage: Storage, { pointer }: SuiteIndex, body: Uint8Array, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await storage.putIf(pointer.key, body, pointer.condition, { signal })).etag;
  } catch (error) {
    if (error instanceof PreconditionFailed) return undefined;
    throw error;
  }
}

/** The files beside the pointer, for clients that ask for no digests, as the pointer says. */
async function copyMirror(storage: Storage, { files, text, pointer }: SuiteIndex, { names: { suite }, key, signal }: SuiteWriting): Promise<boolean> {
  for (const [path, { sha256 }] of files) {
    const found = path === STATE ? undefined : await storage.get(distKey(suite, byHashPath(path, sha256)), { signal });
    if (found) await storage.put(distKey(suite, path), found.bytes, { signal });
  }
  const bytes = Buffer.from(text);
  if (key) await storage.put(distKey(suite, 'Release.gpg'), await key.openpgp(bytes, { armor: true }), { signal });
  await storage.put(distKey(suite, 'Release'), bytes, { signal });
  const now = await storage.stat(pointer.key, { signal });
  return pointer.condition !== 'absent' && now?.etag === pointer.condition.etag;
}
