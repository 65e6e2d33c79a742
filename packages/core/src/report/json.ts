import type { ReportEvent, Sink } from './event.ts';
import type { TextStream } from './terminal.ts';

// milliseconds between two progress events of one task
const PROGRESS_INTERVAL = 1000;

/** One JSON object per line on `stdout`: `{ "type": …, "at": <ms since the run began>, … }`. */
export function jsonSink(stdout: TextStream, debug: boolean): Sink {
  const lastProgress = new Map<string, number>();
  return {
    accept: (event, ms) => {
      if (event.type === 'task.progress' && !isDue(lastProgress, event.task.id, ms)) return;
      for (const record of recordsOf(event, debug)) stdout.write(`${printed({ type: event.type, at: Math.round(ms), ...record })}\n`);
    },
    close: () => {},
  };
}

/** JSON may hold these as they are; a terminal obeys C1 controls, and marks of direction turn what follows (Unicode TR 36). */
function printed(record: object): string {
  return JSON.stringify(record).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isDue(last: Map<string, number>, id: string, ms: number): boolean {
  const before = last.get(id);
  if (before !== undefined && ms - before < PROGRESS_INTERVAL) return false;
  last.set(id, ms);
  return true;
}

/** Flat fields of an event; several problems become several records. */
function recordsOf(event: ReportEvent, debug: boolean): readonly object[] {
  switch (event.type) {
    case 'finding':
      return [event.finding];
    case 'task.start':
      return [event.task];
    case 'task.progress':
      return [{ id: event.task.id, done: event.done, total: event.total }];
    case 'task.note':
      return [{ id: event.task.id, note: event.note }];
    case 'task.done':
      return [{ id: event.task.id, summary: event.summary, ms: Math.round(event.ms) }];
    case 'task.fail':
      return [{ id: event.task.id, code: event.problems[0]?.code, message: event.problems[0]?.message, ms: Math.round(event.ms) }];
    case 'error':
      return event.problems.map(({ stack, ...problem }) => ({ ...problem, exit: event.exit, ...(debug ? { stack } : {}) }));
    case 'result':
      return [{ data: event.data }];
    default: {
      const { type, ...fields } = event;
      return [fields];
    }
  }
}
