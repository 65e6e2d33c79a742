import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Log } from '../effect.ts';
import type { Platform } from '../model/platform.ts';
import { buildDirOf } from './build-dir.ts';
import type { RunContext } from './run-context.ts';

/** What one builder said of one platform, in a file of its own: platforms are built side by side, and `build.log` mixes them. */
export interface BuildLog extends Log {
  readonly path: string;
  readonly close: () => void;
}

type Run = Pick<RunContext, 'plan' | 'product' | 'redact' | 'log' | 'report'>;

export function buildLogFile(run: Pick<RunContext, 'plan' | 'product'>, platform: Platform, id: string): string {
  return `${buildDirOf(run, platform)}.${id}.log`;
}

/** Replaces what an earlier run left. Only its owner reads it; secrets are hidden in it. One that cannot be written stops nothing. */
export function openBuildLog(run: Run, platform: Platform, id: string): BuildLog {
  const path = buildLogFile(run, platform, id);
  const log = run.log(`${id} ${platform.name}`);
  let descriptor: number | undefined;
  attempt(() => {
    mkdirSync(dirname(path), { recursive: true });
    descriptor = openSync(path, 'w', 0o600);
  });
  return { path, info: both('info'), warn: both('warn'), debug: both('debug'), close };

  function both(level: keyof Log): (message: string) => void {
    return (message) => {
      log[level](message);
      attempt(() => write(`${stripVTControlCharacters(run.redact(message))}\n`));
    };
  }

  function write(text: string): void {
    if (descriptor !== undefined) writeSync(descriptor, text);
  }

  function attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      close();
      run.report.warn(`Cannot write "${path}": ${error instanceof Error ? error.message : error}`);
    }
  }

  function close(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  }
}
