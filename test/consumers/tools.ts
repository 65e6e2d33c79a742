import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'mocha';

/** Skips the tests around it where a program is missing; in CI a missing program is a failure. */
export function needs(...programs: readonly string[]): void {
  before(`needs ${programs.join(', ')}`, function () {
    const missing = programs.filter((program) => !isInstalled(program));
    if (missing.length === 0) return;
    if (process.env.CI) throw new Error(`Cannot run these tests: ${missing.join(', ')} not found`);
    this.skip();
  });
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A folder for the tests around it, removed after them. Valid while they run. */
export function temporaryFolder(): () => string {
  let folder = '';
  before('makes a folder', () => {
    folder = mkdtempSync(join(tmpdir(), 'consumers-'));
  });
  after('removes the folder', () => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Runs a program in the C locale and UTC and gives its output; fails when it writes a warning. */
export function run(program: string, args: readonly string[], cwd: string, locale = 'C'): string {
  const env = { PATH: process.env.PATH, HOME: cwd, TZ: 'UTC', LC_ALL: locale };
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
}
