import type { Finding } from '../model/finding.ts';
import type { Problem } from './problem.ts';

/** What the report says of one piece of work: a cell, a platform's build, an upload. */
export interface TaskInfo {
  /** Unique in the run. */
  readonly id: string;
  readonly title: string;
  /** Default: the step that `step()` named last. */
  readonly step?: string;
  readonly platform?: string;
  readonly variant?: string;
  readonly format?: string;
}

export interface StartedTask extends TaskInfo {
  readonly step: string;
}

export type Level = 'info' | 'warn' | 'debug';

/** All that a run has to say. In `--json` each is one line; types and fields are stable. */
export type ReportEvent =
  | { readonly type: 'step'; readonly name: string }
  | { readonly type: 'task.start'; readonly task: StartedTask }
  | { readonly type: 'task.progress'; readonly task: StartedTask; readonly done: number; readonly total: number }
  | { readonly type: 'task.note'; readonly task: StartedTask; readonly note: string }
  | { readonly type: 'task.done'; readonly task: StartedTask; readonly summary: string; readonly ms: number }
  | { readonly type: 'task.fail'; readonly task: StartedTask; readonly problems: readonly Problem[]; readonly ms: number }
  | { readonly type: 'message'; readonly level: Level; readonly message: string; readonly source?: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'result'; readonly data: unknown; readonly text?: string }
  | { readonly type: 'error'; readonly problems: readonly Problem[]; readonly exit: number };

/** Somewhere events go. Events arrive redacted; each sink cleans what it prints. */
export interface Sink {
  /** `ms` since the run began. */
  readonly accept: (event: ReportEvent, ms: number) => void;
  readonly close: () => void;
}
