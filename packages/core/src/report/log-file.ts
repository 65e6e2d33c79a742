import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ReportEvent, Sink } from './event.ts';
import { type LineStyle, lineOf } from './line.ts';
import { clean } from './terminal.ts';

const STYLE: LineStyle = { paint: (_, text) => text, verbose: true, debug: true };

/**
 * Appends everything, debug messages and stack traces too, to a file only its owner reads. Written synchronously: the last lines before a
 * crash are the ones that matter. `failed` is told once when the file cannot be written; the run goes on.
 */
export function logFileSink(file: string, failed: (error: unknown) => void): Sink {
  let descriptor: number | undefined;
  attempt(() => {
    descriptor = openLog(file);
  });
  return {
    accept: (event, ms) => {
      const text = textOf(event);
      if (text !== undefined) attempt(() => write(`[${(ms / 1000).toFixed(3).padStart(9)}] ${stripVTControlCharacters(text)}\n`));
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };

  function write(line: string): void {
    if (descriptor !== undefined) writeSync(descriptor, line);
  }

  function attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      descriptor = undefined;
      failed(error);
    }
  }
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a', 0o600);
}

function textOf(event: ReportEvent): string | undefined {
  if (event.type === 'step') return `== ${event.name}`;
  if (event.type === 'result') return event.text && clean(event.text);
  return lineOf(event, STYLE);
}
