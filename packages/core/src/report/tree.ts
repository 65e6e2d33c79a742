import type { ReportEvent, Sink, StartedTask } from './event.ts';
import { type LineStyle, lineOf } from './line.ts';
import { printResult } from './plain.ts';
import { cleanLine, cut, type TextStream } from './terminal.ts';

const REFRESH_MS = 100;
const BAR_WIDTH = 20;

interface RunningTask {
  readonly task: StartedTask;
  done: number;
  total: number;
  note: string;
}

/** Lasting lines above, running tasks grouped by step and drawn over again below. */
export function treeSink(stdout: TextStream, stderr: TextStream, style: LineStyle): Sink {
  const running = new Map<string, RunningTask>();
  const finished = new Map<string, number>();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  return { accept, close };

  function accept(event: ReportEvent): void {
    track(event);
    const line = lineOf(event, style);
    if (line === undefined && event.type !== 'result') return;
    if (event.type === 'result') {
      erase();
      printResult(event, stdout);
    }
    if (line !== undefined) stderr.write(`${takeErasure()}${line}\n`);
    draw();
  }

  function track(event: ReportEvent): void {
    if (event.type === 'task.start') begin(event.task);
    if (event.type === 'task.done' || event.type === 'task.fail') end(event.task);
    const task = 'task' in event ? running.get(event.task.id) : undefined;
    if (task && event.type === 'task.progress') Object.assign(task, { done: event.done, total: event.total });
    if (task && event.type === 'task.note') task.note = event.note;
  }

  function begin(task: StartedTask): void {
    running.set(task.id, { task, done: 0, total: 0, note: '' });
    timer ??= setInterval(draw, REFRESH_MS).unref();
  }

  function end(task: StartedTask): void {
    running.delete(task.id);
    finished.set(task.step, (finished.get(task.step) ?? 0) + 1);
    if (running.size === 0) stop();
  }

  function draw(): void {
    const columns = stderr.columns ?? 80;
    const lines = liveLines([...running.values()], finished, Math.max(4, (stderr.rows ?? 24) - 2)).map((line) => cut(line, columns - 1));
    const text = lines.map((line) => `${style.paint('dim', line)}\n`).join('');
    const erasure = takeErasure();
    if (erasure || text) stderr.write(erasure + text);
    drawn = lines.length;
  }

  // cursor up over the live lines, then erase to the end of the screen
  function takeErasure(): string {
    const erasure = drawn === 0 ? '' : `\u001b[${drawn}A\u001b[J`;
    drawn = 0;
    return erasure;
  }

  function erase(): void {
    const erasure = takeErasure();
    if (erasure) stderr.write(erasure);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function close(): void {
    stop();
    erase();
  }
}

/** The steps at work with their running tasks, at most `rows` lines. */
function liveLines(running: readonly RunningTask[], finished: ReadonlyMap<string, number>, rows: number): readonly string[] {
  const lines: string[] = [];
  for (const [step, tasks] of Map.groupBy(running, ({ task }) => task.step)) {
    lines.push(`● ${cleanLine(step)}  ${finished.get(step) ?? 0} done, ${tasks.length} running`);
    for (const [index, task] of tasks.entries()) lines.push(`  ${index === tasks.length - 1 ? '└' : '├'} ${liveTask(task)}`);
  }
  return lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `  … ${lines.length - rows + 1} more`];
}

function liveTask({ task, done, total, note }: RunningTask): string {
  const parts = [cleanLine(task.title)];
  if (total > 0) parts.push(bar(Math.min(1, done / total)));
  if (note) parts.push(cleanLine(note));
  return parts.join('  ');
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
