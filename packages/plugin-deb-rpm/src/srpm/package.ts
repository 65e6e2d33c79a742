import { createHash } from 'node:crypto';
import type { FormatJob } from '@provisioning-dist/core';
import { type Member, SEGMENT_MIN, type TarOptions, tarLength } from '@provisioning-dist/payload';
import { changelogFields, noonOf } from '../rpm/changelog.ts';
import { FEATURE, LEVELS } from '../rpm/codec.ts';
import { dependency, dependencyFields, type RpmFeature, relationFeatures, rpmlib } from '../rpm/dependencies.ts';
import { LARGE } from '../rpm/files.ts';
import { type EncodedHeader, encodeHeader, type Field, int32, localText, numbers, text, texts } from '../rpm/header.ts';
import { packageNames } from '../rpm/names.ts';
import { SHA256_ALGORITHM, TAG } from '../rpm/tags.ts';
import { descriptionOf, summaryOf } from '../rpm/texts.ts';
import { epochVersionRelease, upstreamVersion, versionRelease } from '../rpm/version.ts';
import { sourcesTooLarge } from './errors.ts';
import type { SrpmOptions } from './options.ts';
import { specText } from './spec.ts';

type Job = FormatJob<SrpmOptions>;
/** Made here, so that its bytes are no file's. */
type File = Member & { readonly type: 'file'; readonly source: { readonly bytes: Uint8Array } };

/** What a source rpm is, before anything is written: a spec file and the sources in one tar, which the payload compresses. */
export interface SrpmContents {
  readonly nameVersionRelease: string;
  readonly arch: string;
  readonly spec: File;
  readonly tarball: File;
  /** What the tar holds, in one folder. */
  readonly tree: readonly Member[];
  readonly tarOptions: TarOptions;
  /** Complete but for the digests of the sources and the payload. */
  readonly header: EncodedHeader;
  /** The digests of the files when that of the sources is known. */
  readonly fileDigests: (tarball: string) => Uint8Array;
}

const NO_DIGEST = '0'.repeat(64);
/** RPMFILE_SPECFILE */
const SPECFILE = 1 << 5;
const BUILD_HOST = 'localhost';
const RPM_VERSION = '4.18.0';
/** rpmbuild tells the machine it ran on; nobody reads it of source packages. */
const SOME_ARCH = 'x86_64';

export function srpmContents(job: Job): SrpmContents {
  const { release, options, date } = job;
  const name = packageNames(job.cell).bare;
  const top = `${name}-${upstreamVersion(release.version, options)}`;
  const tree: readonly Member[] = [
    { type: 'directory', path: top, mode: 0o755 },
    ...job.entries.map((entry): Member => ({ ...entry, path: `${top}/${entry.path}` })),
  ];
  // Never so small that it would travel in one run with others.
  const tarOptions: TarOptions = { dialect: 'pax-binary', mtime: date, blocking: SEGMENT_MIN / 512 };
  const summary = summaryOf(options, release, name);
  const noarch = options.noarch ?? options.build.length === 0;
  const facts = {
    name,
    summary,
    description: descriptionOf(options, release, name),
    license: options.license ?? release.license ?? 'Unspecified',
    noarch,
    tarball: `${top}.tar`,
    top,
    changelog: {
      time: noonOf(date),
      name: `${authorOf(job)} - ${epochVersionRelease(release.version, options)}`,
      text: `- Release ${release.version}.`,
    },
  };
  const bytes = Buffer.from(specText(job, facts));
  const spec = { type: 'file', path: `${name}.spec`, mode: 0o644, size: bytes.length, source: { bytes } } as const;
  const tarball = { type: 'file', path: facts.tarball, mode: 0o644, size: tarLength(tree, tarOptions), source: { bytes: new Uint8Array() } } as const;
  if (tarball.size + spec.size >= LARGE) throw sourcesTooLarge(tarball.size);
  const fileDigests = (digest: string): Uint8Array =>
    Buffer.from(
      inOrder(spec, tarball)
        .map((file) => `${file === spec ? sha256(bytes) : digest}\0`)
        .join(''),
    );
  const arch = noarch ? 'noarch' : SOME_ARCH;
  const fields = [
    ...identityFields(job, { ...facts, arch }),
    ...fileFields(inOrder(spec, tarball), { date, digests: [NO_DIGEST, NO_DIGEST] }),
    ...relationFields(job),
    ...changelogFields([facts.changelog]),
    ...payloadFields(options),
  ];
  const header = encodeHeader(TAG.region, fields);
  return { nameVersionRelease: `${name}-${versionRelease(release.version, options)}`, arch, spec, tarball, tree, tarOptions, header, fileDigests };
}

