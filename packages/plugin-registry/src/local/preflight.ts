import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { takenFindings } from '../store/preflight.ts';
import type { LocalOptions } from './options.ts';

type Job = RegistryJob<LocalOptions>;

/** A folder nobody can write to, and versions that are taken. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const unwritable = writeProblem(job.options.path);
  if (unwritable !== undefined) return [{ ...folderFinding(job), message: `Cannot publish into "${job.options.path}": ${unwritable}` }];
  return await takenFindings(job);
}

function folderFinding(job: Job) {
  return {
    level: 'error',
    code: 'folder-unwritable',
    subject: `publish.${job.id}`,
    hint: 'give another "path", or the right to write there',
  } as const;
}

/** Looks at the folder, or at the nearest one above it that exists. */
function writeProblem(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return dirname(path) === path ? 'it does not exist' : writeProblem(dirname(path));
  if (!stats.isDirectory()) return `"${path}" is not a folder`;
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch {
    return `"${path}" is not writable`;
  }
}
