import { relative } from 'node:path';
import type { BuildItem } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { DistError, EXIT } from '../errors.ts';
import type { Platform } from '../model/platform.ts';

/** What goes wrong in building a platform. */

export interface Building {
  readonly item: BuildItem;
  readonly platform: Platform;
}

const OF_PROGRAMS: readonly string[] = ['program-failed', 'program-missing'];

/** A program's end, with the platform it was run for and where to read all it said. Others name their platform, or concern all. */
export function failedOn(error: unknown, { item, platform }: Building, { log, root }: { readonly log: string; readonly root: string }): unknown {
  if (!(error instanceof DistError) || !OF_PROGRAMS.includes(error.code)) return error;
  const message = `Cannot build ${platform.name} with "${item.id}": ${error.message.replace(/^C/, 'c')}`;
  return new DistError(error.code, message, {
    exit: error.exit,
    where: whereOf(item.at),
    hint: error.hint ?? `all it said is in ${relative(root, log)}`,
    data: { ...error.data, platform: platform.name, log },
  });
}

export function outputTwice(name: string, other: string, building: Building): DistError {
  const state = `"${name}" of builder "${building.item.id}" was already made by builder "${other}"`;
  return buildProblem('build-output-twice', state, building, 'rename one of them in its "files"');
}

export function badOutputName(name: string, building: Building): DistError {
  const state = `builder "${building.item.id}" names an output ${JSON.stringify(name)}, which is not a plain file name`;
  return buildProblem('build-output-name', state, building);
}

export function outputMissing(file: string, building: Building): DistError {
  return buildProblem('build-output-missing', `"${file}" of builder "${building.item.id}" is not a file`, building);
}

export function builtNothing(building: Building): DistError {
  return buildProblem('built-nothing', `builder "${building.item.id}" made no file`, building);
}

function buildProblem(code: string, state: string, { item, platform }: Building, hint?: string): DistError {
  return new DistError(code, `Cannot build ${platform.name}: ${state}`, { where: whereOf(item.at), ...(hint === undefined ? {} : { hint }) });
}

export function nothingToBuild(reason: string): DistError {
  return new DistError('nothing-to-do', `Cannot build: ${reason}`, {
    exit: EXIT.usage,
    hint: 'write a builder under "build:", and leave out none of what is to be built',
  });
}