function authorOf({ release, options }: Job): string {
  const author = options.packager ?? release.maintainer ?? options.vendor ?? release.vendor ?? `The authors of ${release.name}`;
  return author.trim().replaceAll(/\s+/g, ' ');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** By the bytes of their names, as every list of files is. */
export function inOrder<T extends Member>(...files: readonly T[]): readonly T[] {
  return files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

interface Identity {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly license: string;
  readonly noarch: boolean;
  readonly tarball: string;
  readonly arch: string;
}

function identityFields({ release, options, date }: Job, { name, summary, description, license, noarch, tarball, arch }: Identity): readonly Field[] {
  const optional = (tag: number, value: string | undefined): readonly Field[] =>
    value === undefined ? [] : [text(tag, value.trim().replaceAll(/\s+/g, ' '))];
  return [
    texts(TAG.i18nTable, ['C']),
    text(TAG.name, name),
    text(TAG.version, upstreamVersion(release.version, options)),
    text(TAG.release, options.revision),
    ...(options.epoch ? [int32(TAG.epoch, options.epoch)] : []),
    localText(TAG.summary, summary),
    localText(TAG.description, description),
    localText(TAG.group, options.group),
    int32(TAG.buildTime, date),
    text(TAG.buildHost, BUILD_HOST),
    text(TAG.license, license),
    ...optional(TAG.vendor, options.vendor ?? release.vendor),
    ...optional(TAG.packager, options.packager ?? release.maintainer),
    ...optional(TAG.url, options.homepage ?? release.homepage),
    texts(TAG.source, [tarball]),
    text(TAG.os, 'linux'),
    text(TAG.arch, arch),
    text(TAG.rpmVersion, RPM_VERSION),
    ...(noarch ? [texts(TAG.buildArchs, ['noarch'])] : []),
    int32(TAG.sourcePackage, 1),
    text(TAG.encoding, 'utf-8'),
  ];
}

function fileFields(files: readonly File[], { date, digests }: { readonly date: number; readonly digests: readonly string[] }): readonly Field[] {
  const each = (tag: number, value: (file: File, index: number) => number): Field => numbers('int32', tag, files.map(value));
  const same = (tag: number, value: string): Field =>
    texts(
      tag,
      files.map(() => value),
    );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return [
    int32(TAG.size, total),
    each(TAG.fileSizes, ({ size }) => size),
    numbers(
      'int16',
      TAG.fileModes,
      files.map(({ mode }) => 0o100000 | mode),
    ),
    numbers(
      'int16',
      TAG.fileRdevs,
      files.map(() => 0),
    ),
    each(TAG.fileMtimes, () => date),
    texts(TAG.fileDigests, digests),
    int32(TAG.fileDigestAlgo, SHA256_ALGORITHM),
    same(TAG.fileLinkTos, ''),
    each(TAG.fileFlags, ({ path }) => (path.endsWith('.spec') ? SPECFILE : 0)),
    same(TAG.fileUserName, 'root'),
    same(TAG.fileGroupName, 'root'),
    each(TAG.fileVerifyFlags, () => 0xffffffff),
    each(TAG.fileDevices, () => 1),
    each(TAG.fileInodes, (_, index) => index + 1),
    same(TAG.fileLangs, ''),
    texts(TAG.dirNames, ['']),
    texts(
      TAG.baseNames,
      files.map(({ path }) => path),
    ),
    each(TAG.dirIndexes, () => 0),
  ];
}

function relationFields({ release, options }: Job): readonly Field[] {
  const evr = epochVersionRelease(release.version, options);
  const needs = options.buildRequires.map((one) => dependency(one, evr));
  const coding = FEATURE[options.codec];
  const features: readonly RpmFeature[] = [
    'CompressedFileNames',
    'FileDigests',
    ...(coding === undefined ? [] : [coding]),
    ...relationFeatures([...needs, { name: 'own', version: evr, flags: 0 }]),
  ];
  return dependencyFields('requires', [...needs, ...features.map(rpmlib)]);
}

function payloadFields({ codec, level }: SrpmOptions): readonly Field[] {
  const usual = LEVELS[codec]?.usual;
  return [
    text(TAG.payloadFormat, 'cpio'),
    ...(usual === undefined ? [] : [text(TAG.payloadCompressor, codec), text(TAG.payloadFlags, String(level ?? usual))]),
    texts(TAG.payloadDigest, [NO_DIGEST]),
    int32(TAG.payloadDigestAlgo, SHA256_ALGORITHM),
  ];
}
