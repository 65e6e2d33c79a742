import { lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256OfSource } from '@provisioning-dist/payload';
import type { ContentRule } from '../config/config.ts';
import { type DistError, throwCollected } from '../errors.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import type { Platform } from '../model/platform.ts';
import { contentProblem } from './output-errors.ts';
import { entriesFrom } from './stage.ts';
import { emptyDistribution } from './stage-errors.ts';
import { type Found, walkFolder } from './stage-files.ts';
import { placedAt } from './stage-rules.ts';
import { badManifest, differs, noTree, otherPlatform, platformNeeded } from './staged-errors.ts';
import { manifestPath, parseStagedManifest, type StagedEntry, type StagedManifest } from './staged-manifest.ts';

export interface StagedOptions {
  /** Required for a folder without a manifest. */
  readonly platform?: Platform;
  /** For a folder without a manifest. */
  readonly variant?: string;
}

/**
 * The distribution a staged folder holds. With its manifest, nothing may be missing, surplus or of another size, and a file whose time is not
 * the staged one must have the staged content. Without, modes come from first bytes and roles from names.
 */
export function readStagedTree(dir: string, options: StagedOptions = {}): Distribution {
  const root = resolve(dir);
  if (!lstatSync(root, { throwIfNoEntry: false })?.isDirectory()) throw noTree(root);
  const text = manifestText(root);
  const distribution = text === undefined ? unlisted(root, options) : listed(root, parseStagedManifest(text, root));
  const { platform } = distribution;
  if (options.platform && platform?.name !== options.platform.name)
    throw otherPlatform(root, platform?.name ?? 'any platform', options.platform.name);
  return distribution;
}

function manifestText(root: string): string | undefined {
  try {
    return readFileSync(manifestPath(root), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw badManifest(root, error instanceof Error ? error.message : String(error), error);
  }
}

function foundIn(root: string, report: (problem: DistError) => void): readonly Found[] {
  return walkFolder(root, { rule: wholeFolder(root), report, select: () => true, descend: () => true, dots: true });
}

/** A folder that nobody's configuration describes, as the rule that would stage it as it is. */
function wholeFolder(root: string): ContentRule {
  return { type: 'file', from: root, to: './', component: 'main', exclude: [], eol: 'keep', optional: false, at: { file: root, key: '--from' } };
}

function unlisted(root: string, { platform, variant }: StagedOptions): Distribution {
  if (!platform) throw platformNeeded(root);
  const problems: DistError[] = [];
  const report = (problem: DistError): void => void problems.push(problem);
  const rule = wholeFolder(root);
  const placed = foundIn(root, report).map((found) => placedAt(found.path, found, rule));
  const entries = entriesFrom(placed, platform, report);
  if (placed.length === 0) report(emptyDistribution(rule.at, platform, variant));
  throwCollected(problems);
  return Object.freeze({ platform, variant, entries: Object.freeze(entries) });
}

function listed(root: string, manifest: StagedManifest): Distribution {
  const problems: DistError[] = [];
  const report = (problem: DistError): void => void problems.push(problem);
  const found = new Map(foundIn(root, report).map((item) => [item.path, item]));
  const entries = manifest.entries.flatMap((entry) => {
    const item = found.get(entry.path);
    const difference = differenceOf(entry, item, manifest.date);
    if (difference !== undefined) report(differs(root, entry.path, difference));
    return difference === undefined ? [entryOf(entry, item, root)] : [];
  });
  const known = new Set(manifest.entries.map(({ path }) => path));
  for (const path of found.keys()) if (!known.has(path)) report(differs(root, path, 'it is not in the manifest'));
  throwCollected(problems);
  return Object.freeze({ platform: manifest.platform ?? undefined, variant: manifest.variant ?? undefined, entries: Object.freeze(entries) });
}

function differenceOf(entry: StagedEntry, found: Found | undefined, date: number): string | undefined {
  if (!found) return 'it is missing';
  if (entry.type !== found.type) return `it is a ${found.type} and was staged as a ${entry.type}`;
  if (entry.type === 'symlink' && found.type === 'symlink' && entry.target !== found.target)
    return `it leads to "${found.target}" and was staged to lead to "${entry.target}"`;
  return entry.type === 'file' && found.type === 'file' ? contentDifference(entry, found, date) : undefined;
}

type StagedFile = Extract<StagedEntry, { readonly type: 'file' }>;
type FoundFile = Extract<Found, { readonly type: 'file' }>;

/** Untouched files still have the staged time; for others, copied or edited, only the content can tell. */
function contentDifference(entry: StagedFile, found: FoundFile, date: number): string | undefined {
  if (entry.size !== found.size) return `it has ${found.size} bytes and was staged with ${entry.size}`;
  if (found.mtimeMs === date * 1000 || sha256Of(found) === entry.sha256) return undefined;
  return 'its content is not what was staged';
}

function sha256Of(source: FoundFile): string {
  try {
    return sha256OfSource(source);
  } catch (error) {
    throw contentProblem(error);
  }
}

function entryOf(entry: StagedEntry, found: Found | undefined, root: string): Entry {
  const common = { ...entry, mode: Number.parseInt(entry.mode, 8) };
  if (common.type !== 'file' || found?.type !== 'file') return Object.freeze(common) as Entry;
  const { sha256: _, ...file } = common;
  return Object.freeze({ ...file, source: { file: join(root, entry.path), size: found.size, mtimeMs: found.mtimeMs } });
}
