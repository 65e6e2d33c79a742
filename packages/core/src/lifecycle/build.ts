import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildItem } from '../config/config.ts';
import { renderTemplate } from '../config/template.ts';
import { DistError } from '../errors.ts';
import type { BuildJob, BuildOutput } from '../jobs.ts';
import type { Platform } from '../model/platform.ts';
import { execProgram } from './exec.ts';
import type { RunContext } from './run-context.ts';
import { templateFields } from './template-fields.ts';

/** Runs a platform's builders in the order written and joins what they made. */
export async function buildPlatform(run: RunContext, platform: Platform): Promise<readonly BuildOutput[]> {
  const items = run.plan.builds.filter((build) => build.platform === platform);
  const outputs = new Map<string, BuildOutput>();
  for (const { id } of items) {
    const item = run.product.build.find((candidate) => candidate.id === id);
    if (!item) continue;
    for (const output of await buildOne(run, platform, item)) addOutput(outputs, output, id, platform);
  }
  return [...outputs.values()];
}

async function buildOne(run: RunContext, platform: Platform, item: BuildItem): Promise<readonly BuildOutput[]> {
  const task = run.report.task({ id: `build ${item.id} ${platform.name}`, step: 'build', title: item.id, platform: platform.name });
  try {
    const job = buildJob(run, platform, item);
    mkdirSync(job.buildDir, { recursive: true });
    const outputs = (await run.host.hooks.build.call(item.use, job)).flat();
    if (outputs.length === 0) throw builtNothing(item.id, platform);
    for (const output of outputs) checkOutput(output, item.id, platform);
    task.done(`${outputs.length} files`);
    return outputs;
  } catch (error) {
    task.fail(error);
    throw error;
  }
}

/** What a builder receives; also used by its preflight. */
export function buildJob(run: RunContext, platform: Platform, item: BuildItem): BuildJob<unknown> {
  const log = run.log(item.id);
  const { release } = run.plan;
  const fields = templateFields({ release, platform, variant: undefined });
  const buildDir = join(run.product.paths.state, 'build', `${release.product}-${release.version}`, platform.name);
  return {
    release,
    options: run.builderOptions(item),
    id: item.id,
    signal: run.signal,
    log,
    tmp: run.tmp.make,
    artifacts: (filter) => run.artifacts.select(filter),
    platform,
    root: run.product.root,
    buildDir,
    template: (text) => renderTemplate(text, fields, item.at),
    exec: (argv, options = {}) =>
      execProgram(argv, options, { cwd: run.product.root, signal: run.signal, log, env: { SOURCE_DATE_EPOCH: String(release.date) } }),
  };
}

function addOutput(outputs: Map<string, BuildOutput>, output: BuildOutput, id: string, platform: Platform): void {
  if (outputs.has(output.name)) {
    throw new DistError(
      'build-output-twice',
      `Cannot build ${platform.name}: "${output.name}" of builder "${id}" was already made by an earlier one`,
      {
        hint: 'rename one of them in its "files"',
      },
    );
  }
  outputs.set(output.name, output);
}

function checkOutput({ name, file }: BuildOutput, id: string, platform: Platform): void {
  if (!/^[^/\\\0]+$/.test(name) || name === '.' || name === '..') {
    throw new DistError(
      'build-output-name',
      `Cannot build ${platform.name}: builder "${id}" names an output ${JSON.stringify(name)}, which is not a plain file name`,
    );
  }
  const stat = lstatSync(file, { throwIfNoEntry: false }) && statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new DistError('build-output-missing', `Cannot build ${platform.name}: "${file}" of builder "${id}" is not a file`);
}

function builtNothing(id: string, platform: Platform): DistError {
  return new DistError('built-nothing', `Cannot build ${platform.name}: builder "${id}" made no file`);
}
