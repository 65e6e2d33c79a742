import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { ROOT } from './folders.ts';
import { program } from './peers.ts';

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
      xz: firstLine('xz', ['--version']),
      zstd: firstLine('zstd', ['--version']),
      zip: versionLine('zip', ['-v'], /Zip \d\S*/),
      goreleaser: versionLine('goreleaser', ['--version'], /^GitVersion:.*/m),
      nfpm: versionLine('nfpm', ['--version'], /^GitVersion:.*/m),
    },
  };
}

function firstLine(name: string, args: readonly string[]): string {
  return versionLine(name, args, /.*/);
}

/** What a program says of its version, as far as it is asked for. */
function versionLine(name: string, args: readonly string[], version: RegExp): string {
  const path = program(name);
  if (path === undefined) return `${name} absent`;
  const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  const [found = ''] = version.exec(stdout || stderr) ?? [];
  return found.startsWith('GitVersion:') ? found.replace('GitVersion:', name).replace(/\s+/, ' ') : found;
}
