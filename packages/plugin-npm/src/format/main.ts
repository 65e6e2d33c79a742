import { type Artifact, type Cell, defineFormat, type Entry, type FileEntry, type FormatDefinition, type FormatJob } from '@provisioning-dist/core';
import { badName, noBinaries, noPackages, sameCommand, unknownBinary } from '../errors.ts';
import { nameProblem, npmVersion, packageIn, packedName, scoped } from '../package-name.ts';
import { suffixOf, type Target, targetIn } from '../target.ts';
import { launcher } from './launcher.ts';
import { type MainOptions, mainOptions } from './options.ts';
import { bareName } from './platform.ts';
import { readMain } from './read.ts';
import { commonManifest, manifestFile, tarball, textFile } from './tarball.ts';

/** What people install: commands that start the program of their platform, whose package comes along as an optional dependency. */
export const npmMainFormat: FormatDefinition<MainOptions> = defineFormat<MainOptions>({
  kind: 'package',
  group: 'package',
  scope: 'release',
  ext: 'tgz',
  entries: 'docs',
  consumes: { format: 'npm' },
  options: mainOptions,
  needs: { digests: ['sha256'] },
  artifactDigests: ['sha512', 'sha1'],
  select: (entries) => entries.filter((entry) => entry.type === 'file' && (entry.role === 'binary' || isPage(entry))),
  name: ({ release, cell, options }) => packedName(mainName(cell, options), release.version),
  write: (job) => tarball(job, mainFiles(job)),
  read: readMain,
});

function mainName(cell: Cell, options: MainOptions): string {
  const name = scoped(options.scope, ownBareName(cell, options));
  const problem = nameProblem(name);
  if (problem !== undefined) throw badName(name, problem);
  return name;
}

/** The platforms' packages of the variant it chooses from begin like it. */
function ownBareName({ package: name, variants }: Cell, { variant }: MainOptions): string {
  return bareName({ package: name, variant: variant ?? variants[0], variants });
}

/** What a registry's page shows, and must hold. */
function isPage({ path, role }: Entry): boolean {
  return role === 'license' || (role === 'doc' && /^readme(?:\.md|\.txt)?$/i.test(baseName(path)));
}

function mainFiles(job: FormatJob<MainOptions>) {
  const files = job.entries.filter((entry): entry is FileEntry => entry.type === 'file');
  const programs = programsOf(files, job);
  const packages = packagesOf(job);
  const byTarget = packagesByTarget(packages);
  const launchers = Object.entries(programs).map(([command, program]) =>
    textFile(`bin/${command}.js`, launcher({ command, program, packages: byTarget }), 0o755),
  );
  return [manifestFile(mainManifest(job, Object.keys(programs), packages)), ...pagesOf(files), ...launchers];
}

/** Commands with the path of their program, without `.exe`; in the order of their names. */
function programsOf(files: readonly FileEntry[], { options, fileName }: FormatJob<MainOptions>): Readonly<Record<string, string>> {
  const paths = files.filter(({ role }) => role === 'binary').map(({ path }) => path.replace(/\.exe$/i, ''));
  if (paths.length === 0) throw noBinaries(fileName);
  const named = options.bin ? Object.entries(options.bin) : paths.map((path) => [baseName(path), path] as const);
  const byCommand = Map.groupBy(named, ([command]) => command);
  for (const [command, [one, two]] of byCommand) if (one && two) throw sameCommand(command, [one[1], two[1]]);
  const unknown = named.find(([, path]) => !paths.includes(path.replace(/\.exe$/i, '')));
  if (unknown) throw unknownBinary(unknown[1], paths);
  return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([command, path]) => [command, path.replace(/\.exe$/i, '')]));
}

interface PlatformPackage {
  readonly name: string;
  readonly target: Target;
}

/** Its platforms, by the names their packages have: the writer sees nothing else of them. */
function packagesOf(job: FormatJob<MainOptions>): readonly PlatformPackage[] {
  const { release, cell, options } = job;
  const all: readonly Artifact[] = job.artifacts({ format: 'npm' });
  const start = `${scoped(options.scope, ownBareName(cell, options))}-`;
  const packages = all.flatMap(({ name: fileName }) => {
    const name = packageIn(fileName, { scope: options.scope, version: release.version });
    const target = name?.startsWith(start) ? targetIn(name.slice(start.length)) : undefined;
    return name !== undefined && target ? [{ name, target }] : [];
  });
  if (packages.length === 0)
    throw noPackages(
      job.fileName,
      all.map(({ name }) => name),
    );
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `linux-x64` comes before `linux-x64-musl`. */
function packagesByTarget(packages: readonly PlatformPackage[]): Readonly<Record<string, readonly string[]>> {
  const groups = Map.groupBy(packages, ({ target: { os, cpu } }) => suffixOf({ os, cpu }));
  return Object.fromEntries([...groups].map(([target, found]) => [target, found.map(({ name }) => name)]));
}

function mainManifest({ release, cell, options }: FormatJob<MainOptions>, commands: readonly string[], packages: readonly PlatformPackage[]): object {
  const version = npmVersion(release.version);
  return {
    name: mainName(cell, options),
    version,
    ...commonManifest(release, options),
    bin: Object.fromEntries(commands.map((command) => [command, `bin/${command}.js`])),
    optionalDependencies: Object.fromEntries(packages.map(({ name }) => [name, version])),
  };
}

/** At the top, where registries look; of several of one name the one nearest to the top. */
function pagesOf(files: readonly FileEntry[]) {
  const pages = files.filter(isPage).toSorted((a, b) => a.path.split('/').length - b.path.split('/').length);
  const byName = Map.groupBy(pages, ({ path }) => baseName(path).toLowerCase());
  return [...byName.values()].flatMap(([page]) => (page ? [{ ...page, path: baseName(page.path) }] : []));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
