import type { DistError } from '../errors.ts';
import type { ContentRule } from './config.ts';
import { missingKey, wrongValue } from './errors.ts';
import { attempt, type SectionContext, written } from './instances.ts';
import { readMode } from './mode.ts';
import { nodeAt, positionAt, remember } from './position.ts';
import type { RawRule } from './schema.ts';
import { compileTemplate } from './template.ts';

/** Checked before anything is rendered: what a template may never lead out of is the distribution. */
function destinationState(to: string): string | undefined {
  if (to.includes('\\')) return 'a destination is written with /';
  if (to.startsWith('/') || /^[A-Za-z]:/.test(to)) return 'it is absolute';
  return to.split('/').includes('..') ? 'it leads out of the distribution' : undefined;
}

const DESTINATION_HINT = 'write a path relative to the root of the distribution, such as bin/ or share/doc/';

function checkSource({ type = 'file', from }: RawRule, index: number, { tree, errors }: SectionContext): void {
  const at = positionAt(tree, ['contents', index, 'from']);
  if (type === 'directory') {
    if (from !== undefined)
      errors.push(wrongValue(at, from, 'an empty directory comes from nowhere', 'leave "from" out, or leave "type" out to stage files'));
  } else if (from === undefined) errors.push(missingKey(at));
  else attempt(errors, () => compileTemplate(from, at, { glob: true }));
}

function checkDestination({ to }: RawRule, index: number, { tree, errors }: SectionContext): void {
  const at = positionAt(tree, ['contents', index, 'to']);
  const state = destinationState(to);
  if (state !== undefined) errors.push(wrongValue(at, to, state, DESTINATION_HINT));
  attempt(errors, () => compileTemplate(to, at));
}

function modeOf({ mode }: RawRule, index: number, { tree }: SectionContext): number | DistError | undefined {
  const path = ['contents', index, 'mode'];
  return mode === undefined ? undefined : readMode(mode, nodeAt(tree, path), positionAt(tree, path));
}

function contentRule(raw: RawRule, index: number, context: SectionContext): ContentRule {
  checkSource(raw, index, context);
  checkDestination(raw, index, context);
  const mode = modeOf(raw, index, context);
  if (typeof mode === 'object') context.errors.push(mode);
  const { type = 'file', component = 'main', exclude = [], eol = 'auto', optional = false, to } = raw;
  const { from, role, owner, group, variants, platforms } = raw;
  const at = positionAt(context.tree, ['contents', index]);
  const given = written({ from, role, owner, group, variants, platforms, mode: typeof mode === 'number' ? mode : undefined });
  const rule = { type, to, component, exclude, eol, optional, ...given, at } as ContentRule;
  const node = nodeAt(context.tree, ['contents', index]);
  return Object.freeze(node ? remember(rule, node) : rule);
}

/** The rules in the order they are written. */
export function contentRules(raw: readonly RawRule[], context: SectionContext): readonly ContentRule[] {
  return raw.map((rule, index) => contentRule(rule, index, context));
}
