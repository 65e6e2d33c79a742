import { posix } from 'node:path';
import type { DistError } from '../errors.ts';
import type { Os } from '../model/platform.ts';
import { linkDangles, linkEscapes, linkLoops, linkOnWindows } from './stage-errors.ts';
import type { Placed, PlacedFile, PlacedLink } from './stage-rules.ts';

/** Links followed before a chain counts as a loop: what Linux and macOS allow at most. */
const CHAIN_MAX = 40;

type Led = { readonly to: 'entry'; readonly entry: Placed } | { readonly to: 'root' | 'outside' | 'absolute' | 'nothing' | 'loop' };

export interface LinkRules {
  readonly os: Os | undefined;
  readonly report: (problem: DistError) => void;
}

/**
 * The link as the distribution holds it: itself, or for Windows, whose archives and installers carry no symlinks, the file it leads
 * to. Undefined when it is a problem, which is reported. Links from disk must lead to something staged; a rule's own only stay inside.
 */
export function settleLink(link: PlacedLink, tree: ReadonlyMap<string, Placed>, { os, report }: LinkRules): PlacedLink | PlacedFile | undefined {
  const led = leadsTo(link, tree);
  const problem = linkProblem(link, led) ?? (os === 'windows' ? windowsProblem(link, led) : undefined);
  if (problem) report(problem);
  if (problem) return undefined;
  return os === 'windows' && led.to === 'entry' && led.entry.type === 'file' ? { ...led.entry, path: link.path, rule: link.rule } : link;
}

function linkProblem({ path, target, rule, declared }: PlacedLink, led: Led): DistError | undefined {
  if (led.to === 'loop') return linkLoops(path, target, rule);
  if (led.to === 'outside' || (led.to === 'absolute' && !declared)) return linkEscapes(path, target, rule);
  return led.to === 'nothing' && !declared ? linkDangles(path, target, rule) : undefined;
}

function windowsProblem({ path, target, rule }: PlacedLink, led: Led): DistError | undefined {
  return led.to === 'entry' && led.entry.type === 'file' ? undefined : linkOnWindows(path, target, rule);
}

function leadsTo(link: PlacedLink, tree: ReadonlyMap<string, Placed>): Led {
  const chain = { left: CHAIN_MAX };
  return resolveFrom(posix.dirname(link.path), link.target, { tree, chain });
}

interface Resolving {
  readonly tree: ReadonlyMap<string, Placed>;
  readonly chain: { left: number };
}

/** Part by part, as a kernel does: a directory on the way may be a link as well. */
function resolveFrom(folder: string, target: string, resolving: Resolving): Led {
  if (resolving.chain.left-- <= 0) return { to: 'loop' };
  if (posix.isAbsolute(target)) return { to: 'absolute' };
  const done = folder === '.' ? [] : folder.split('/');
  const todo = target.split('/').filter((part) => part !== '' && part !== '.');
  for (const [index, part] of todo.entries()) {
    if (part === '..' && done.pop() === undefined) return { to: 'outside' };
    if (part === '..') continue;
    const entry = resolving.tree.get([...done, part].join('/'));
    if (entry?.type === 'symlink') return resolveFrom(done.join('/') || '.', [entry.target, ...todo.slice(index + 1)].join('/'), resolving);
    if (!entry) return { to: escapesLater(done.length + 1, todo.slice(index + 1)) ? 'outside' : 'nothing' };
    done.push(part);
  }
  const entry = resolving.tree.get(done.join('/'));
  return entry ? { to: 'entry', entry } : { to: 'root' };
}

/** Whether the rest of a target that leads into nothing climbs above the root. */
function escapesLater(depth: number, rest: readonly string[]): boolean {
  return rest.some((part) => {
    depth += part === '..' ? -1 : 1;
    return depth < 0;
  });
}
