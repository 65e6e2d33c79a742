import { DistError, EXIT } from '../errors.ts';
import type { Distribution } from '../model/distribution.ts';
import { PLATFORMS } from '../model/platform-table.ts';
import { selectPlatforms } from '../model/selector.ts';
import { distributionKey } from './plan.ts';
import { readStagedTree } from './staged-tree.ts';

/** Trees given by `--from`, and the selection they imply. */
export interface StagedInput {
  readonly distributions: ReadonlyMap<string, Distribution>;
  readonly platforms: readonly string[];
  readonly variants: readonly string[];
}

/** Flags that say what a folder without a manifest is for. */
export interface StagedFlags {
  readonly platform?: readonly string[] | undefined;
  readonly variant?: readonly string[] | undefined;
}

/** Reads staged trees; undefined when none is given. A folder without a manifest needs exactly one `--platform`. */
export function stagedFrom(folders: readonly string[], flags: StagedFlags): StagedInput | undefined {
  if (folders.length === 0) return undefined;
  const platform = single(flags.platform && selectPlatforms(flags.platform, PLATFORMS));
  const variant = single(flags.variant);
  const given = { ...(platform === undefined ? {} : { platform }), ...(variant === undefined ? {} : { variant }) };
  const distributions = new Map<string, Distribution>();
  for (const folder of folders) {
    const distribution = readStagedTree(folder, given);
    const key = distributionKey(distribution);
    if (distributions.has(key)) throw stagedTwice(folder, key);
    distributions.set(key, distribution);
  }
  const all = [...distributions.values()];
  return { distributions, platforms: unique(all.map((one) => one.platform?.name)), variants: unique(all.map((one) => one.variant)) };
}

function single<Value>(values: readonly Value[] | undefined): Value | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

function unique(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

function stagedTwice(folder: string, key: string): DistError {
  return new DistError('staged-twice', `Cannot package "${folder}": another --from is for ${key} too`, { exit: EXIT.usage });
}
