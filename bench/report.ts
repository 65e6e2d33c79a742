/** Results for machines (JSON lines) and for people (tables). */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS } from './folders.ts';
import type { Verdict } from './gates.ts';
import { values } from './gates.ts';
import type { Machine } from './machine.ts';
import type { Run } from './rounds.ts';
import { median } from './statistics.ts';

/** Appends records to one file per bench run. */
export function recorder({ date }: Machine): (kind: string, record: object) => void {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${date.replaceAll(':', '-')}.ndjson`);
  return (kind, record) => appendFileSync(file, `${JSON.stringify({ kind, ...record })}\n`);
}

/** Medians of every contestant and its ratios to ours. */
export function caseTable(runs: readonly Run[]): string {
  const [first] = runs;
  if (!first) return '';
  const names = [...new Set(runs.map((run) => run.contestant))].sort((a, b) => Number(b === 'ours') - Number(a === 'ours'));
  const [reference = ''] = names;
  const rows = names.map((name) => row(runs, name, reference));
  const loud = new Set(runs.filter((run) => !run.quiet).map((run) => run.round)).size;
  const total = new Set(runs.map((run) => run.round)).size;
  const note = `${total} rounds${loud > 0 ? `, ${loud} not counted for wall: other programs were at work` : ''}`;
  return `\n${first.case} (${note})\n${table([['', 'wall s', 'cpu s', 'rss MB', 'bytes', 'wall ratio', 'cpu ratio', 'size ratio'], ...rows])}`;
}

function row(runs: readonly Run[], name: string, ours: string): string[] {
  const mine = runs.filter((run) => run.contestant === name);
  const quiet = mine.filter((run) => run.quiet);
  const ratio = (metric: 'wall' | 'cpu' | 'size') =>
    name === ours ? '' : number(median(values(runs, { case: mine[0]?.case ?? '', metric, ours, against: name })), 3);
  const middle = (of: readonly Run[], metric: 'wall' | 'cpu' | 'rss' | 'size') => median(of.map((run) => run[metric]));
  return [
    name,
    number(middle(quiet, 'wall'), 3),
    number(middle(mine, 'cpu'), 3),
    number(middle(mine, 'rss') / 1e6, 1),
    String(middle(mine, 'size')),
    ratio('wall'),
    ratio('cpu'),
    ratio('size'),
  ];
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { metric, against, state } = verdict;
    const shown = (value: number) => (against === undefined ? `${number(value / 1e6, 0)} MB` : number(value, 3));
    return [`${verdict.case}: ${metric}${against ? ` / ${against}` : ''}`, shown(verdict.value), shown(verdict.gate), shown(verdict.target), state];
  });
  return `\n${table([['budget', 'found', 'gate', 'target', ''], ...rows])}`;
}

function number(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}
