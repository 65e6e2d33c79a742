import { isAbsolute, relative, sep } from 'node:path';
import { canonicalJson, plain } from './canonical-json.ts';
import type { EffectState } from './journal-state.ts';
import { isOurs } from './journal-summary.ts';
import type { PublishTarget } from './publish.ts';
import { optionsChanged } from './rollback-errors.ts';

/** What was published into one place cannot be taken back from another: it would only seem to be gone. */

/** Throws for registries whose options are not those their changes were made with. */
export function checkOptions(targets: readonly PublishTarget[], states: readonly EffectState[], root: string): void {
  for (const target of targets) {
    const made = states.filter((state) => state.instance === target.id && isOurs(state));
    const keys = new Set(made.flatMap((state) => changedSince(state, target, root)));
    if (keys.size > 0) throw optionsChanged(target.id, [...keys].sort());
  }
}

/** A record that was kept elsewhere has no options. What a plugin of another version adds has not been changed by anybody. */
function changedSince({ options, plugin }: EffectState, target: PublishTarget, root: string): readonly string[] {
  if (!isMap(options) || Object.keys(options).length === 0) return [];
  return changedKeys(options, plain(target.options), { root, added: plugin === target.plugin, at: '' });
}

interface Comparison {
  readonly root: string;
  /** Whether a key that was not there counts. */
  readonly added: boolean;
  readonly at: string;
}

/** Paths of what differs, as in `auth.bearer`. */
function changedKeys(then: unknown, now: unknown, comparison: Comparison): readonly string[] {
  const { root, added, at } = comparison;
  if (!isMap(then) || !isMap(now)) return isSame(then, now, root) ? [] : [at];
  const keys = new Set([...Object.keys(then), ...(added ? Object.keys(now) : [])]);
  return [...keys].flatMap((key) => changedKeys(then[key], now[key], { root, added, at: at === '' ? key : `${at}.${key}` }));
}

function isSame(then: unknown, now: unknown, root: string): boolean {
  // a redactor hid something of it
  if (typeof then === 'string' && then.includes('***')) return now !== undefined;
  return canonicalJson(then) === canonicalJson(now) || isSamePlace(then, now, root);
}

/** Of a project that was moved with what it holds. */
function isSamePlace(then: unknown, now: unknown, root: string): boolean {
  if (typeof then !== 'string' || typeof now !== 'string' || !isAbsolute(then) || !isAbsolute(now)) return false;
  const inside = relative(root, now);
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside) && then.endsWith(`${sep}${inside}`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
