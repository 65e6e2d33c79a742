/** A project for our command line: a real configuration over a payload, everything it writes in one folder. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './folders.ts';
import type { Command } from './measure.ts';
import type { Payload } from './payloads.ts';

export const CLI: string = join(ROOT, 'packages/core/bin/run.js');
export const VERSION = '1.0.0';

export interface ProjectOptions {
  /** Members of the configuration beside `name`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the artifacts the run makes. */
  readonly artifacts: readonly string[];
}

export interface Project {
  readonly command: Command;
  /** Paths of the artifacts. */
  readonly artifacts: readonly string[];
  /** Forgets outputs, state and the content store. */
  readonly clean: () => void;
  /** Forgets the outputs alone. */
  readonly dropOutputs: () => void;
  /** Forgets only what the runs before have told. */
  readonly dropLog: () => void;
  /** Bytes the last run gave to encoders. */
  readonly encoded: () => number;
}

/** The configuration is written over that of an earlier case: cases run one after another. */
export function project(payload: Payload, { config, artifacts }: ProjectOptions): Project {
  const folder = dirname(payload.folder);
  const log = join(folder, '.provisioning-dist/releases', `bench-${VERSION}`, 'build.log');
  writeFileSync(join(folder, 'provisioning-dist.yaml'), JSON.stringify({ name: 'bench', ...config }, null, 2));
  const drop = (...names: readonly string[]) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true, force: true });
  };
  const dropLog = () => rmSync(log, { force: true });
  return {
    artifacts: artifacts.map((name) => join(folder, 'packages', name)),
    command: {
      pipeline: [[process.execPath, CLI, 'package', '--version', VERSION]],
      cwd: folder,
      env: { PROVISIONING_DIST_CACHE: join(folder, 'cache'), SOURCE_DATE_EPOCH: '1700000000', CI: 'true' },
    },
    clean: () => drop('packages', '.provisioning-dist', 'cache', 'dist'),
    dropOutputs: () => {
      drop('packages');
      dropLog();
    },
    dropLog,
    encoded: () => encodedBytes(readFileSync(log, 'utf8')),
  };
}

/** What the log of a run says of its encoders. A run that never asked for contents does not speak of them. */
export function encodedBytes(log: string): number {
  return Number(/debug: content: encoded (\d+) bytes/.exec(log)?.[1] ?? 0);
}

/** One platform, the payload in a folder `payload`. Flat ones come by `prebuilt`, as released binaries do; a tree by `contents` alone. */
export function single(payload: Payload, packages: Readonly<Record<string, object>>): ProjectOptions['config'] {
  const flat = payload.files.every((file) => !file.path.includes('/'));
  return {
    platforms: ['linux-amd64'],
    ...(flat ? { build: [{ prebuilt: { from: 'payload/' } }] } : {}),
    contents: [flat ? { from: '{build}/*', to: 'payload/' } : { from: 'payload/**', to: 'payload/' }],
    packages,
  };
}

export function artifactName(ext: string, ...parts: readonly string[]): string {
  return `${['bench', VERSION, ...parts].join('-')}.${ext}`;
}
