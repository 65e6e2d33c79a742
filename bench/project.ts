/** A project for our command line: a real configuration over a payload, everything it writes in one folder. */
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './folders.ts';
import type { Command } from './measure.ts';
import type { Payload } from './payloads.ts';

export const CLI: string = join(ROOT, 'packages/core/bin/run.js');
export const VERSION = '1.0.0';

export interface Project {
  readonly folder: string;
  readonly command: Command;
  readonly archive: string;
  /** Forgets outputs, state and the content store. */
  readonly clean: () => void;
  /** Forgets the outputs alone. */
  readonly dropOutputs: () => void;
}

/** The payload stands in the project. Flat ones come by `prebuilt`, as released binaries do; a tree by `contents` alone. */
function config(payload: Payload): string {
  const flat = payload.files.every((file) => !file.path.includes('/'));
  return [
    'name: bench',
    'platforms: [linux-amd64]',
    ...(flat ? ['build:', '  - prebuilt: { from: payload/ }'] : []),
    'contents:',
    flat ? '  - { from: "{build}/*", to: payload/ }' : '  - { from: "payload/**", to: payload/ }',
    'packages: { tar.gz: {} }',
    '',
  ].join('\n');
}

export function project(payload: Payload): Project {
  const folder = dirname(payload.folder);
  const cache = join(folder, 'cache');
  writeFileSync(join(folder, 'provisioning-dist.yaml'), config(payload));
  const drop = (...names: readonly string[]) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true, force: true });
  };
  return {
    folder,
    archive: join(folder, 'packages', `bench-${VERSION}-linux-amd64.tar.gz`),
    command: {
      pipeline: [[process.execPath, CLI, 'package', '--format', 'tar.gz', '--platform', 'linux-amd64', '--version', VERSION]],
      cwd: folder,
      env: { PROVISIONING_DIST_CACHE: cache, SOURCE_DATE_EPOCH: '1700000000', CI: 'true' },
    },
    clean: () => drop('packages', '.provisioning-dist', 'cache', 'dist'),
    dropOutputs: () => drop('packages'),
  };
}
