import { mkdirSync, readdirSync } from 'node:fs';
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

export interface GoOptions extends Settings {
  /** Main packages. */
  readonly main: string | readonly string[];
  /** A template. */
  readonly ldflags: string;
  readonly tags?: readonly string[] | undefined;
  readonly flags?: readonly string[] | undefined;
  readonly mod?: 'readonly' | 'vendor' | 'mod' | undefined;
  readonly cgo: boolean;
}

type Job = BuildJob<GoOptions>;

/** Builds with the Go toolchain; any platform from any host as long as no C is involved. */
export const go: BuilderDefinition<GoOptions> = defineBuilder({ options, instructions, preflight, build });

function options(kit: OptionsKit): ReturnType<BuilderDefinition<GoOptions>['options']> {
  const { z } = kit;
  // an argument that begins with a hyphen would be read as a flag
  const pack = z.string().regex(/^[^-]/);
  return z.strictObject({
    ...settingsShape(kit),
    main: z.union([pack, z.array(pack).min(1)]).default('.'),
    ldflags: z.string().default('-s -w'),
    tags: z.array(z.string().regex(/^[\w.]+$/)).optional(),
    flags: z
      .array(
        z
          .string()
          .regex(/^-/)
          .refine((flag) => !/^--?(?:o|C)(?:=|$)/.test(flag), 'has its place: output files are named by "main", the folder by "dir"'),
      )
      .optional(),
    mod: z.enum(['readonly', 'vendor', 'mod']).optional(),
    cgo: z.boolean().default(false),
  });
}

async function preflight(job: Job): Promise<readonly Finding[]> {
  halvesOf(job).map(targetOf);
  const found = await job.exec(['go', 'version'], execOptions(job, folderOf(job))).catch(() => undefined);
  return found ? stripFindings(job) : [missing(job.id, 'Cannot run "go": the Go toolchain is missing or broken', 'install Go and put it on PATH')];
}

function build(job: Job): Promise<readonly BuildOutput[]> {
  return buildHalves(job, buildOne);
}

async function buildOne(job: Job): Promise<readonly BuildOutput[]> {
  const out = join(job.tmp(), `go-${job.platform.name}`);
  mkdirSync(out);
  await job.exec(argvOf(job, out), execOptions(job, folderOf(job), targetOf(job)));
  const made = readdirSync(out).sort();
  if (made.length === 0) throw madeNothing('go build wrote no program; "main" must name main packages', job.platform);
  const outputs = collect(
    job,
    made.map((name) => join(out, name)),
  );
  return finished(job, outputs);
}

/** Without the linker's flags: they tell the program its version, and take nothing away that it needs. */
function instructions({ main, tags, cgo, dir }: GoOptions): readonly string[] {
  const tagged = tags?.length ? [`-tags=${tags.join(',')}`] : [];
  return [main]
    .flat()
    .map((each) => commandLine([`CGO_ENABLED=${cgo ? 1 : 0}`, 'go', 'build', '-trimpath', ...tagged, each], dir))
    .filter((line) => line !== undefined);
}

/** Paths of the machine and the state of the checkout would make two builds of one commit differ. */
function argvOf({ options: { main, ldflags, tags, flags, mod }, template }: Job, out: string): [string, ...string[]] {
  return [
    'go',
    'build',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=${template(ldflags)}`,
    ...(tags?.length ? [`-tags=${tags.join(',')}`] : []),
    ...(mod ? [`-mod=${mod}`] : []),
    ...(flags ?? []).map(template),
    // with the slash go takes it for a folder, also for a single package
    '-o',
    `${out}/`,
    ...[main].flat().map(template),
  ];
}

/** Settings of the machine, or of `go env -w`, that would change what is made. Go's own defaults; an empty text would not hide the latter. */
const PINNED: Readonly<Record<string, string>> = {
  GOFLAGS: '-trimpath',
  GO386: 'sse2',
  GOAMD64: 'v1',
  GOARM64: 'v8.0',
  GOPPC64: 'power8',
  GORISCV64: 'rva20u64',
};

function targetOf({ platform, options: { cgo } }: Job): Readonly<Record<string, string>> {
  const [os, arch, arm] = platform.go?.split('/') ?? [];
  if (!os || !arch) throw noColumn('go', platform);
  return { ...PINNED, GOOS: os, GOARCH: arch, ...(arm ? { GOARM: arm } : {}), CGO_ENABLED: cgo ? '1' : '0' };
}

function folderOf({ root, options: { dir }, template }: Job): string {
  return inProject(root, template(dir ?? '.'));
}
