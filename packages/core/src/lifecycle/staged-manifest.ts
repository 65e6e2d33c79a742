import { z } from 'zod';
import type { Distribution } from '../model/distribution.ts';
import { type Entry, ROLES, type Role } from '../model/entry.ts';
import { comparePaths } from '../model/path-order.ts';
import { destinationOf, destinationProblem } from '../model/path-rules.ts';
import type { Platform } from '../model/platform.ts';
import { badManifest } from './staged-errors.ts';

/** What disk does not keep of a staged tree: modes on Windows, owners, roles, components, digests. Lies beside the tree. */

export interface StagedManifest {
  readonly schema: 1;
  /** Seconds since 1970 UTC, the time of every file. */
  readonly date: number;
  /** `null` = `any`. */
  readonly platform: Platform | null;
  readonly variant: string | null;
  readonly entries: readonly StagedEntry[];
}

interface StagedBase {
  readonly path: string;
  /** Octal, as `chmod` takes it. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly role: Role;
  readonly component: string;
}

export type StagedEntry =
  | (StagedBase & { readonly type: 'file'; readonly size: number; readonly sha256: string })
  | (StagedBase & { readonly type: 'directory' })
  | (StagedBase & { readonly type: 'symlink'; readonly target: string });

const common = {
  path: z.string(),
  mode: z.string().regex(/^0[0-7]{3,4}$/),
  owner: z.string(),
  group: z.string(),
  role: z.enum(ROLES),
  component: z.string(),
};

const entrySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file'), ...common, size: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ type: z.literal('directory'), ...common }),
  z.strictObject({ type: z.literal('symlink'), ...common, target: z.string().min(1) }),
]);

const platformSchema = z.strictObject({
  name: z.string(),
  os: z.enum(['linux', 'macos', 'windows', 'freebsd']),
  cpu: z.string(),
  libc: z.enum(['gnu', 'musl']).exactOptional(),
  rust: z.string().exactOptional(),
  go: z.string().exactOptional(),
  deb: z.string().exactOptional(),
  rpm: z.string().exactOptional(),
  apk: z.string().exactOptional(),
  oci: z.string().exactOptional(),
  npm: z.string().exactOptional(),
  freebsd: z.string().exactOptional(),
});

const manifestSchema: z.ZodType<StagedManifest> = z.strictObject({
  schema: z.literal(1),
  date: z.int(),
  platform: platformSchema.nullable(),
  variant: z.string().nullable(),
  entries: z.array(entrySchema),
});

export function manifestPath(dir: string): string {
  return `${dir}.manifest.json`;
}

/** The manifest's text: the same for the same tree, wherever it was staged. */
export function printManifest({ platform, variant, entries }: Distribution, date: number, sha256Of: ReadonlyMap<string, string>): string {
  const manifest = {
    schema: 1,
    date,
    platform: platform ?? null,
    variant: variant ?? null,
    entries: entries.map((entry) => stagedEntry(entry, sha256Of.get(entry.path))),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function stagedEntry(entry: Entry, sha256: string | undefined): object {
  const { type, path, owner, group, role, component } = entry;
  const common = { path, type, mode: `0${entry.mode.toString(8).padStart(3, '0')}`, owner, group, role, component };
  if (entry.type === 'file') return { ...common, size: entry.size, sha256 };
  return entry.type === 'symlink' ? { ...common, target: entry.target } : common;
}

/** Parses and checks a manifest: it may come from another machine, and its paths lead to files here. */
export function parseStagedManifest(text: string, dir: string): StagedManifest {
  const parsed = manifestSchema.safeParse(parseJson(text, dir));
  if (!parsed.success) throw badManifest(dir, `${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`, parsed.error);
  checkPaths(parsed.data.entries, dir);
  return parsed.data;
}

function parseJson(text: string, dir: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badManifest(dir, 'it is not JSON', error);
  }
}

function checkPaths(entries: readonly StagedEntry[], dir: string): void {
  const directories = new Set(entries.flatMap(({ type, path }) => (type === 'directory' ? [path] : [])));
  for (const [index, { path }] of entries.entries()) {
    const problem = destinationProblem(path) ?? (destinationOf(path).path === path ? undefined : 'it is not in its plain form');
    if (problem !== undefined) throw badManifest(dir, `its path "${path}" is not allowed: ${problem}`);
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (parent !== '' && !directories.has(parent)) throw badManifest(dir, `the directory of "${path}" is not in it`);
    const previous = entries[index - 1];
    if (previous && comparePaths(previous.path, path) >= 0) throw badManifest(dir, `"${path}" is not in order after "${previous.path}"`);
  }
}
