import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { createReport, type Report } from '../../src/report/report.ts';
import { type KeptStream, keptStream } from './stream.ts';

const ERASE = (lines: number): string => `\u001b[${lines}A\u001b[J`;

function treeReport(rows = 24, columns = 60): { readonly report: Report; readonly stdout: KeptStream; readonly stderr: KeptStream } {
  const stdout = keptStream();
  const stderr = keptStream({ isTTY: true, rows, columns });
  return { report: createReport({ mode: 'auto', stdout, stderr, env: { NO_COLOR: '1' }, now: () => 0 }), stdout, stderr };
}

/** The screen after all escapes took effect: only cursor-up and erase-below occur. */
function screen(text: string): readonly string[] {
  const lines: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape the tree writes
  for (const token of text.split(/(\u001b\[\d+A\u001b\[J)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const up = /^\u001b\[(\d+)A/.exec(token)?.[1];
    if (up) lines.splice(lines.length - Number(up));
    else lines.push(...token.split('\n').slice(0, -1));
  }
  return lines;
}

describe('a live tree', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  it('shows running tasks under their step', () => {
    const { report, stderr } = treeReport();
    report.step('package');
    const first = report.task({ id: '1', title: 'a.tar.gz' });
    report.task({ id: '2', title: 'b.zip' }).note('waiting');
    first.progress(1, 4);
    refresh();
    assert.deepEqual(screen(stderr.text()), ['● package  0 done, 2 running', '  ├ a.tar.gz  █████░░░░░░░░░░░░░░░  25%', '  └ b.zip  waiting']);
    report.close();
  });

  it('moves finished tasks above the live lines', () => {
    const { report, stderr } = treeReport();
    report.step('package');
    const first = report.task({ id: '1', title: 'a.tar.gz' });
    report.task({ id: '2', title: 'b.zip' });
    refresh();
    first.done('1 kB');
    assert.deepEqual(screen(stderr.text()), ['✓  package  a.tar.gz  1 kB  0 ms', '● package  1 done, 1 running', '  └ b.zip']);
    report.close();
  });

  it('leaves only lasting lines at the end', () => {
    const { report, stderr } = treeReport();
    report.task({ id: '1', title: 'a.tar.gz', step: 'package' });
    refresh();
    report.info('hello');
    report.close();
    assert.deepEqual(screen(stderr.text()), ['- hello']);
  });

  it('never draws more lines than the terminal has', () => {
    const { report, stderr } = treeReport(6);
    for (let id = 0; id < 9; id++) report.task({ id: String(id), title: `t${id}`, step: 'package' });
    refresh();
    assert.deepEqual(screen(stderr.text()), ['● package  0 done, 9 running', '  ├ t0', '  ├ t1', '  … 7 more']);
    report.close();
  });

  it('never draws past the last column', () => {
    const { report, stderr } = treeReport(24, 20);
    report.task({ id: '1', title: 'a-very-long-name-indeed.tar.gz', step: 'package' });
    refresh();
    assert.deepEqual(
      screen(stderr.text()).filter((line) => line.length > 19),
      [],
    );
    report.close();
  });

  it('strips escapes from titles', () => {
    const { report, stderr } = treeReport();
    report.task({ id: '1', title: '\u001b[2J\u001b[99Aevil\nname', step: 'package' });
    refresh();
    assert.equal(screen(stderr.text())[1], '  └ evil name');
    report.close();
  });

  it('clears its lines before a result', () => {
    const { report, stdout, stderr } = treeReport();
    report.task({ id: '1', title: 'a', step: 'package' });
    refresh();
    report.result({}, 'table');
    assert.equal(stdout.text(), 'table\n');
    assert.ok(stderr.text().includes(ERASE(2)));
    report.close();
  });
});

function refresh(): void {
  mock.timers.tick(150);
}
