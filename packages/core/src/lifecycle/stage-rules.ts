import { posix } from 'node:path';
import type { ContentRule } from '../config/config.ts';
import { positionOf } from '../config/position.ts';
import { DistError } from '../errors.ts';
import { treeTest } from '../model/glob.ts';
import { type Destination, destinationOf, destinationProblem } from '../model/path-rules.ts';
import { badDestination, badSource } from './stage-errors.ts';
import type { Found } from './stage-files.ts';
import { type Sources, sourcesOf } from './stage-sources.ts';

/** Something a rule puts at a path, before its content is looked at. */
export type Placed = PlacedFile | PlacedDirectory | PlacedLink;

export interface PlacedFile {
  readonly type: 'file';
  readonly path: string;
  readonly rule: ContentRule;
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface PlacedDirectory {
  readonly type: 'directory';
  readonly path: string;
  readonly rule: ContentRule;
  /** `rule`: asked for by itself; `tree`: came with a tree; `parent`: something is in it. */
  readonly origin: 'rule' | 'tree' | 'parent';
}

export interface PlacedLink {
  readonly type: 'symlink';
  readonly path: string;
  readonly rule: ContentRule;
  readonly target: string;
  /** Whether a rule wrote the target; such a link may lead anywhere. */
  readonly declared: boolean;
}

/** What one rule puts where, `exclude` applied. Problems are reported and their things left out. */
export function placeRule(rule: ContentRule, sources: Sources): readonly Placed[] {
  try {
    const placed = placeBy(rule, sources);
    const excluded = treeTest(rule.exclude);
    return rule.exclude.length === 0 ? placed : placed.filter(({ path }) => !excluded(path));
  } catch (error) {
    // A template's error knows its place; the other rules may have errors as well.
    if (!(error instanceof DistError)) throw error;
    sources.report(error);
    return [];
  }
}

function placeBy(rule: ContentRule, sources: Sources): readonly Placed[] {
  const to = destination(rule, sources);
  if (!to) return [];
  if (rule.type === 'directory') return [{ type: 'directory', path: to.path, rule, origin: 'rule' }];
  if (rule.type === 'symlink') return declaredLink(rule, to, sources);
  const sourced = sourcesOf(rule, sources);
  if (!sourced) return [];
  if ('tree' in sourced) return sourced.tree.map((found) => placedAt(posix.join(to.path, found.path), found, rule));
  return [placedAt(to.folder ? posix.join(to.path, sourced.name) : to.path, sourced.single, rule)];
}

function destination(rule: ContentRule, { template, report }: Sources): Destination | undefined {
  const text = template(rule.to, positionOf(rule, 'to'));
  const problem = destinationProblem(text) ?? (rule.type === 'directory' && destinationOf(text).path === '' ? 'it is the root itself' : undefined);
  if (problem !== undefined) report(badDestination(rule, text, problem));
  return problem === undefined ? destinationOf(text) : undefined;
}

export function placedAt(path: string, found: Found, rule: ContentRule): Placed {
  if (found.type === 'directory') return { type: 'directory', path, rule, origin: 'tree' };
  if (found.type === 'symlink') return { type: 'symlink', path, rule, target: found.target, declared: false };
  return { type: 'file', path, rule, file: found.file, size: found.size, mtimeMs: found.mtimeMs };
}

function declaredLink(rule: ContentRule, to: Destination, { template, report }: Sources): readonly Placed[] {
  const target = template(rule.from ?? '', positionOf(rule, 'from'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const problem = target === '' ? 'a symlink needs a target' : /[\u0000-\u001f\u007f]/.test(target) ? 'it holds a control character' : undefined;
  if (problem !== undefined) report(badSource(rule, target, problem));
  if (problem !== undefined) return [];
  const path = to.folder ? posix.join(to.path, posix.basename(target)) : to.path;
  return [{ type: 'symlink', path, rule, target, declared: true }];
}
