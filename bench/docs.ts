/** Rewrites the measured section of docs/performance.md from a run of every case. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.ts';
import type { Verdict } from './gates.ts';
import type { Machine } from './machine.ts';
import { type Cells, caseCells, verdictCells } from './report.ts';
import type { Run } from './rounds.ts';

const BEGIN = '<!-- measured: written by `npm run bench -- --write-docs` -->';
const END = '<!-- /measured -->';

export interface Measured {
  readonly host: Machine;
  readonly runs: readonly Run[];
  readonly verdicts: readonly Verdict[];
  /** Peers and cases that were left out, with the reason. */
  readonly skipped: readonly string[];
}

export function writeDocs(measured: Measured): void {
  const page = join(ROOT, 'docs/performance.md');
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), measuredSection(measured)));
}

/** The page with the text between its marks; they are put at the end of a page that has none. */
export function withSection(page: string, section: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  const block = `${BEGIN}\n\n${section}\n${END}`;
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${block}\n`;
  return page.slice(0, from) + block + page.slice(to + END.length);
}

export function measuredSection({ host, runs, verdicts, skipped }: Measured): string {
  const cases = Map.groupBy(runs, (run) => run.case);
  const rows = [...cases].flatMap(([name, made]) =>
    caseCells(made)
      .slice(1)
      .map((cells) => [name, ...cells]),
  );
  const [head = []] = caseCells([]);
  return [
    '## Measured',
    '',
    `${host.date.slice(0, 10)}, commit ${host.commit}: ${host.cpu}, ${host.cores} cores, ${Math.round(host.memory / 2 ** 30)} GiB, ${host.system}.`,
    `${Object.entries(host.tools)
      .map(([name, version]) => (version.toLowerCase().includes(name) ? version : `${name} ${version}`))
      .join(', ')}.`,
    '',
    'Budgets, medians over the rounds that count; the budget reached says `target`, or else `gate`:',
    '',
    markdown(verdictCells(verdicts)),
    '',
    'Every contestant; ratios are ours divided by the peer’s, in cases without a peer each divided by the first:',
    '',
    markdown([['case', 'contestant', ...head.slice(1)], ...rows]),
    ...(skipped.length > 0 ? ['', `Not measured: ${skipped.join('; ')}.`] : []),
    '',
  ].join('\n');
}

/** A table of text; a pipe in a cell is escaped. */
export function markdown([head = [], ...rows]: Cells): string {
  const escaped = [head, head.map(() => '---'), ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...escaped.map((cells) => cells[column]?.length ?? 0)));
  return escaped
    .map((cells, index) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0, index === 1 ? '-' : ' ')).join(' | ')} |`)
    .join('\n');
}
