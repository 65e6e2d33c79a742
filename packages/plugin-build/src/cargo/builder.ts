import { join } from 'node:path';
import { type BuilderDefinition, type BuildJob, type BuildOutput, defineBuilder, type Finding, type OptionsKit } from '@provisioning-dist/core';
import { collect } from '../made/collect.ts';
import { commandLine } from '../made/command-line.ts';
import { madeNothing, missing, noColumn } from '../made/errors.ts';
import { finished } from '../made/finish.ts';
import { inProject } from '../made/place.ts';
import { execOptions, type Settings, settingsShape } from '../made/settings.ts';
import { buildHalves, halvesOf } from '../made/universal.ts';
import { stripFindings } from '../strip/outputs.ts';
import { executables } from './messages.ts';

export interface CargoOptions extends Settings {
  readonly tool: 'cargo' | 'cross' | 'zigbuild';
  readonly package?: string | undefined;
  /** Absent = all of the package or workspace. */
  readonly bins?: readonly string[] | undefined;
  readonly profile: string;
  readonly features?: readonly string[] | undefined;
  readonly allFeatures: boolean;
  readonly noDefaultFeatures: boolean;
  readonly locked: boolean;
}

type Job = BuildJob<CargoOptions>;

/** Builds with cargo, cross or cargo-zigbuild for the platform's Rust target. */
export const cargo: BuilderDefinition<CargoOptions> = defineBuilder({ options, instructions, preflight, build });

function options(kit: OptionsKit): ReturnType<BuilderDefinition<CargoOptions>['options']> {
  const { z } = kit;
  const name = z.string().regex(/^\w[\w-]*$/);
  return z.strictObject({
    ...settingsShape(kit),
    tool: z.enum(['cargo', 'cross', 'zigbuild']).default('cargo'),
    package: name.optional(),
    bins: z.array(name).min(1).optional(),
    profile: name.default('release'),
    features: z.array(z.string().regex(/^\w[\w/?+.-]*$/)).optional(),
    allFeatures: z.boolean().default(false),
    noDefaultFeatures: z.boolean().default(false),
    locked: z.boolean().default(true),
  });
}

async function preflight(job: Job): Promise<readonly Finding[]> {
  const halves = halvesOf(job);
  halves.map(targetOf);
  const { tool } = job.options;
  const program = tool === 'zigbuild' ? 'cargo-zigbuild' : tool;
  const answer = await job.exec([program, '--version'], execOptions(job, folderOf(job))).catch(() => undefined);
  if (!answer) return [missing(job.id, `Cannot run "${program}": it is missing or broken`, `install ${program} and put it on PATH`)];
  // cross brings toolchains of its own
  return [
    ...foreignFlags(job, process.env),
    ...(await stripFindings(job)),
    ...(tool === 'cross' ? [] : (await Promise.all(halves.map(targetFindings))).flat()),
  ];
}

/** Each platform asks, and one answer is enough. */
const told = new WeakSet<object>();

/** Cargo lets them change what is made, and the configuration does not tell of them. */
function foreignFlags({ release }: Job, env: NodeJS.ProcessEnv): readonly Finding[] {
  if (told.has(release)) return [];
  told.add(release);
  const names = Object.keys(env).filter(
    (name) => env[name] && /^(?:RUSTFLAGS|CARGO_BUILD_RUSTFLAGS|CARGO_PROFILE_\w+|CARGO_TARGET_\w+_RUSTFLAGS)$/.test(name),
  );
  const hint = 'write them under "env:" of the builder or in .cargo/config.toml, so that every machine builds the same';
  return names.map((subject) => ({
    level: 'warning',
    code: 'build-environment',
    subject,
    message: `${subject} of the environment changes what cargo makes`,
    hint,
  }));
}

/** Where rustup is not, as in distributions' packages, only cargo can tell. */
async function targetFindings(job: Job): Promise<readonly Finding[]> {
  const target = targetOf(job);
  const listed = await job.exec(['rustup', 'target', 'list', '--installed'], execOptions(job, folderOf(job))).catch(() => undefined);
  if (!listed || listed.stdout.split(/\s+/).includes(target)) return [];
  return [missing(job.id, `Cannot build ${job.platform.name}: Rust target "${target}" is not installed`, `rustup target add ${target}`)];
}

function build(job: Job): Promise<readonly BuildOutput[]> {
  return buildHalves(job, buildOne);
}

async function buildOne(job: Job): Promise<readonly BuildOutput[]> {
  const { stdout } = await job.exec(argvOf(job), execOptions(job, folderOf(job), { CARGO_TARGET_DIR: targetDir(job) }));
  const made = executables(stdout).map((file) => onThisSide(job, file));
  if (made.length === 0) throw madeNothing('cargo made no executable; "package" or "bins" must name binaries', job.platform);
  const outputs = collect(job, made);
  return finished(job, outputs);
}

function instructions(options: CargoOptions): readonly string[] {
  return [commandLine(['cargo', 'build', ...choicesOf(options)], options.dir)].filter((line) => line !== undefined);
}

function argvOf(job: Job): [string, ...string[]] {
  const { tool } = job.options;
  return [
    tool === 'cross' ? 'cross' : 'cargo',
    tool === 'zigbuild' ? 'zigbuild' : 'build',
    '--message-format=json-render-diagnostics',
    `--target=${targetOf(job)}`,
    ...choicesOf(job.options),
  ];
}

function choicesOf({ profile, features, allFeatures, noDefaultFeatures, locked, bins, package: name }: CargoOptions): readonly string[] {
  return [
    `--profile=${profile}`,
    ...(locked ? ['--locked'] : []),
    ...(name === undefined ? [] : [`--package=${name}`]),
    ...(bins?.map((bin) => `--bin=${bin}`) ?? ['--bins']),
    ...(features?.length ? [`--features=${features.join(',')}`] : []),
    ...(allFeatures ? ['--all-features'] : []),
    ...(noDefaultFeatures ? ['--no-default-features'] : []),
  ];
}

/** Cross runs cargo in a container, where the folder has this name. */
function onThisSide(job: Job, file: string): string {
  return job.options.tool === 'cross' && file.startsWith('/target/') ? join(targetDir(job), file.slice('/target/'.length)) : file;
}

/** One per platform: cargo locks the folder, and platforms build side by side. Beside the releases, so that versions share it. */
function targetDir({ buildDir, platform }: Job): string {
  return join(buildDir, '../../cargo', platform.name);
}

function targetOf({ platform }: Job): string {
  if (platform.rust === undefined) throw noColumn('rust', platform);
  return platform.rust;
}

function folderOf({ root, options: { dir }, template }: Job): string {
  return inProject(root, template(dir ?? '.'));
}
