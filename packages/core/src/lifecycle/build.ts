import { lstatSync, mkdirSync, statSync } from 'node:fs';
import type { BuildItem } from '../config/config.ts';
import { renderTemplate } from '../config/template.ts';
import type { Log } from '../effect.ts';
import type { BuildJob, BuildOutput } from '../jobs.ts';
import type { Platform } from '../model/platform.ts';
import { matchesPlatform } from '../model/selector.ts';
import { buildDirOf } from './build-dir.ts';
import { type Building, badOutputName, builtNothing, failedOn, outputMissing, outputTwice } from './build-errors.ts';
import { openBuildLog } from './build-log.ts';
import { notBuilt, type RecordedOutput, readBuildRecord, writeBuildRecord } from './build-record.ts';
import { withStepHooks } from './config-hooks.ts';
import { execProgram } from './exec.ts';
import type { RunContext } from './run-context.ts';
import { templateFields } from './template-fields.ts';

export interface BuildOptions {
  /** What is left out need not be there: nothing is packaged of it. */
  readonly partial: boolean;
}

/** Runs a platform's builders in the order written and joins what they made. What is left out comes from an earlier run. */
export async function buildPlatform(
  run: RunContext,
  platform: Platform,
  options: BuildOptions = { partial: false },
): Promise<readonly BuildOutput[]> {
  run.signal.throwIfAborted();
  if (!run.selection.runs('build')) return collectOutputs(run, platform, options);
  // hooks before the builders may put files there
  if (run.product.hooks.build) mkdirSync(buildDirOf(run, platform), { recursive: true });
  return withStepHooks(run, 'build', () => collectOutputs(run, platform, options), { platform });
}

async function collectOutputs(run: RunContext, platform: Platform, options: BuildOptions): Promise<readonly BuildOutput[]> {
  const items = run.product.build.filter(({ platforms }) => platforms?.some((selector) => matchesPlatform(selector, platform)) ?? true);
  const outputs = new Map<string, RecordedOutput>();
  for (const item of items.filter((one) => leftOut(run, one) === undefined))
    for (const output of await buildOne(run, platform, item)) addOutput(outputs, { ...output, id: item.id }, { item, platform });
  for (const output of earlierOutputs(run, platform, { items, ...options }))
    if (output.id !== '' || !outputs.has(output.name)) outputs.set(output.name, output);
  if (run.selection.runs('build') && items.length > 0) writeBuildRecord(buildDirOf(run, platform), run.product.root, [...outputs.values()]);
  return [...outputs.values()];
}

function leftOut({ selection }: RunContext, { id }: BuildItem): string | undefined {
  return selection.leftOut('build', id) ?? selection.stepLeftOut('build');
}

function earlierOutputs(
  run: RunContext,
  platform: Platform,
  { items, partial }: BuildOptions & { readonly items: readonly BuildItem[] },
): readonly RecordedOutput[] {
  const left = items.filter((item) => leftOut(run, item) !== undefined);
  const [first] = left;
  if (!first) return [];
  const record = readBuildRecord(buildDirOf(run, platform), run.product.root);
  if (!record && partial) return [];
  if (!record) throw notBuilt(platform, leftOut(run, first) ?? '');
  const outputs = record.filter(({ id }) => id === '' || left.some((item) => item.id === id));
  for (const output of outputs) checkOutput(output, { item: left.find(({ id }) => id === output.id) ?? first, platform });
  return outputs;
}

async function buildOne(run: RunContext, platform: Platform, item: BuildItem): Promise<readonly BuildOutput[]> {
  const task = run.report.task({ id: `build ${item.id} ${platform.name}`, step: 'build', title: item.id, platform: platform.name });
  const log = openBuildLog(run, platform, item.id);
  try {
    const job = buildJob(run, platform, item, log);
    mkdirSync(job.buildDir, { recursive: true });
    // a tap that only looks on, written in plain JavaScript, answers nothing
    const outputs = (await run.host.hooks.build.call(item.use, job)).flatMap((answer) => answer ?? []);
    if (outputs.length === 0) throw builtNothing({ item, platform });
    for (const output of outputs) checkOutput(output, { item, platform });
    task.done(`${outputs.length} files`);
    return outputs;
  } catch (reason) {
    const error = failedOn(reason, { item, platform }, { log: log.path, root: run.product.root });
    task.fail(error);
    throw error;
  } finally {
    log.close();
  }
}

/** What a builder receives; also used by its preflight. */
export function buildJob(run: RunContext, platform: Platform, item: BuildItem, log: Log = run.log(item.id)): BuildJob<unknown> {
  const { release } = run.plan;
  const fields = templateFields({ release, platform, variant: undefined });
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
    buildDir: buildDirOf(run, platform),
    template: (text) => renderTemplate(text, fields, item.at),
    exec: (argv, options = {}) =>
      execProgram(argv, options, { cwd: run.product.root, signal: run.signal, log, env: { SOURCE_DATE_EPOCH: String(release.date) } }),
  };
}

function addOutput(outputs: Map<string, RecordedOutput>, output: RecordedOutput, building: Building): void {
  const other = outputs.get(output.name);
  if (other) throw outputTwice(output.name, other.id, building);
  outputs.set(output.name, output);
}

function checkOutput({ name, file }: BuildOutput, building: Building): void {
  if (!/^[^/\\\0]+$/.test(name) || name === '.' || name === '..') throw badOutputName(name, building);
  const stat = lstatSync(file, { throwIfNoEntry: false }) && statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw outputMissing(file, building);
}
