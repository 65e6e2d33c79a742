import type { RollbackJob } from '@provisioning-dist/core';
import validVersion from 'semver/functions/valid.js';
import { pointerElsewhere, versionAbsent } from './errors.ts';
import { keyOf } from './options.ts';
import { type Pointer, pointerFor, pointerKey, pointerTag, versionIn } from './pointer.ts';
import { readPointer, retarget } from './promote.ts';
import { type PlaceOptions, storageOf } from './storage.ts';

const MANIFEST = 'release.json';

type Job = RollbackJob<PlaceOptions>;

/** `retarget` moves the pointer alone and leaves what is published where it is; everything else undoes the journal. */
export async function rollback(job: Job): Promise<void> {
  if (job.mode !== 'retarget') return await job.undo();
  const { release, to = '' } = job;
  const key = pointerKey(release);
  const found = await readPointer(key, job);
  const version = found ? versionIn(found.text, key) : undefined;
  if (version === to) return;
  if (version !== undefined && version !== release.version) throw pointerElsewhere(key, version, { version: release.version, to });
  await job.effect(retarget, { key, pointer: await pointerOf(job, to) });
}

/** As the release of that version wrote it: from its own record, which is there if the version is. */
async function pointerOf(job: Job, version: string): Promise<Pointer> {
  const { options, release, signal } = job;
  const place = `publish.${job.id}`;
  if (validVersion(version) === null) throw versionAbsent(version, place, 'it is no version');
  if (pointerTag({ version, snapshot: release.snapshot }) !== pointerTag(release))
    throw versionAbsent(version, place, `${pointerKey(release)} does not name such versions`);
  const key = keyOf(options, { ...release, version }, MANIFEST);
  const storage = await storageOf(options);
  const found = await storage.get(key, { signal });
  if (!found) throw versionAbsent(version, place, `"${key}" is not there`);
  const record = recordIn(Buffer.from(found.bytes).toString(), { version, place, key });
  const { product, name } = release;
  return pointerFor({ product, name, version, ...record }, options, [{ kind: 'manifest', name: MANIFEST }]);
}

interface Wanted {
  readonly version: string;
  readonly place: string;
  readonly key: string;
}

function recordIn(text: string, { version, place, key }: Wanted): { readonly commit?: string; readonly date?: number } {
  const record = parsed(text) as { readonly version?: unknown; readonly commit?: unknown; readonly date?: unknown } | null | undefined;
  if (record?.version !== version) throw versionAbsent(version, place, `"${key}" does not describe it`);
  const { commit, date } = record;
  return { ...(Number.isSafeInteger(date) && { date: date as number }), ...(typeof commit === 'string' && { commit }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
