import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type Codec, type Content, encoderId } from '@provisioning-dist/payload';
import type { Artifact } from '../model/artifact.ts';
import type { Entry } from '../model/entry.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import type { KeyIdentity } from './keys.ts';
import type { ResolvedFormat } from './plan.ts';
import type { ManifestArtifact } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** Everything an artifact is made from, as one digest. */

export interface RecipeInput {
  readonly run: Pick<RunContext, 'plan' | 'host' | 'product'>;
  readonly planned: PlannedArtifact;
  readonly format: ResolvedFormat;
  readonly entries: readonly Entry[];
  /** Finished artifacts it is made from. */
  readonly consumed: readonly Artifact[];
  /** What the format compresses with. */
  readonly codec: Codec;
  /** Who the keys are that its options name. */
  readonly keys: readonly KeyIdentity[];
  /** The services it tells of. */
  readonly services: readonly unknown[];
  readonly store: Content;
}

export function recipeOf({ run, planned, format, entries, consumed, codec, keys, services, store }: RecipeInput): string {
  const provided = run.host.formats.get(format.key);
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([
      [format.key, provided?.plugin, provided?.version, codec === 'none' ? codec : encoderId(codec)],
      format.options,
      run.plan.release,
      [planned.name, planned.package, planned.platform ?? null, planned.variant ?? null, [...run.product.variants.keys()]],
      consumed.map(({ name, sha256 }) => [name, sha256]),
      ...(keys.length === 0 ? [] : [keys]),
      ...(services.length === 0 ? [] : [services]),
    ]),
  );
  for (const entry of entries) hash.update(entryLine(entry, store));
  return hash.digest('hex');
}

function entryLine(entry: Entry, content: Content): string {
  const { path, type, mode, owner, group, role } = entry;
  const inside = entry.type === 'file' ? content.facts(entry.source).digests.sha256 : entry.type === 'symlink' ? entry.target : '';
  return `${JSON.stringify([path, type, mode, owner, group, role, inside])}\n`;
}

/** The earlier artifact when its recipe is the same and its file still has its digest; layouts are always made anew. */
export async function unchangedArtifact(before: ManifestArtifact, recipe: string, path: string): Promise<ManifestArtifact | undefined> {
  if (before.recipe !== recipe || before.type !== 'file') return undefined;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size !== before.size) return undefined;
  return (await sha256OfFile(path)) === before.sha256 ? before : undefined;
}

export function sha256OfBytes(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const SLAB = 256 * 1024;
/** Bytes between two turns of the event loop: 6 ms of hashing. */
const TURN = 8 * 1024 * 1024;

/** Reads synchronously into one buffer: a stream takes twice the time. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const slab = Buffer.allocUnsafe(SLAB);
  const fd = openSync(path, 'r');
  try {
    for (let position = 0, count = -1; count !== 0; position += count) {
      if (position % TURN === 0) await setImmediate();
      signal?.throwIfAborted();
      count = readSync(fd, slab, 0, SLAB, position);
      hash.update(slab.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
