import type { FormatJob } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';
import { backupMissing, foreignOwner } from '../errors.ts';
import { type MixedContent, madeFile, mixedContent } from '../made.ts';
import { packageNames } from '../names.ts';
import { installedPath, type PlaceRules } from '../place.ts';
import { serviceEntries } from '../services.ts';
import { fieldLines } from '../text.ts';
import { installedSize, installedTree } from '../tree.ts';
import { installFile } from './install.ts';
import { mtree } from './mtree.ts';
import { architecture } from './names.ts';
import type { ArchOptions } from './options.ts';
import { withVersion } from './relations.ts';
import { archVersion } from './version.ts';

/** What the package holds, before anything is written. */
export interface ArchContents extends MixedContent {
  readonly members: readonly Member[];
}

/** Links of Arch's package "filesystem", which no other package may hold folders in the place of. */
const MERGED: Readonly<Record<string, string>> = { 'usr/sbin': 'usr/bin', 'usr/lib64': 'usr/lib', 'var/run': 'run' };

export function archContents(job: FormatJob<ArchOptions>): ArchContents {
  const { options, cell, date } = job;
  const { own } = packageNames('archlinux', cell);
  const rules = placeRules(own, options);
  const services = serviceEntries(job, (entry) => installedPath(entry, rules));
  const tree = installedTree('archlinux', job.entries, rules, services);
  for (const { path, owner = 'root', group = 'root' } of tree)
    if (owner !== 'root' || group !== 'root') throw foreignOwner(path, `${owner}:${group}`);
  const install = installFile(options.scripts);
  const made = [...(install === undefined ? [] : [madeFile('.INSTALL', Buffer.from(install))]), madeFile('.PKGINFO', Buffer.from(info(job, tree)))];
  const { content } = mixedContent(job.content, [...made, ...services]);
  const listing = madeFile('.MTREE', mtree([...made, ...tree], content, date));
  const first = [...made, listing].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { ...mixedContent(job.content, [...first, ...services]), members: [...first, ...tree] };
}

export function placeRules(own: string, { prefix, paths }: Pick<ArchOptions, 'prefix' | 'paths'>): PlaceRules {
  return { package: own, prefix, paths, merged: MERGED };
}

/** PKGINFO(5). Of variants one is installed at a time, and each may stand for the product; none replaces another without being asked for. */
function info({ release, options, cell, date }: FormatJob<ArchOptions>, tree: readonly Member[]): string {
  const { own, bare, siblings } = packageNames('archlinux', cell);
  const version = archVersion(release.version, options);
  const list = (relations: readonly string[]): readonly string[] => withVersion(relations, version);
  return fieldLines([
    ['pkgname', own],
    ['pkgbase', options.base ?? bare],
    ['pkgver', version],
    ['pkgdesc', options.description ?? release.description],
    ['url', options.homepage ?? release.homepage],
    ['builddate', date],
    ['packager', options.maintainer ?? release.maintainer ?? 'Unknown Packager'],
    ['size', installedSize(tree)],
    ['arch', architecture(cell)],
    ['license', options.license ?? release.license],
    ['replaces', list(options.replaces)],
    ['group', options.groups],
    ['conflict', list([...options.conflicts, ...siblings])],
    ['provides', list([...options.provides, ...(own === bare ? [] : [`${bare}={version}`])])],
    ['backup', backups(tree, options.backup)],
    ['depend', list(options.depends)],
    ['optdepend', list(options.optionalDepends)],
  ]);
}

/** Every file in /etc, and those named. */
function backups(tree: readonly Member[], named: readonly string[]): readonly string[] {
  const files = tree.flatMap(({ type, path }) => (type === 'file' ? [path] : []));
  const missing = named.find((path) => !files.includes(path));
  if (missing !== undefined) throw backupMissing(missing);
  return files.filter((path) => path.startsWith('etc/') || named.includes(path));
}
