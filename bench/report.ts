/** Results for machines (JSON lines) and for people (tables). */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS } from './folders.ts';
import { type Metric, OURS, type Verdict, values } from './gates.ts';
import type { Machine } from './machine.ts';
import type { Run } from './rounds.ts';
import { median } from './statistics.ts';

/** Appends records to one file per bench run. */
export function recorder({ date }: Machine): (kind: string, record: object) => void {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${date.replaceAll(':', '-')}.ndjson`);
  return (kind, record) => appendFileSync(file, `${JSON.stringify({ kind, ...record })}\n`);
}

/** Medians of every contestant, with ratios: ours over each peer, or each over the first where none is ours. */
export function caseTable(runs: readonly Run[]): string {
  const [first] = runs;
  if (!first) return '';
  const names = [...new Set(runs.map((run) => run.contestant))].sort((a, b) => Number(b === OURS) - Number(a === OURS));
  const [reference = ''] = names;
  const rows = names.map((name) => row(runs, name, reference));
  const loud = new Set(runs.filter((run) => !run.quiet).map((run) => run.round)).size;
  const total = new Set(runs.map((run) => run.round)).size;
  const note = `${total} rounds${loud > 0 ? `, ${loud} not counted for wall: other programs were at work` : ''}`;
  return `\n${first.case} (${note})\n${table([['', 'wall s', 'cpu s', 'rss MB', 'bytes', 'wall ratio', 'cpu ratio', 'size ratio'], ...rows])}`;
}

function row(runs: readonly Run[], name: string, reference: string): string[] {
  const mine = runs.filter((run) => run.contestant === name);
  const [ours, against] = reference === OURS ? [reference, name] : [name, reference];
  const ratio = (metric: Metric) => (name === reference ? '' : number(median(values(runs, { case: mine[0]?.case ?? '', metric, ours, against })), 3));
  const middle = (metric: Metric) => median(mine.filter((run) => metric !== 'wall' || run.quiet).map((run) => run[metric]));
  return [
    name,
    number(middle('wall'), 3),
    number(middle('cpu'), 3),
    number(middle('rss') / 1e6, 1),
    String(middle('size')),
    ...(['wall', 'cpu', 'size'] as const).map(ratio),
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
