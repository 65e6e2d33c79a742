import type { Log } from '../effect.ts';
import type { Finding } from '../model/finding.ts';
import type { Level, ReportEvent, Sink, StartedTask, TaskInfo } from './event.ts';
import { jsonSink } from './json.ts';
import type { LineStyle } from './line.ts';
import { logFileSink } from './log-file.ts';
import { plainSink, quietSink } from './plain.ts';
import { exitCodeOf, problemsOf } from './problem.ts';
import { redactDeep } from './redact.ts';
import { isLive, painter, type TextStream } from './terminal.ts';
import { treeSink } from './tree.ts';

export type ReportMode = 'auto' | 'plain' | 'json' | 'quiet';

export interface ReportOptions {
  /** `auto`: a live tree on a terminal, else plain lines. */
  readonly mode: ReportMode;
  readonly verbose?: boolean;
  /** Stack traces; implies verbose. Default: PROVISIONING_DEBUG=true. */
  readonly debug?: boolean;
  readonly stdout?: TextStream;
  readonly stderr?: TextStream;
  readonly env?: NodeJS.ProcessEnv;
  readonly redact?: (text: string) => string;
  readonly logFile?: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** One piece of work under way. Ends once, by `done` or `fail`. */
export interface Task {
  readonly progress: (done: number, total: number) => void;
  readonly note: (note: string) => void;
  readonly done: (summary?: string) => void;
  readonly fail: (error: unknown) => void;
}

/** Everything a run says, to people or programs, and to `build.log`. */
export interface Report {
  /** Names the step of the tasks that follow. */
  readonly step: (name: string) => void;
  readonly task: (task: TaskInfo) => Task;
  readonly info: (message: string, source?: string) => void;
  readonly warn: (message: string, source?: string) => void;
  readonly debug: (message: string, source?: string) => void;
  /** A `Log` whose lines carry their source. */
  readonly log: (source: string) => Log;
  readonly finding: (finding: Finding) => void;
  /** The command's answer: data for `--json`, text for people. */
  readonly result: (data: unknown, text?: string) => void;
  /** Every problem of an error. */
  readonly error: (error: unknown) => void;
  /** What becomes known with the configuration: secrets to hide, the log file. What was said before is written there too. */
  readonly attach: (options: { readonly redact?: (text: string) => string; readonly logFile?: string }) => void;
  /** Takes the live lines away and closes the log. */
  readonly close: () => void;
}

export function createReport(options: ReportOptions): Report {
  const now = options.now ?? (() => performance.now());
  const began = now();
  const screen = screenSink(options);
  const early: { readonly event: ReportEvent; readonly ms: number }[] = [];
  let log: Sink | undefined;
  let redact = options.redact ?? ((text: string) => text);
  let step = '';

  attach(options);
  return {
    step: (name) => {
      step = name;
      emit({ type: 'step', name });
    },
    task: (info) => startTask({ step, ...info }, emit, now),
    info: message('info'),
    warn: message('warn'),
    debug: message('debug'),
    log: (source) => ({
      info: (text) => message('info')(text, source),
      warn: (text) => message('warn')(text, source),
      debug: (text) => message('debug')(text, source),
    }),
    finding: (finding) => emit({ type: 'finding', finding }),
    result: (data, text) => emit({ type: 'result', data, ...(text === undefined ? {} : { text }) }),
    error: (error) => emit({ type: 'error', problems: problemsOf(error), exit: exitCodeOf(error) }),
    attach,
    close: () => {
      screen.close();
      log?.close();
      log = undefined;
    },
  };

  function emit(raw: ReportEvent): void {
    const event = redactDeep(raw, redact);
    const ms = now() - began;
    screen.accept(event, ms);
    if (log) log.accept(event, ms);
    else if (event.type !== 'task.progress') early.push({ event, ms });
  }

  function message(level: Level): (message: string, source?: string) => void {
    return (text, source) => emit({ type: 'message', level, message: text, ...(source === undefined ? {} : { source }) });
  }

  function attach({ redact: hide, logFile }: { readonly redact?: (text: string) => string; readonly logFile?: string }): void {
    if (hide) redact = hide;
    if (!logFile) return;
    log?.close();
    log = logFileSink(logFile, (error) => screen.accept(unwritableLog(logFile, error), now() - began));
    for (const { event, ms } of early.splice(0)) log.accept(redactDeep(event, redact), ms);
  }
}

function startTask(task: StartedTask, emit: (event: ReportEvent) => void, now: () => number): Task {
  const began = now();
  emit({ type: 'task.start', task });
  return {
    progress: (done, total) => emit({ type: 'task.progress', task, done, total }),
    note: (note) => emit({ type: 'task.note', task, note }),
    done: (summary = '') => emit({ type: 'task.done', task, summary, ms: now() - began }),
    fail: (error) => emit({ type: 'task.fail', task, problems: problemsOf(error), ms: now() - began }),
  };
}

function screenSink(options: ReportOptions): Sink {
  const { stdout = process.stdout, stderr = process.stderr, env = process.env } = options;
  const debug = options.debug ?? env.PROVISIONING_DEBUG === 'true';
  const style: LineStyle = { paint: painter(stderr, env), verbose: (options.verbose ?? false) || debug, debug };
  if (options.mode === 'json') return jsonSink(stdout, debug);
  if (options.mode === 'quiet') return quietSink(stderr, style);
  return options.mode === 'auto' && isLive(stderr, env) ? treeSink(stdout, stderr, style) : plainSink(stdout, stderr, style);
}

function unwritableLog(file: string, error: unknown): ReportEvent {
  return { type: 'message', level: 'warn', message: `Cannot write "${file}": ${error instanceof Error ? error.message : error}` };
}
