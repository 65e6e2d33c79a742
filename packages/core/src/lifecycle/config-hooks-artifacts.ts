import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { HookConfig } from '../config/config.ts';
import type { DistError } from '../errors.ts';
import { artifactChanged } from './config-hooks-errors.ts';
import type { HookTurn } from './config-hooks-turn.ts';
import type { RunContext } from './run-context.ts';

/** Path and state of each. */
type Watched = ReadonlyMap<string, string>;

/** The artifacts that are finished when the hook begins: their digests are known, and what changes them would be found out by users only. */
export function watchedArtifacts(run: RunContext, { group, when, subject: { artifact } }: HookTurn): Watched {
  return new Map(names().map((name) => [join(run.outputDir, name), stateOf(join(run.outputDir, name))]));

  function names(): readonly string[] {
    if (artifact) return group === 'package' && when === 'before' ? [] : [artifact.name];
    return group === 'sign' || group === 'publish' ? run.artifacts.select().map(({ name }) => name) : [];
  }
}

export function changedBy(hook: HookConfig, watched: Watched): DistError | undefined {
  const changed = [...watched].find(([path, state]) => stateOf(path) !== state);
  return changed && artifactChanged(changed[0], hook);
}

function stateOf(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats ? [stats.ino, stats.size, stats.mtimeMs, stats.mode].join(' ') : 'absent';
}
