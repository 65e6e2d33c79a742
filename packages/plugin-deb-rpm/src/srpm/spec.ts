import type { FormatJob } from '@provisioning-dist/core';
import type { ChangelogEntry } from '../rpm/changelog.ts';
import { epochVersionRelease, upstreamVersion } from '../rpm/version.ts';
import { type Copy, copiesOf, ownFolders } from './copies.ts';
import { directiveLine } from './errors.ts';
import type { SrpmOptions } from './options.ts';

export interface SpecFacts {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly license: string;
  readonly noarch: boolean;
  /** File name of the sources, and of the folder they are in. */
  readonly tarball: string;
  readonly top: string;
  readonly changelog: ChangelogEntry;
}

type Job = FormatJob<SrpmOptions>;

/** The .spec: everything in it is text, but for the directives written here. */
export function specText(job: Job, facts: SpecFacts): string {
  const copies = copiesOf(job.entries, job.options.copy);
  const { build } = job.options;
  const sections = [
    `%global debug_package %{nil}\n%global __os_install_post %{nil}`,
    preamble(job, facts),
    section('description', descriptionLines(facts.description)),
    section('prep', [`%setup -q -n ${facts.top}`]),
    section('build', build.length === 0 ? [':'] : build.map(escaped)),
    section('install', [...installLines(copies), ...job.options.install.map(escaped), ...listingLines(job)]),
    filesSection(job, copies),
    section('changelog', [escaped(`* ${dayOf(facts.changelog.time)} ${facts.changelog.name}`), escaped(facts.changelog.text)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** `%` begins a macro anywhere, comments included. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}

function section(name: string, lines: readonly string[]): string {
  return [`%${name}`, ...lines].join('\n');
}

function preamble({ release, options }: Job, { name, summary, license, noarch, tarball }: SpecFacts): string {
  const evr = epochVersionRelease(release.version, options);
  const relations = (list: readonly string[]): readonly string[] => list.map((one) => one.replaceAll('{version}', evr));
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Name', name],
    ['Epoch', options.epoch ? String(options.epoch) : undefined],
    ['Version', upstreamVersion(release.version, options)],
    ['Release', options.revision],
    ['Summary', summary],
    ['License', license],
    ['Group', options.group],
    ['URL', options.homepage ?? release.homepage],
    ['Vendor', options.vendor ?? release.vendor],
    ['Packager', options.packager ?? release.maintainer],
    ['Source0', tarball],
    ['BuildArch', noarch ? 'noarch' : undefined],
    ...relations(options.buildRequires).map((one) => ['BuildRequires', one] as const),
    ...relations(options.requires).map((one) => ['Requires', one] as const),
  ];
  return rows.flatMap(([tag, value]) => (value === undefined ? [] : [`${tag}: ${escaped(value.trim().replaceAll(/\s+/g, ' '))}`])).join('\n');
}

/** rpmbuild looks for directives after it has replaced macros, so that `%%` at the start of a line does not help. */
function descriptionLines(description: string): readonly string[] {
  return description.split('\n').map((line) => {
    if (line.trimStart().startsWith('%')) throw directiveLine('description', line);
    return escaped(line);
  });
}

/** As the shell reads it, in a spec file. */
function quoted(text: string): string {
  return escaped(`'${text.replaceAll("'", "'\\''")}'`);
}

function installLines(copies: readonly Copy[]): readonly string[] {
  return copies.flatMap(({ entry, path }) => {
    const target = `"$RPM_BUILD_ROOT"/${path}`;
    if (entry.type === 'directory') return [`install -d ${target}`];
    if (entry.type === 'file') return [`install -D -p -m ${octal(entry.mode)} ./${quoted(entry.path)} ${target}`];
    return [`install -d "$(dirname ${target})"`, `ln -s -- ${quoted(entry.target)} ${target}`];
  });
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

const LISTING = 'installed-files.list';

/** What the lines of `install` made is known when they have run. */
function listingLines({ options }: Job): readonly string[] {
  if (options.install.length === 0) return [];
  return [`(cd "$RPM_BUILD_ROOT" && find . ! -type d -printf '"/%%P"\\n' | LC_ALL=C sort) > ${LISTING}`];
}

function filesSection({ options }: Job, copies: readonly Copy[]): string {
  const folders = [...new Set([...ownFolders(copies), ...options.directories.map((path) => path.slice(1))])];
  const listed = copies
    .filter(({ entry }) => entry.type !== 'directory')
    .map(({ path }) => `${path.startsWith('etc/') ? '%config(noreplace) ' : ''}/${path}`);
  const lines = ['%defattr(-, root, root, 0755)', ...folders.map((path) => `%dir /${path}`)];
  return options.install.length === 0 ? section('files', [...lines, ...listed]) : section(`files -f ${LISTING}`, lines);
}

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${date.getUTCFullYear()}`;
}
