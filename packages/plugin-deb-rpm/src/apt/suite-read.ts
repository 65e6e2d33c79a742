import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Condition, Storage } from '@provisioning-dist/storage';
import type { Trust } from '../repository/trust.ts';
import { brokenIndex, foreignIndex, otherName, signedOnce } from './errors.ts';
import { byHashPath, distKey, STATE } from './paths.ts';
import { type ListedFile, type ParsedRelease, parseRelease, textInClear } from './release.ts';
import { EMPTY, parseState, type State } from './state.ts';

/** A suite as it stands. */
export interface SuiteIndex {
  readonly state: State;
  /** Seconds since 1970; undefined when nothing was ever published. */
  readonly date: number | undefined;
  readonly files: ReadonlyMap<string, ListedFile>;
  /** The object that makes a new index the one that counts, and what it is now. */
  readonly pointer: { readonly key: string; readonly condition: Condition };
  /** Of Release. */
  readonly text: string;
  /** Whether the files beside it say the same. */
  readonly mirrored: boolean;
}

/** What a suite is called; clients refuse it when that changes. */
export interface SuiteNames {
  readonly origin: string;
  readonly label: string;
  readonly suite: string;
  readonly codename: string;
}

export interface SuiteReading {
  readonly names: SuiteNames;
  readonly signed: boolean;
  /** Asked before anything that is listed is believed; none = to look only. */
  readonly trust?: Trust | undefined;
  readonly signal: AbortSignal;
}

const UNPACKED_MAX = 2 ** 30;

/** Throws a DistError for what was not made by us, or not for us. */
export async function readSuite(storage: Storage, { names, signed, trust, signal }: SuiteReading): Promise<SuiteIndex> {
  const { suite } = names;
  const [inRelease, release] = [distKey(suite, 'InRelease'), distKey(suite, 'Release')];
  const clear = await storage.get(inRelease, { signal });
  const plain = await storage.get(release, { signal });
  if (clear && !signed) throw signedOnce(inRelease);
  const pointing = signed ? clear : plain;
  const pointer = { key: signed ? inRelease : release, condition: pointing ? { etag: pointing.etag } : ('absent' as const) };
  // An unsigned repository that is signed from now on has no InRelease yet.
  const found = clear ?? plain;
  if (!found) return { state: EMPTY, date: undefined, files: new Map(), pointer, text: '', mirrored: false };
  const text = releaseText(found.bytes);
  const parsed = text === undefined ? undefined : parseRelease(text);
  if (text === undefined || !parsed) throw foreignIndex(pointer.key, 'it is no Release file with a Date');
  await trust?.({ key: pointer.key, content: Buffer.from(text), signature: clear && textOf(clear.bytes) });
  const state = await readState(storage, parsed, { suite, key: pointer.key, signal });
  checkNames(parsed, names, pointer.key);
  const mirrored = pointing === found && plain !== undefined && textOf(plain.bytes) === text;
  return { state, date: parsed.date, files: parsed.files, pointer, text, mirrored };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** With or without a signature around it; undefined for another kind of signed text. */
export function releaseText(bytes: Uint8Array): string | undefined {
  const text = textOf(bytes);
  return text.startsWith('-----BEGIN') ? textInClear(text) : text;
}

interface StateReading {
  readonly suite: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** The one read last: a name that is a digest always means the same. */
let latest: { readonly sha256: string; readonly state: State } | undefined;

export async function readState(storage: Storage, { files }: ParsedRelease, { suite, key, signal }: StateReading): Promise<State> {
  const listed = files.get(STATE);
  if (!listed) throw foreignIndex(key, 'another tool made it, since it lists no state of ours');
  const place = distKey(suite, byHashPath(STATE, listed.sha256));
  if (latest?.sha256 === listed.sha256 && (await storage.stat(place, { signal }))?.size === listed.size) return latest.state;
  const found = await storage.get(place, { signal });
  if (!found) throw brokenIndex(place, 'it is not there, though Release lists it');
  if (createHash('sha256').update(found.bytes).digest('hex') !== listed.sha256) throw brokenIndex(place, 'it holds other bytes than Release says');
  const state = parseState(unpacked(found.bytes, place));
  if (!state) throw brokenIndex(place, 'it is no state of a repository');
  latest = { sha256: listed.sha256, state };
  return state;
}

function unpacked(bytes: Uint8Array, key: string): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_MAX }).toString('utf8');
  } catch (cause) {
    throw brokenIndex(key, cause instanceof Error ? cause.message : String(cause));
  }
}

function checkNames({ fields }: ParsedRelease, { origin, label, suite, codename }: SuiteNames, key: string): void {
  const wanted = { Origin: origin, Label: label, Suite: suite, Codename: codename };
  for (const [field, value] of Object.entries(wanted)) {
    const found = fields.get(field) ?? '';
    if (found !== value) throw otherName(key, field, { found, wanted: value });
  }
}
