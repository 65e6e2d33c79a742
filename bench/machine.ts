import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { ROOT } from './folders.ts';

export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly system: string;
  readonly tools: Readonly<Record<string, string>>;
}

/** What the figures were measured on and with. */
export function machine(): Machine {
  return {
    date: new Date().toISOString(),
    commit: firstLine('git', ['-C', ROOT, 'describe', '--always', '--dirty']),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    tools: {
      node: process.version,
      zlib: process.versions.zlib ?? 'unknown',
      tar: firstLine('tar', ['--version']),
      gzip: firstLine('gzip', ['--version']),
      pigz: firstLine('pigz', ['--version']),
    },
  };
}

function firstLine(program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return error ? 'absent' : ((stdout || stderr).split('\n')[0] ?? '');
}
