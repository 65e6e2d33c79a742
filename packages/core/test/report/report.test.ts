import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DistError, EXIT } from '../../src/errors.ts';
import { createReport, type Report, type ReportOptions } from '../../src/report/report.ts';
import { type KeptStream, keptStream } from './stream.ts';

interface Kept {
  readonly report: Report;
  readonly stdout: KeptStream;
  readonly stderr: KeptStream;
}

function keptReport(options: ReportOptions, terminal: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number } = {}): Kept {
  const stdout = keptStream();
  const stderr = keptStream(terminal);
  let clock = 0;
  const report = createReport({ stdout, stderr, env: {}, now: () => clock++ * 500, ...options });
  return { report, stdout, stderr };
}

const TASK = { id: 't1', title: 'acme-1.0.0-linux-amd64.tar.gz', platform: 'linux-amd64', format: 'tar.gz' };

describe('a plain report', () => {
  it('says what was done and how long it took', () => {
    const { report, stderr } = keptReport({ mode: 'plain' });
    report.step('package');
    report.task(TASK).done('1.2 MB');
    assert.deepEqual(stderr.lines(), ['✓  package  acme-1.0.0-linux-amd64.tar.gz  1.2 MB  1.0 s']);
  });

  it('says what failed', () => {
    const { report, stderr } = keptReport({ mode: 'plain' });
    report.task({ ...TASK, step: 'package' }).fail(new Error('no room'));
    assert.deepEqual(stderr.lines(), ['✗  package  acme-1.0.0-linux-amd64.tar.gz  Error: no room']);
  });

  it('keeps results on stdout', () => {
    const { report, stdout, stderr } = keptReport({ mode: 'plain' });
    report.result({ count: 1 }, 'one artifact\u001b[2J');
    assert.deepEqual([stdout.text(), stderr.text()], ['one artifact\n', '']);
  });

  it('shows details when verbose', () => {
    const { report, stderr } = keptReport({ mode: 'plain', verbose: true });
    report.debug('reading', 'acme');
    assert.deepEqual(stderr.lines(), ['debug: acme: reading']);
  });

  it('hides details otherwise', () => {
    const { report, stderr } = keptReport({ mode: 'plain' });
    report.debug('reading');
    report.task(TASK).note('half');
    assert.equal(stderr.text(), '');
  });

  it('marks warnings and continued lines', () => {
    const { report, stderr } = keptReport({ mode: 'plain' });
    report.log('acme').warn('two\n::warning::lines');
    assert.deepEqual(stderr.lines(), ['warning: acme: two', '  | ::warning::lines']);
  });

  it('shows findings with their hints', () => {
    const { report, stderr } = keptReport({ mode: 'plain' });
    report.finding({ level: 'warning', code: 'no-license', subject: 'acme.deb', message: 'has no license', hint: 'add one' });
    assert.deepEqual(stderr.lines(), ['warning[no-license]: acme.deb: has no license', '  hint: add one']);
  });

  it('is what a terminal in CI gets', () => {
    const { report, stderr } = keptReport({ mode: 'auto', env: { CI: 'true' } }, { isTTY: true });
    report.task(TASK).progress(1, 2);
    assert.equal(stderr.text(), '');
  });

  it('shows stacks when PROVISIONING_DEBUG is true', () => {
    const { report, stderr } = keptReport({ mode: 'plain', env: { PROVISIONING_DEBUG: 'true' } });
    report.error(new DistError('a', 'b'));
    assert.match(stderr.text(), /report\.test\.ts/);
  });
});

describe('a quiet report', () => {
  it('shows errors only', () => {
    const { report, stdout, stderr } = keptReport({ mode: 'quiet' });
    report.warn('careful');
    report.task(TASK).done();
    report.result({}, 'text');
    report.finding({ level: 'note', code: 'a', subject: 'b', message: 'c' });
    report.finding({ level: 'error', code: 'd', subject: 'e', message: 'f' });
    report.error(new DistError('g', 'h'));
    assert.deepEqual([stdout.text(), stderr.lines()], ['', ['error[d]: e: f', 'error[g]: h']]);
  });
});

