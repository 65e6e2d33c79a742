import { constants, copyFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BuildJob, BuildOutput } from '@provisioning-dist/core';
import { outputTwice } from './errors.ts';

/** Copies into the build folder: what a tool's own folder holds is overwritten by the next version. */
export function collect({ buildDir }: Pick<BuildJob<unknown>, 'buildDir'>, files: readonly string[]): readonly BuildOutput[] {
  const seen = new Set<string>();
  return files.map((file) => {
    const name = basename(file);
    // one file on macOS and Windows
    if (seen.has(name.toLowerCase())) throw outputTwice(name);
    seen.add(name.toLowerCase());
    return { name, file: copied(file, join(buildDir, name)) };
  });
}

/** Not over the old one: a program that runs, or that nobody may write, cannot be written over. */
function copied(file: string, copy: string): string {
  if (realpathSync(file) === join(realpathSync(join(copy, '..')), basename(copy))) return copy;
  rmSync(copy, { force: true });
  copyFileSync(file, copy, constants.COPYFILE_FICLONE);
  return copy;
}
