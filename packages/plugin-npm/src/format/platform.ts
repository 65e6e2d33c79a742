import { type Cell, defineFormat, type Entry, type FileEntry, type FormatDefinition, type FormatJob } from '@provisioning-dist/core';
import { badName, linkInside, noBinaries, noPlatform } from '../errors.ts';
import { nameProblem, npmVersion, packedName, scoped } from '../package-name.ts';
import { suffixOf, type Target, targetOf } from '../target.ts';
import { type PackageOptions, type PlatformOptions, platformOptions } from './options.ts';
import { readPlatform } from './read.ts';
import { commonManifest, manifestFile, tarball, textFile } from './tarball.ts';

/** One platform's programs as an npm package of their own, which npm installs on that platform only. */
export const npmFormat: FormatDefinition<PlatformOptions> = defineFormat<PlatformOptions>({
  kind: 'package',
  group: 'package',
  scope: 'cell',
  ext: 'tgz',
  column: 'npm',
  options: platformOptions,
  needs: ({ level }) => ({ codec: 'deflate', digests: ['sha256'], ...(level !== undefined && { level }) }),
  artifactDigests: ['sha512', 'sha1'],
  select: (entries, { options }) => filesOf(entries, options),
  name: ({ release, cell, options }) => packedName(platformName(cell, options), release.version),
  write: (job) => tarball(job, platformFiles(job), job.options),
  read: readPlatform,
});

/** `@acme/cli-linux-x64`; of other variants than the first `@acme/cli-minimal-linux-x64`. */
function platformName(cell: Cell, { scope }: PackageOptions): string {
  const name = scoped(scope, `${bareName(cell)}-${suffixOf(targetFor(cell))}`);
  const problem = nameProblem(name);
  if (problem !== undefined) throw badName(name, problem);
  return name;
}

export function bareName({ package: name, variant, variants }: Pick<Cell, 'package' | 'variant' | 'variants'>): string {
  return variant === undefined || variant === variants[0] ? name : `${name}-${variant}`;
}

function targetFor({ platform, package: name }: Cell): Target {
  const target = platform && targetOf(platform);
  if (!target) throw noPlatform(name);
  return target;
}

function filesOf(entries: readonly Entry[], { roles }: PlatformOptions): readonly Entry[] {
  const chosen = entries.filter((entry) => entry.type !== 'directory' && roles.includes(entry.role));
  const link = chosen.find(({ type }) => type === 'symlink');
  if (link) throw linkInside(link.path);
  return chosen;
}

function platformFiles(job: FormatJob<PlatformOptions>) {
  const files = job.entries.filter((entry): entry is FileEntry => entry.type === 'file');
  if (!files.some(({ role }) => role === 'binary')) throw noBinaries(job.fileName);
  const own = files.filter(({ path }) => path.toLowerCase() !== 'package.json');
  const hasPage = own.some(({ path }) => path.toLowerCase() === 'readme.md');
  return [manifestFile(platformManifest(job)), ...(hasPage ? [] : [textFile('README.md', readme(job))]), ...own];
}

function platformManifest({ release, cell, options }: FormatJob<PlatformOptions>): object {
  const { os, cpu, libc } = targetFor(cell);
  return {
    name: platformName(cell, options),
    version: npmVersion(release.version),
    ...commonManifest(release, options),
    // Yarn would leave it packed, and a packed program cannot be run.
    preferUnplugged: true,
    os: [os],
    cpu: [cpu],
    ...(libc !== undefined && { libc: [libc] }),
  };
}

function readme({ cell, options }: FormatJob<PlatformOptions>): string {
  const main = scoped(options.scope, bareName(cell));
  return `# ${platformName(cell, options)}\n\nThe programs of [${main}](https://www.npmjs.com/package/${main}) for ${suffixOf(targetFor(cell))}. Install that one: it chooses.\n`;
}
