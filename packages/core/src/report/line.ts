import type { ReportEvent, StartedTask } from './event.ts';
import { renderProblem } from './problem.ts';
import { cleanBlock, cleanLine, formatDuration, type Paint } from './terminal.ts';

/** What a sink for people shows. */
export interface LineStyle {
  readonly paint: Paint;
  /** Debug messages and the start of each task too. */
  readonly verbose: boolean;
  /** Stack traces too. */
  readonly debug: boolean;
}

/** The lasting line of an event for people; undefined when it has none. Results are printed elsewhere. */
export function lineOf(event: ReportEvent, style: LineStyle): string | undefined {
  const { paint } = style;
  switch (event.type) {
    case 'task.start':
      return style.verbose ? paint('dim', `… ${titleOf(event.task)}`) : undefined;
    case 'task.note':
      return style.verbose ? paint('dim', `… ${titleOf(event.task)}: ${cleanLine(event.note)}`) : undefined;
    case 'task.done':
      return [paint('green', '✓'), titleOf(event.task), cleanLine(event.summary), paint('dim', formatDuration(event.ms))].filter(Boolean).join('  ');
    case 'task.fail':
      return `${paint('red', '✗')}  ${titleOf(event.task)}  ${cleanLine(event.problems[0]?.message ?? 'failed')}`;
    case 'error':
      return event.problems.map((problem) => renderProblem(problem, paint, style.debug)).join('\n');
    case 'message':
      return messageLine(event, style);
    case 'finding':
      return findingLine(event, paint);
    default:
      return undefined;
  }
}

/** `package  acme-1.0.0-linux-amd64.tar.gz`. */
function titleOf({ step, title }: StartedTask): string {
  return step ? `${cleanLine(step).padEnd(8)} ${cleanLine(title)}` : cleanLine(title);
}

function messageLine({ level, message, source }: ReportEvent & { type: 'message' }, { paint, verbose }: LineStyle): string | undefined {
  if (level === 'debug' && !verbose) return undefined;
  const text = `${source ? `${cleanLine(source)}: ` : ''}${cleanBlock(message)}`;
  if (level === 'warn') return `${paint('yellow', 'warning:')} ${text}`;
  return level === 'debug' ? paint('dim', `debug: ${text}`) : `- ${text}`;
}

const FINDING_STYLE = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

function findingLine({ finding }: ReportEvent & { type: 'finding' }, paint: Paint): string {
  const { level, code, subject, message, hint } = finding;
  const line = `${paint(FINDING_STYLE[level], `${level}[${cleanLine(code)}]:`)} ${cleanLine(subject)}: ${cleanBlock(message)}`;
  return hint ? `${line}\n  ${paint('cyan', 'hint:')} ${cleanBlock(hint)}` : line;
}
