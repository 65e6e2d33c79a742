import { posix } from 'node:path';
import type { DistError } from '../errors.ts';
import { foldPath, foldsCase, nameProblem } from '../model/path-rules.ts';
import type { Platform } from '../model/platform.ts';
import { foldedTwin, illegalName, pathInFile, samePath } from './stage-errors.ts';
import type { Placed, PlacedDirectory } from './stage-rules.ts';

/** One thing per path, every parent directory there. */
export function placeAll(placed: readonly Placed[], report: (problem: DistError) => void): Map<string, Placed> {
  const tree = new Map<string, Placed>();
  for (const thing of placed) {
    const other = tree.get(thing.path);
    if (other && !agrees(thing, other)) report(samePath(thing.path, thing.rule, other.rule));
    else if (!other || isRuleDirectory(thing)) tree.set(thing.path, thing);
  }
  for (const thing of [...tree.values()]) addParents(thing, tree, report);
  return tree;
}

/** Trees may share directories; a rule for the directory itself decides over what came along. */
function agrees(thing: Placed, other: Placed): boolean {
  return thing.type === 'directory' && other.type === 'directory' && !(isRuleDirectory(thing) && isRuleDirectory(other));
}

function isRuleDirectory(thing: Placed): boolean {
  return thing.type === 'directory' && thing.origin === 'rule';
}

function addParents(thing: Placed, tree: Map<string, Placed>, report: (problem: DistError) => void): void {
  const path = posix.dirname(thing.path);
  if (path === '.') return;
  const parent = tree.get(path);
  if (parent && parent.type !== 'directory') report(pathInFile(thing.path, thing.rule, parent));
  if (parent) return;
  const made: PlacedDirectory = { type: 'directory', path, rule: thing.rule, origin: 'parent' };
  tree.set(path, made);
  addParents(made, tree, report);
}

/** Names the target operating system cannot have, and names it takes for one. */
export function checkNames(tree: ReadonlyMap<string, Placed>, platform: Platform | undefined, report: (problem: DistError) => void): void {
  for (const { path, rule } of tree.values()) {
    const problem = nameProblem(path, platform?.os);
    if (problem !== undefined) report(illegalName(path, problem, { rule, platform }));
  }
  if (foldsCase(platform?.os)) checkTwins(tree, platform, report);
}

function checkTwins(tree: ReadonlyMap<string, Placed>, platform: Platform | undefined, report: (problem: DistError) => void): void {
  const seen = new Map<string, string>();
  for (const { path, rule } of tree.values()) {
    const other = seen.get(foldPath(path));
    // Twins in directories that are twins themselves say nothing new.
    if (other !== undefined && posix.dirname(other) === posix.dirname(path)) report(foldedTwin(path, other, { rule, platform }));
    else seen.set(foldPath(path), path);
  }
}