describe('a JSON report', () => {
  function records(act: (report: Report) => void, options: Partial<ReportOptions> = {}): readonly unknown[] {
    const { report, stdout, stderr } = keptReport({ mode: 'json', ...options });
    act(report);
    assert.equal(stderr.text(), '');
    return stdout.lines().map((line) => JSON.parse(line));
  }

  it('prints one object per event', () => {
    const printed = records((report) => {
      report.step('package');
      const task = report.task(TASK);
      task.note('assembling');
      task.done('1 B');
      report.info('hello', 'acme');
      report.result({ count: 1 }, 'for people');
    });
    assert.deepEqual(printed, [
      { type: 'step', at: 500, name: 'package' },
      { type: 'task.start', at: 1500, step: 'package', ...TASK },
      { type: 'task.note', at: 2000, id: 't1', note: 'assembling' },
      { type: 'task.done', at: 3000, id: 't1', summary: '1 B', ms: 1500 },
      { type: 'message', at: 3500, level: 'info', message: 'hello', source: 'acme' },
      { type: 'result', at: 4000, data: { count: 1 } },
    ]);
  });

  it('prints progress once a second', () => {
    const printed = records((report) => {
      const task = report.task({ ...TASK, step: 'package' });
      for (let done = 1; done <= 5; done++) task.progress(done, 5);
    });
    assert.deepEqual(printed.slice(1), [
      { type: 'task.progress', at: 1500, id: 't1', done: 1, total: 5 },
      { type: 'task.progress', at: 2500, id: 't1', done: 3, total: 5 },
      { type: 'task.progress', at: 3500, id: 't1', done: 5, total: 5 },
    ]);
  });

  it('prints errors with code, place and exit code', () => {
    const printed = records((report) =>
      report.error(
        new DistError('locked', 'Cannot start', { exit: EXIT.locked, where: { file: 'a.yaml', line: 1 }, hint: 'wait', data: { pid: 7 } }),
      ),
    );
    assert.deepEqual(printed, [
      {
        type: 'error',
        at: 500,
        code: 'locked',
        message: 'Cannot start',
        where: { file: 'a.yaml', line: 1 },
        hint: 'wait',
        data: { pid: 7 },
        causes: [],
        exit: 7,
      },
    ]);
  });

  it('keeps hostile text on its line', () => {
    const printed = records((report) => report.info('a\n{"type":"result"}\u2028'));
    assert.deepEqual(printed, [{ type: 'message', at: 500, level: 'info', message: 'a\n{"type":"result"}\u2028' }]);
  });
});

describe('redaction', () => {
  const redact = (text: string): string => text.replaceAll('s3cret', '***');

  it('reaches messages, results, errors and causes', () => {
    const { report, stdout } = keptReport({ mode: 'json', redact });
    report.info('s3cret');
    report.result({ deep: ['s3cret'] });
    report.error(new DistError('a', 's3cret', { hint: 's3cret', data: { token: 's3cret' }, cause: new Error('s3cret') }));
    report.task(TASK).fail(new Error('s3cret'));
    assert.doesNotMatch(stdout.text(), /s3cret/);
    assert.equal(stdout.text().match(/\*\*\*/g)?.length, 7);
  });

  it('sees a secret before lines are cut', () => {
    const { report, stderr } = keptReport({ mode: 'plain', redact: (text) => text.replaceAll('two\nlines', '***') });
    report.info('key two\nlines');
    assert.deepEqual(stderr.lines(), ['- key ***']);
  });
});

describe('the build log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('holds details, without escapes and colours', () => {
    const logFile = join(folder, 'state', 'build.log');
    const { report } = keptReport({ mode: 'quiet', env: { FORCE_COLOR: '1' }, logFile });
    report.step('build');
    report.debug('\u001b[31mred', 'cargo');
    report.close();
    assert.equal(readFileSync(logFile, 'utf8'), '[    0.500] == build\n[    1.000] debug: cargo: red\n');
  });

  it('holds what was said before it was attached, redacted', () => {
    const logFile = join(folder, 'build.log');
    const { report } = keptReport({ mode: 'quiet' });
    report.info('token s3cret');
    report.attach({ logFile, redact: (text) => text.replace('s3cret', '***') });
    report.info('later s3cret');
    report.close();
    assert.equal(readFileSync(logFile, 'utf8'), '[    0.500] - token ***\n[    1.000] - later ***\n');
  });

  it('is appended to', () => {
    const logFile = join(folder, 'build.log');
    for (const word of ['first', 'second']) {
      const { report } = keptReport({ mode: 'quiet', logFile });
      report.info(word);
      report.close();
    }
    assert.equal(readFileSync(logFile, 'utf8'), '[    0.500] - first\n[    0.500] - second\n');
  });

  it('is readable by its owner only', () => {
    const logFile = join(folder, 'build.log');
    keptReport({ mode: 'quiet', logFile }).report.close();
    assert.equal(statSync(logFile).mode & 0o077, 0);
  });

  it('warns once when it cannot be written', () => {
    const { report, stderr } = keptReport({ mode: 'plain', logFile: folder });
    report.info('still here');
    assert.match(stderr.text(), /^warning: Cannot write "[^"]+": EISDIR.*\n- still here\n$/);
  });
});
