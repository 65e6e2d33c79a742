import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildJob, BuildOutput, Platform } from '@provisioning-dist/core';
import { universalMachO, universalProblem } from '@provisioning-dist/payload';
import { notUniversal } from './errors.ts';

/** The `cpu` of a user's own macOS platform whose programs run on both CPUs Apple has. */
export const UNIVERSAL = 'universal';

const HALVES: readonly Platform[] = [
  { name: 'macos-amd64', os: 'macos', cpu: 'amd64', rust: 'x86_64-apple-darwin', go: 'darwin/amd64' },
  { name: 'macos-arm64', os: 'macos', cpu: 'arm64', rust: 'aarch64-apple-darwin', go: 'darwin/arm64' },
];

/** The jobs a toolchain for one CPU at a time does for the platform: one, or one per CPU of a universal platform. */
export function halvesOf<Options>(job: BuildJob<Options>): readonly BuildJob<Options>[] {
  const { os, cpu } = job.platform;
  return os === 'macos' && cpu === UNIVERSAL ? HALVES.map((platform) => halfOf(job, platform)) : [job];
}

/** Builds each half and joins programs of one name. */
export async function buildHalves<Options>(
  job: BuildJob<Options>,
  build: (half: BuildJob<Options>) => Promise<readonly BuildOutput[]>,
): Promise<readonly BuildOutput[]> {
  const halves = halvesOf(job);
  const made: (readonly BuildOutput[])[] = [];
  for (const half of halves) made.push(await build(half));
  const [first = []] = made;
  return halves.length === 1 ? first : first.map(({ name }) => joined(job, name, made));
}

function halfOf<Options>(job: BuildJob<Options>, platform: Platform): BuildJob<Options> {
  const buildDir = `${job.buildDir}.${platform.cpu}`;
  mkdirSync(buildDir, { recursive: true });
  return { ...job, platform, buildDir };
}

function joined({ buildDir, platform }: BuildJob<unknown>, name: string, made: readonly (readonly BuildOutput[])[]): BuildOutput {
  const programs = made.flatMap((outputs) => outputs.filter((output) => output.name === name)).map(({ file }) => readFileSync(file));
  const problem = programs.length < HALVES.length ? 'only one of the CPUs has it' : PROBLEMS[universalProblem(programs) ?? 'fine'];
  if (problem !== undefined) throw notUniversal(name, platform, problem);
  const file = join(buildDir, name);
  rmSync(file, { force: true });
  writeFileSync(file, universalMachO(programs), { mode: 0o755 });
  return { name, file };
}

const PROBLEMS = {
  fine: undefined,
  none: 'there is no program',
  'not-thin': 'not both are Mach-O programs for one CPU',
  'same-cpu': 'both are for one CPU',
  'too-large': 'the format ends at 4 GiB',
} as const;
