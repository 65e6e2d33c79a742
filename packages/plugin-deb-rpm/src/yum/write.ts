import { setTimeout } from 'node:timers/promises';
import type { KeyHandle } from '@provisioning-dist/core';
import { ContentStore } from '@provisioning-dist/payload';
import { type Condition, PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import type { Trust } from '../repository/trust.ts';
import { busy } from './errors.ts';
import { printLists } from './lists.ts';
import { type Compression, type MetadataFile, pack } from './pack.ts';
import { spent } from './purge.ts';
import { type Found, readRepository, SIGNATURE } from './read.ts';
import { NOTES, printRepomd, REPOMD } from './repomd.ts';
import { armored, isAbout, packetsIn } from './signature.ts';
import { printNotes, type State } from './state.ts';

/** Changes a repository as one step for everybody who reads it, and for everybody else who changes it. */

export interface Writing {
  readonly compression: Compression;
  /** Of the release. */
  readonly date: number;
  readonly key: KeyHandle | undefined;
  readonly trust?: Trust | undefined;
  /** Milliseconds for which the signature of before stays beside the new one. */
  readonly overlap: number;
  readonly signal: AbortSignal;
}

/** A repomd.xml as it is to be published, and the metadata it lists. */
interface Draft {
  readonly bytes: Uint8Array;
  readonly files: readonly MetadataFile[];
  /** Keys nobody needs any more. */
  readonly doomed: readonly string[];
}

/** The same state for nothing to do. */
export type Change = (state: State, date: number) => State | Promise<State>;

const TRIES = 100;

/** Gives the state as changed. `change` is asked again with what somebody else made meanwhile. */
export async function changeRepository(storage: Storage, writing: Writing, change: Change): Promise<State> {
  const { key, trust, signal } = writing;
  let lost: readonly string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    signal.throwIfAborted();
    const found = await readRepository(storage, { signed: key !== undefined, trust, signal });
    const date = Math.max(writing.date, (found.revision ?? Number.NEGATIVE_INFINITY) + 1);
    const state = await change(found.state, date);
    if (state === found.state) {
      // After a try of ours more signatures than one are somebody else's, who is at it.
      const isSigned = tries === 0 ? found.signature.fits : found.signature.covers;
      if (found.revision === undefined || isSigned || (await signAlone(storage, found, writing))) return state;
      continue;
    }
    const draft = await draftOf(found, { state, date, lost }, writing);
    if (await publishDraft(storage, { draft, found }, writing)) return state;
    lost = draft.files.map((file) => file.key);
  }
  throw busy(REPOMD, TRIES);
}

interface Next {
  readonly state: State;
  readonly date: number;
  /** Keys of metadata that was put there in vain. */
  readonly lost: readonly string[];
}

const OURS: readonly string[] = ['primary', 'filelists', 'other', NOTES];

async function draftOf({ data }: Found, { state: wanted, date, lost }: Next, { compression }: Writing): Promise<Draft> {
  const packer = await ContentStore.open();
  try {
    const lists = await Promise.all(printLists(wanted).map((list) => pack(list, compression, packer)));
    // Databases and other packings of the lists are of the old ones.
    const others = data.filter(({ type }) => !OURS.includes(type) && !/_(?:db|zck)$/.test(type));
    const keys = [...lists, ...others].map(({ key }) => key);
    const { state, doomed } = spent({ data, state: wanted, keys, date, lost });
    const notes = await pack({ type: NOTES, name: `${NOTES}.ndjson`, bytes: Buffer.from(printNotes(state)) }, compression, packer);
    const files = [...lists, notes];
    const text = printRepomd({ revision: date, files, others: others.map(({ xml }) => xml) });
    return { bytes: Buffer.from(text), files, doomed: doomed.filter((key) => key !== notes.key) };
  } finally {
    await packer.close();
  }
}

interface Publishing {
  readonly draft: Draft;
  readonly found: Found;
}

/**
 * False when somebody else was faster. Clients read repomd.xml and then its signature, and would see a mix of two publishes, whichever is
 * written first: so the signatures of both stand there while one takes the other's place, and for as long as a client may take from one file
 * to the other. librepo takes a file for which one of them is good; libzypp wants all of them to be, so they do not stay.
 */
async function publishDraft(storage: Storage, { draft, found }: Publishing, writing: Writing): Promise<boolean> {
  const { key, signal } = writing;
  const known = new Set(found.data.map((each) => each.key));
  const fresh = draft.files.filter((file) => !known.has(file.key));
  await Promise.all(fresh.map((file) => storage.put(file.key, file.bytes, { signal })));
  const swap = async (): Promise<boolean> =>
    (await putUnlessChanged(storage, { target: REPOMD, body: draft.bytes, condition: found.condition }, signal)) !== undefined;
  const done = key ? await swapSigned(storage, { found, own: packetsIn(Buffer.from(await key.openpgp(draft.bytes))), swap }, writing) : await swap();
  if (done) await Promise.all(draft.doomed.map((one) => storage.delete(one, { signal })));
  return done;
}

interface Swapping {
  readonly found: Found;
  /** Signatures of what is to come. */
  readonly own: readonly Uint8Array[];
  readonly swap: () => Promise<boolean>;
}

/** Who finds the signature changed begins anew, and so never takes away one that somebody else counts on. */
async function swapSigned(storage: Storage, { found, own, swap }: Swapping, { overlap, signal }: Writing): Promise<boolean> {
  let condition = found.signature.condition;
  const sign = async (packets: readonly Uint8Array[]): Promise<boolean> => {
    const etag = await putUnlessChanged(storage, { target: SIGNATURE, body: armored(packets), condition }, signal);
    if (etag !== undefined) condition = { etag };
    return etag !== undefined;
  };
  const old = stillNeeded(found);
  if (!(await sign([...old, ...own])) || !(await swap())) return false;
  if (old.length === 0) return true;
  if (overlap > 0) {
    // Some clients look at the first one alone.
    if (!(await sign([...own, ...old]))) return false;
    await setTimeout(overlap, undefined, { signal });
  }
  return await sign(own);
}

function stillNeeded({ bytes, signature: { packets } }: Found): readonly Uint8Array[] {
  return packets.filter((packet) => isAbout(packet, bytes));
}

/** What a crash left behind: metadata that counts, and signatures of more or less than that. */
async function signAlone(storage: Storage, { bytes, signature }: Found, { key, signal }: Writing): Promise<boolean> {
  if (!key) return true;
  const body = armored(packetsIn(Buffer.from(await key.openpgp(bytes))));
  return (await putUnlessChanged(storage, { target: SIGNATURE, body, condition: signature.condition }, signal)) !== undefined;
}

interface ConditionalPut {
  readonly target: string;
  readonly body: Uint8Array;
  readonly condition: Condition;
}

/** The etag; undefined when another object is there by now. */
async function putUnlessChanged(storage: Storage, { target, body, condition }: ConditionalPut, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await storage.putIf(target, body, condition, { signal })).etag;
  } catch (error) {
    if (error instanceof PreconditionFailed) return undefined;
    throw error;
  }
}
