import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { loadHelpClass, normalizeArgv } from '@oclif/core/help';
import type { PJSON } from '@oclif/core/interfaces';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { modeOf } from './commands/base.ts';
import { DistError, EXIT } from './errors.ts';
import { suggestion } from './model/suggest.ts';
import { exitCodeOf } from './report/problem.ts';
import { createReport } from './report/report.ts';

export interface MainOptions {
  /** Where commands are, instead of the built ones in the manifest. */
  readonly commands?: NonNullable<PJSON['oclif']['commands']>;
}

// this file is src/cli.ts or dist/cli.js
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs one command line and ends the process with its exit code. */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<void> {
  quietPipes();
  // oclif would look for TypeScript sources and a transpiler when NODE_ENV says development or test
  settings.enableAutoTranspile = false;
  try {
    await dispatch([...argv], readPackage(), options);
  } catch (error) {
    showError(error, argv);
  }
  await drained(process.stdout);
  await drained(process.stderr);
  // a plugin's forgotten socket or timer must not keep a pipeline waiting
  process.exit();
}

/** Our own commands are found in our manifest alone; the oclif plugins are read only when the command is none of them. */
async function dispatch(argv: string[], pjson: PJSON, { commands }: MainOptions): Promise<void> {
  const ignoreManifest = commands !== undefined;
  const { plugins = [], ...own } = { ...pjson.oclif, ...(commands ? { commands } : {}) };
  const [id = '--help', ...rest] = argv;
  if (!id.startsWith('-')) {
    const config = await Config.load({ root: ROOT, pjson: { ...pjson, oclif: own }, userPlugins: false, ignoreManifest });
    if (config.findCommand(id)) return asksHelp(rest) ? showHelp(config, argv) : await config.runCommand(id, rest);
  }
  const whole = await Config.load({ root: ROOT, pjson: { ...pjson, oclif: { ...own, plugins } }, ignoreManifest });
  if (asksHelp([id])) return showHelp(whole, argv);
  refuseUnknown(id === 'help' && rest.length > 0 ? rest : argv, whole);
  await run(argv, whole);
}

function refuseUnknown(argv: string[], config: Config): void {
  const [id = ''] = normalizeArgv(config, argv);
  const known = [...config.commandIDs, ...config.topics.map((topic) => topic.name)];
  if (known.some((name) => name === id || name.startsWith(`${id}:`))) return;
  const near = suggestion(id, known);
  throw new DistError('unknown-command', `Cannot run "${words(id)}": there is no such command`, {
    exit: EXIT.usage,
    hint: near ? `did you mean "${words(near)}"?` : `${config.bin} --help lists the commands`,
  });
}

/** A command's id as people type it. */
function words(id: string): string {
  return id.replaceAll(':', ' ');
}

function asksHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

async function showHelp(config: Config, argv: string[]): Promise<void> {
  const Help = await loadHelpClass(config);
  await new Help(config, config.pjson.oclif.helpOptions).showHelp(argv);
}

function showError(error: unknown, argv: readonly string[]): void {
  process.exitCode = exitCodeOf(error);
  // ExitError: somebody asked oclif for an exit code, with nothing to say
  if (error instanceof Error && 'code' in error && error.code === 'EEXIT') return;
  const report = createReport({ mode: modeOf({ json: argv.includes('--json') }) });
  report.error(error);
  report.close();
}

/** A reader that went away (`| head`) is no error; the work goes on. */
function quietPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}

function readPackage(): PJSON {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
}
