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

export type Cells = readonly (readonly string[])[];

/** Medians of every contestant, with ratios: ours over each peer, or each over the first where none is ours. */
export function caseTable(runs: readonly Run[]): string {
  const [first] = runs;
  return first ? `\n${first.case} (${note(runs)})\n${table(caseCells(runs))}` : '';
}

function note(runs: readonly Run[]): string {
  const loud = new Set(runs.filter((run) => !run.quiet).map((run) => run.round)).size;
  const total = new Set(runs.map((run) => run.round)).size;
  return `${total} rounds${loud > 0 ? `, ${loud} not counted for wall: other programs were at work` : ''}`;
}

/** The runs of one case, heading first. */
export function caseCells(runs: readonly Run[]): Cells {
  const names = [...new Set(runs.map((run) => run.contestant))].sort((a, b) => Number(b === OURS) - Number(a === OURS));
  const [reference = ''] = names;
  const rows = names.map((name) => row(runs, name, reference));
  return [['', 'wall s', 'cpu s', 'rss MB', 'bytes', 'wall ratio', 'cpu ratio', 'size ratio'], ...rows];
}

function row(runs: readonly Run[], name: string, reference: string): string[] {
  const mine = runs.filter((run) => run.contestant === name);
  const [ours, against] = reference === OURS ? [reference, name] : [name, reference];
  const ratio = (metric: Metric) => (name === reference ? '' : number(median(values(runs, { case: mine[0]?.case ?? '', metric, ours, against })), 3));
  const middle = (metric: Metric) => median(values(mine, { case: mine[0]?.case ?? '', metric, ours: name }));
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
  return `\n${table(verdictCells(verdicts))}`;
}

/** Verdicts, heading first. */
export function verdictCells(verdicts: readonly Verdict[]): Cells {
  const rows = verdicts.map((verdict) => {
    const { metric, against, state } = verdict;
    const shown = (value: number) => shownAs(verdict, value);
    const name = `${verdict.case}${verdict.ours === OURS ? '' : `, ${verdict.ours}`}: ${metric}${against ? ` / ${against}` : ''}`;
    return [name, shown(verdict.value), shown(verdict.gate), shown(verdict.target), state];
  });
  return [['budget', 'found', 'gate', 'target', ''], ...rows];
}

function shownAs({ metric, against }: Verdict, value: number): string {
  if (against !== undefined) return number(value, 3);
  return metric === 'rss' ? `${number(value / 1e6, 0)} MB` : `${number(value, 0)} bytes`;
}

function number(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}

function table(rows: Cells): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}
