/** The command npm links: finds the installed platform's program and becomes it, as far as Node lets it. */

export interface Launched {
  readonly command: string;
  /** The program's path in the platforms' packages, without `.exe`. */
  readonly program: string;
  /** Packages by `process.platform`-`process.arch`, the one for glibc first. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** Plain CommonJS for every Node there is; no install script, nothing but what is here. */
export function launcher({ command, program, packages }: Launched): string {
  return `#!/usr/bin/env node
'use strict';

const { spawn } = require('child_process');
const { constants } = require('os');

const command = ${JSON.stringify(command)};
const program = ${JSON.stringify(program)} + (process.platform === 'win32' ? '.exe' : '');
const packages = ${JSON.stringify(packages, null, 2)};

function isMusl() {
  if (!process.report) return false;
  process.report.excludeNetwork = true;
  const report = process.report.getReport();
  return !(typeof report === 'string' ? JSON.parse(report) : report).header.glibcVersionRuntime;
}

function find() {
  const target = process.platform + '-' + process.arch;
  const names = packages[target] || [];
  const ordered = names.length > 1 && isMusl() ? names.slice().reverse() : names;
  for (const name of ordered) {
    try {
      return require.resolve(name + '/' + program);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  const why = names.length === 0
    ? 'there is no package for ' + target + ' (but for ' + Object.keys(packages).join(', ') + ')'
    : names.join(' or ') + ' is not installed; was it left out by --omit=optional or --no-optional?';
  console.error(command + ': ' + why);
  process.exit(1);
}

const child = spawn(find(), process.argv.slice(2), { stdio: 'inherit' });
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(command + ': ' + error.message);
  process.exit(126);
});
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code);
  for (const name of signals) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + (constants.signals[signal] || 0)), 100);
});
`;
}
