import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { DistError, EXIT } from '../errors.ts';
import { findProgram } from '../git.ts';
import type { Finding } from '../model/finding.ts';
import { cacheFolder } from './cache-folder.ts';

/** What a release needs of this machine beside the tools that builders, keys and registries ask for themselves. */

export interface MachineFolder {
  readonly path: string;
  /** Bytes. */
  readonly free: number;
}

export interface Machine {
  readonly node: string;
  readonly git: string | undefined;
  readonly folders: readonly MachineFolder[];
  readonly warnings: readonly Finding[];
  readonly errors: readonly DistError[];
}

export interface MachineOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Folders that are written beside the cache. */
  readonly folders: readonly string[];
  /** Version of Node.js; default the one that runs. */
  readonly node?: string;
}

/** As `engines` of our package.json says it. */
export const NODE_VERSIONS = '^22.18 || >=24';

const LOW = 1024 ** 3;

export function examineMachine({ env, folders, node = process.versions.node }: MachineOptions): Machine {
  const git = findProgram('git', env);
  const paths = [...new Set([cacheFolder(env), ...folders])];
  const measured = paths.map((path) => ({ path, free: freeBytes(path) }));
  return {
    node,
    git,
    folders: measured,
    warnings: [...(git === undefined ? [gitMissing()] : []), ...measured.filter(({ free }) => free < LOW).map(littleSpace)],
    errors: [
      ...(satisfies(node, NODE_VERSIONS, { includePrerelease: true }) ? [] : [nodeVersion(node)]),
      ...paths.filter((path) => !isWritable(path)).map(notWritable),
    ],
  };
}

/** The folder itself, or the one it will be made in. */
function standing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : standing(dirname(path));
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(standing(path));
  return bavail * bsize;
}

function isWritable(path: string): boolean {
  try {
    accessSync(standing(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function gitMissing(): Finding {
  const message = 'Cannot find "git" on PATH: versions and dates come from the configuration and SOURCE_DATE_EPOCH alone';
  return { level: 'warning', code: 'git-missing', subject: 'git', message, hint: 'install git' };
}

function littleSpace({ path, free }: MachineFolder): Finding {
  const message = `Less than 1 GiB is free for "${path}": ${Math.floor(free / 1024 ** 2)} MiB`;
  return {
    level: 'warning',
    code: 'disk-low',
    subject: path,
    message,
    hint: 'free space, or choose another folder: --output-dir, PROVISIONING_DIST_CACHE',
  };
}

function nodeVersion(node: string): DistError {
  return new DistError('node-version', `Cannot run on Node.js "${node}": it must be ${NODE_VERSIONS}`, {
    exit: EXIT.preflight,
    where: { subject: 'node' },
    hint: 'install a current Node.js',
  });
}

function notWritable(path: string): DistError {
  return new DistError('folder-unwritable', `Cannot write to "${path}": permission denied`, {
    exit: EXIT.preflight,
    where: { file: path },
    hint: 'check who owns it, or choose another folder: --output-dir, PROVISIONING_DIST_CACHE',
  });
}
