import { createHash } from 'node:crypto';
import type { FormatJob } from '@provisioning-dist/core';
import type { Content, Member } from '@provisioning-dist/payload';
import { madeFile } from '../made.ts';
import { packageNames } from '../names.ts';
import { fieldLines } from '../text.ts';
import { installedSize, installedTree } from '../tree.ts';
import { architecture } from './names.ts';
import type { ApkOptions } from './options.ts';
import { withVersion } from './relations.ts';
import { scriptMembers } from './scripts.ts';
import { digest, tarBytes } from './tar-segment.ts';
import { apkVersion } from './version.ts';

/** What an apk holds, before anything is written. */
export interface ApkContents {
  readonly tree: readonly Member[];
  /** The tar of the control segment, for the SHA-256 of the data segment. */
  readonly control: (datahash: string) => Buffer;
}

export function apkContents(job: FormatJob<ApkOptions>): ApkContents {
  const { options, cell, date } = job;
  const { own } = packageNames('apk', cell);
  const tree = installedTree('apk', job.entries, { package: own, prefix: options.prefix, paths: options.paths });
  const fields = info(job, tree);
  const scripts = scriptMembers(options.scripts);
  return {
    tree,
    control: (datahash) =>
      tarBytes([madeFile('.PKGINFO', Buffer.from(`${fields}datahash = ${datahash}\n`)), ...scripts], MADE, { mtime: date, end: false }),
  };
}

/** What was made here says its bytes itself. */
const MADE: Pick<Content, 'bytes' | 'facts'> = {
  bytes: (source) => ('bytes' in source ? source.bytes : new Uint8Array()),
  facts: () => ({ size: 0, crc32: 0, digests: {} }),
};

/** Of content, and of what a link leads to. */
export function checksums(content: Pick<Content, 'facts'>): (member: Member) => string | undefined {
  return (member) => {
    if (member.type === 'symlink') return createHash('sha1').update(member.target).digest('hex');
    return member.type === 'file' ? digest(member.path, content.facts(member.source).digests.sha1) : undefined;
  };
}

/** Of variants one is installed at a time: apk takes one package only of those that provide a name in some version, and "!name" would exclude itself. */
function info({ release, options, cell, date }: FormatJob<ApkOptions>, tree: readonly Member[]): string {
  const { own, bare, siblings } = packageNames('apk', cell);
  const version = apkVersion(release.version, options);
  const list = (relations: readonly string[]): readonly string[] => withVersion(relations, version);
  const maintainer = options.maintainer ?? release.maintainer;
  const conflicts = options.conflicts.map((name) => `!${name}`);
  const shell = Object.values(options.scripts).some((text) => text !== undefined) ? ['/bin/sh'] : [];
  return fieldLines([
    ['pkgname', own],
    ['pkgver', version],
    ['pkgdesc', options.description ?? release.description],
    ['url', options.homepage ?? release.homepage],
    ['builddate', date],
    ['packager', maintainer],
    ['size', installedSize(tree)],
    ['arch', architecture(cell)],
    ['origin', options.origin ?? bare],
    ['commit', release.commit],
    ['maintainer', maintainer],
    ['replaces_priority', options.replacesPriority],
    ['provider_priority', options.providerPriority],
    ['license', options.license?.join(' AND ') ?? release.license],
    ['triggers', options.triggers.join(' ')],
    ['depend', list([...options.depends, ...shell, ...conflicts])],
    ['provides', list([...options.provides, ...(own === bare ? [] : [`${bare}={version}`]), ...commands(tree)])],
    ['replaces', list([...options.replaces, ...siblings])],
    ['install_if', list(options.installIf).join(' ')],
  ]);
}

const PROGRAM = /^(?:usr\/)?s?bin\/([A-Za-z0-9_][A-Za-z0-9._+-]*)$/;

/** As abuild finds them: `apk add cmd:acme`. */
function commands(tree: readonly Member[]): readonly string[] {
  return tree.flatMap(({ type, path, mode }) => {
    const name = type !== 'directory' && (mode & 0o111) !== 0 ? PROGRAM.exec(path)?.[1] : undefined;
    return name === undefined ? [] : [`cmd:${name}={version}`];
  });
}
