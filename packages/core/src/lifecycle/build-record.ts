import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { DistError } from '../errors.ts';
import type { BuildOutput } from '../jobs.ts';
import type { Platform } from '../model/platform.ts';
import { atomicWrite } from './atomic-write.ts';

/** What the builders of a platform made, kept for runs that leave building out. */

export interface RecordedOutput extends BuildOutput {
  /** Id of the builder. */
  readonly id: string;
}

interface BuildRecord {
  readonly schema: 1;
  readonly outputs: readonly RecordedOutput[];
}

/** Beside the platform's `{build}` folder. Paths inside the project are kept relative to it: the project may move. */
export function writeBuildRecord(buildDir: string, root: string, outputs: readonly RecordedOutput[]): void {
  const record: BuildRecord = { schema: 1, outputs: outputs.map(({ id, name, file }) => ({ id, name, file: relative(root, file) })) };
  atomicWrite(recordFile(buildDir), `${JSON.stringify(record, null, 2)}\n`);
}

/** What an earlier run recorded; without a record, the files of the `{build}` folder, which another machine may have filled. */
export function readBuildRecord(buildDir: string, root: string): readonly RecordedOutput[] | undefined {
  const file = recordFile(buildDir);
  if (existsSync(file)) return parseRecord(readFileSync(file, 'utf8'), file).map((output) => ({ ...output, file: resolve(root, output.file) }));
  if (!existsSync(buildDir)) return undefined;
  const files = readdirSync(buildDir, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.length === 0 ? undefined : files.map(({ name }) => ({ id: '', name, file: join(buildDir, name) }));
}

export function notBuilt(platform: Platform, reason: string): DistError {
  return new DistError('not-built', `Cannot package ${platform.name} with ${reason}: no earlier run has built ${platform.name}`, {
    hint: 'build it once, or put the files into the folder that "{build}" stands for',
  });
}

function recordFile(buildDir: string): string {
  return `${buildDir}.outputs.json`;
}

function parseRecord(text: string, file: string): readonly RecordedOutput[] {
  try {
    const { schema, outputs } = JSON.parse(text) as BuildRecord;
    if (schema !== 1 || !outputs.every((one) => [one.id, one.name, one.file].every((value) => typeof value === 'string')))
      throw new TypeError('not ours');
    return outputs;
  } catch (cause) {
    throw new DistError('build-record-broken', `Cannot read "${file}": it is no record of a build`, { hint: 'build again', cause });
  }
}
