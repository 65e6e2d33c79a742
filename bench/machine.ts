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
      zstd: `zstd ${versionLine('zstd', ['--version'], /v\d[\d.]*\d/)}`,
      zip: versionLine('zip', ['-v'], /Zip \d\S*/),
      goreleaser: goModule('goreleaser'),
      nfpm: goModule('nfpm'),
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
  return version.exec(stdout || stderr)?.[0] ?? '';
}

/** Programs built from the module proxy do not know their versions; Go reads them from the file. */
function goModule(name: string): string {
  const path = program(name);
  if (path === undefined) return `${name} absent`;
  const { stdout } = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' });
  return `${name} ${/^\s+mod\s+\S+\s+(\S+)/m.exec(stdout ?? '')?.[1] ?? 'of unknown version'}`;
}
