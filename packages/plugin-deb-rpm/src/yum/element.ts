import type { Header } from '../rpm/read/header.ts';
import type { Parts } from '../rpm/read/parts.ts';
import { FILE_FLAG, SIGNATURE_TAG, TAG } from '../rpm/tags.ts';
import { printRelations } from './relation.ts';
import type { Package, RpmIdentity } from './state.ts';
import { attributes, escapeText } from './xml.ts';

/** A package's element in each of the three lists, as createrepo_c lays them out. */

export interface Listing extends Parts {
  readonly identity: RpmIdentity;
  readonly key: string;
  readonly pkgid: string;
  /** Of the file. */
  readonly size: number;
}

export function printElements(listing: Listing): Pick<Package, 'primary' | 'filelists' | 'other'> {
  const { header, identity, pkgid } = listing;
  const files = filesOf(header);
  const about = `<package${attributes({ pkgid, name: identity.package, arch: identity.arch })}>\n  ${printVersion(identity)}\n`;
  const changes = changesOf(header).map(({ text, ...rest }) => `  <changelog${attributes(rest)}>${escapeText(text)}</changelog>\n`);
  return {
    primary: printPrimary(listing, files),
    filelists: `${about}${files.map((file) => `  ${printFile(file)}\n`).join('')}</package>`,
    other: `${about}${changes.join('')}</package>`,
  };
}

function printVersion({ epoch, version, release }: RpmIdentity): string {
  return `<version${attributes({ epoch, ver: version, rel: release })}/>`;
}

function printPrimary(listing: Listing, files: readonly ListedFile[]): string {
  const { header, signature, identity, key, pkgid, size } = listing;
  const text = (name: string, tag: number): string => `<${name}>${escapeText(header.text(tag) ?? '')}</${name}>`;
  const build = header.number(TAG.buildTime) ?? 0;
  const sizes = {
    package: size,
    installed: header.number(TAG.longSize) ?? header.number(TAG.size) ?? 0,
    archive: signature.number(SIGNATURE_TAG.longArchiveSize) ?? signature.number(SIGNATURE_TAG.payloadSize) ?? 0,
  };
  const lines = [
    `<name>${escapeText(identity.package)}</name>`,
    `<arch>${escapeText(identity.arch)}</arch>`,
    printVersion(identity),
    `<checksum type="sha256" pkgid="YES">${pkgid}</checksum>`,
    text('summary', TAG.summary),
    text('description', TAG.description),
    text('packager', TAG.packager),
    text('url', TAG.url),
    // A file's own time would differ from machine to machine.
    `<time${attributes({ file: build, build })}/>`,
    `<size${attributes(sizes)}/>`,
    `<location${attributes({ href: key })}/>`,
    '<format>',
    ...formatLines(listing, files, text).map((line) => `  ${line}`),
    '</format>',
  ];
  return `<package type="rpm">\n${lines.map((line) => `  ${line}\n`).join('')}</package>`;
}

function formatLines({ header, payload }: Listing, files: readonly ListedFile[], text: (name: string, tag: number) => string): readonly string[] {
  const primary = files.filter(({ path }) => isPrimary(path));
  return [
    text('rpm:license', TAG.license),
    text('rpm:vendor', TAG.vendor),
    text('rpm:group', TAG.group),
    text('rpm:buildhost', TAG.buildHost),
    text('rpm:sourcerpm', TAG.sourceRpm),
    `<rpm:header-range${attributes({ start: payload - header.length, end: payload })}/>`,
    ...printRelations(header, new Set(primary.map(({ path }) => path))),
    ...primary.map(printFile),
  ];
}

interface ListedFile {
  readonly path: string;
  readonly type: 'dir' | 'ghost' | undefined;
}

function filesOf(header: Header): readonly ListedFile[] {
  const [folders, indexes] = [header.texts(TAG.dirNames), header.numbers(TAG.dirIndexes)];
  const [modes, flags] = [header.numbers(TAG.fileModes), header.numbers(TAG.fileFlags)];
  const type = (index: number): ListedFile['type'] => {
    if ((modes[index] ?? 0) >> 12 === 4) return 'dir';
    return ((flags[index] ?? 0) & FILE_FLAG.ghost) === 0 ? undefined : 'ghost';
  };
  return header.texts(TAG.baseNames).map((name, index) => ({ path: `${folders[indexes[index] ?? -1] ?? ''}${name}`, type: type(index) }));
}

function printFile({ path, type }: ListedFile): string {
  return `<file${attributes({ type })}>${escapeText(path)}</file>`;
}

/** What relations usually ask for, so that clients need the long list for the rest only. */
function isPrimary(path: string): boolean {
  return path.startsWith('/etc/') || path === '/usr/lib/sendmail' || path.includes('bin/');
}

interface Change {
  readonly author: string;
  /** Seconds since 1970. */
  readonly date: number;
  readonly text: string;
}

/** The latest ones, as many as createrepo_c lists. */
const CHANGES_MAX = 10;

/** The oldest first; clients sort by date, so no two have the same. */
function changesOf(header: Header): readonly Change[] {
  const [dates, texts] = [header.numbers(TAG.changelogTime), header.texts(TAG.changelogText)];
  const all = header.texts(TAG.changelogName).map((author, index) => ({ author, date: dates[index] ?? 0, text: texts[index] ?? '' }));
  let last = Number.NEGATIVE_INFINITY;
  return all
    .slice(0, CHANGES_MAX)
    .reverse()
    .map((change) => {
      last = Math.max(change.date, last + 1);
      return { ...change, date: last };
    });
}
