import type { ReportEvent, Sink } from './event.ts';
import { type LineStyle, lineOf } from './line.ts';
import { clean, type TextStream } from './terminal.ts';

/** One line per event on `stderr`, results on `stdout`: pipes, CI, dumb terminals. */
export function plainSink(stdout: TextStream, stderr: TextStream, style: LineStyle): Sink {
  return {
    accept: (event) => {
      if (event.type === 'result') printResult(event, stdout);
      const line = lineOf(event, style);
      if (line !== undefined) stderr.write(`${line}\n`);
    },
    close: () => {},
  };
}

/** Errors only. */
export function quietSink(stderr: TextStream, style: LineStyle): Sink {
  return {
    accept: (event) => {
      const wanted = event.type === 'error' || (event.type === 'finding' && event.finding.level === 'error');
      if (wanted) stderr.write(`${lineOf(event, style)}\n`);
    },
    close: () => {},
  };
}

/** A result's text for people. */
export function printResult({ text }: ReportEvent & { type: 'result' }, stdout: TextStream): void {
  if (text) stdout.write(`${clean(text).trimEnd()}\n`);
}
