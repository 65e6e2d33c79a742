import { relative, resolve } from 'node:path';
import { type BuilderDefinition, type BuildJob, type BuildOutput, defineBuilder, type OptionsKit } from '@provisioning-dist/core';
import { collect } from '../made/collect.ts';
import { commandLine } from '../made/command-line.ts';
import { madeNothing } from '../made/errors.ts';
import { finished } from '../made/finish.ts';
import { inProject } from '../made/place.ts';
import { execOptions, type Settings, settingsShape } from '../made/settings.ts';
import { stripFindings } from '../strip/outputs.ts';
import { outputsOf } from './outputs.ts';
import { variables } from './variables.ts';

export interface CommandOptions extends Settings {
  /** Program and arguments; templates. */
  readonly run: readonly string[];
  /** Files or globs it makes, relative to `dir`; templates. */
  readonly outputs: readonly string[];
}

type Job = BuildJob<CommandOptions>;

/** Runs any program for the platform and takes the files it is said to make. */
export const command: BuilderDefinition<CommandOptions> = defineBuilder({ options, instructions, preflight: stripFindings, build });

function options(kit: OptionsKit): ReturnType<BuilderDefinition<CommandOptions>['options']> {
  const { z } = kit;
  const text = z.string().min(1);
  return z.strictObject({ ...settingsShape(kit), run: z.tuple([text], z.string()), outputs: z.array(text).min(1) });
}

function instructions({ run, dir }: CommandOptions): readonly string[] {
  return [commandLine(run, dir)].filter((line) => line !== undefined);
}

async function build(job: Job): Promise<readonly BuildOutput[]> {
  const folder = inProject(job.root, job.template(job.options.dir ?? '.'));
  const patterns = job.options.outputs.map(job.template);
  for (const pattern of patterns) inProject(job.root, resolve(folder, pattern));
  const before = outputsOf(job.root, folder, patterns);
  const [program = '', ...args] = job.options.run.map(job.template);
  await job.exec([program, ...args], execOptions(job, folder, variables(job)));
  const after = outputsOf(job.root, folder, patterns);
  const missing = patterns.filter((pattern) => outputsOf(job.root, folder, [pattern]).size === 0);
  if (missing.length > 0) throw madeNothing(`"${program}" ended well and made no ${missing.join(', ')}`, job.platform);
  for (const file of [...after.keys()].filter((each) => before.get(each) === after.get(each))) tellOld(job, file);
  const outputs = collect(job, [...after.keys()]);
  return finished(job, outputs);
}

/** Right for tools that make only what is out of date; else a sign that the program writes elsewhere. */
function tellOld({ log, root }: Job, file: string): void {
  log.info(`${relative(root, file)} was there before and was not written again`);
}
