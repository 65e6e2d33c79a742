import { createHash } from 'node:crypto';
import { inflateRawSync, type Zlib } from 'node:zlib';
import type { Distribution, Finding, ReadSource, ReadView } from '@provisioning-dist/core';
import { fileNameOf, gunzipped, messageOf, piecesOf } from '../read/bytes.ts';
import { error, findingOf, type Problem, warning } from '../read/findings.ts';
import { fieldProblems, type Info, readInfo } from '../read/info.ts';
import { type Listed, listTar } from '../read/listed.ts';
import { compareTrees, treeProblems } from '../read/tree.ts';
import type { ApkOptions } from './options.ts';
import { relation } from './relations.ts';
import { isApkVersion } from './version.ts';

/** Signature and control segment: what they take at most, packed and unpacked. */
const SEGMENT_MAX = 32 * 1024 * 1024;
const GZIP_HEADER = 10;
const GZIP_TRAILER = 8;

const FIELDS: Readonly<Record<string, RegExp>> = {
  pkgname: /^[a-zA-Z0-9@_+][a-zA-Z0-9@._+-]*$/,
  pkgver: /^[0-9]/,
  size: /^[0-9]+$/,
  arch: /^[a-z0-9_]+$/,
  datahash: /^[0-9a-f]{64}$/,
};

/** Everything that is wrong with an apk, against the distribution it was made from when that is known. */
export async function readApk(source: ReadSource, distribution?: Distribution, view?: ReadView<ApkOptions>): Promise<readonly Finding[]> {
  const name = fileNameOf(source);
  const problems = await problemsOf(source, distribution, view).catch((cause) => [error('unreadable', messageOf(cause))]);
  return problems.map(findingOf('apk', name));
}

async function problemsOf(source: ReadSource, distribution?: Distribution, view?: ReadView<ApkOptions>): Promise<readonly Problem[]> {
  const first = segmentAt(source, 0);
  const signed = first.plain.toString('latin1', 0, 6) === '.SIGN.';
  const control = signed ? segmentAt(source, first.end) : first;
  const info = readInfo(await listTar([control.plain], () => true, { openEnd: true }));
  const tree = await listTar(gunzipped(piecesOf(source, control.end)), () => false);
  const rules = { package: info.fields.get('pkgname')?.[0] ?? '', prefix: view?.options.prefix ?? 'usr', paths: view?.options.paths ?? {} };
  return [
    ...signatureProblems(signed, view),
    ...[...(signed ? [first] : []), control].flatMap(endProblems),
    ...info.problems,
    ...fieldProblems(info, FIELDS),
    ...infoProblems(info, tree, hashOf(source, control.end)),
    ...treeProblems(tree, view?.date),
    ...tree.flatMap(checksumProblems),
    ...(distribution ? compareTrees(tree, { distribution }, rules) : []),
  ];
}

interface Segment {
  readonly plain: Buffer;
  /** Position of the next one. */
  readonly end: number;
}

/** RFC 1952: one gzip member; zlib's own reader goes on with the next without saying where it began. */
function segmentAt(source: ReadSource, position: number): Segment {
  const bytes = source.read(position, Math.min(SEGMENT_MAX, source.size - position));
  if (Buffer.from(bytes.subarray(0, 4)).toString('hex') !== '1f8b0800')
    throw new Error(`Cannot read the package: at ${position} begins no gzip member`);
  // Their types do not know what "info" makes of the answer.
  const { buffer, engine } = inflateRawSync(bytes.subarray(GZIP_HEADER), { info: true, maxOutputLength: SEGMENT_MAX }) as unknown as {
    readonly buffer: Buffer;
    readonly engine: Zlib;
  };
  return { plain: buffer, end: position + GZIP_HEADER + engine.bytesWritten + GZIP_TRAILER };
}

function hashOf(source: ReadSource, position: number): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(source, position)) hash.update(piece);
  return hash.digest('hex');
}

function signatureProblems(signed: boolean, view: ReadView<ApkOptions> | undefined): readonly Problem[] {
  if (signed) return [];
  return view?.options.sign === undefined
    ? [warning('unsigned', 'It is not signed: apk installs it with --allow-untrusted only')]
    : [error('unsigned', 'It is not signed, and should be')];
}

/** apk reads the segments as one archive, which would end there. */
function endProblems({ plain }: Segment): readonly Problem[] {
  const last = plain.subarray(-1024);
  return last.length === 1024 && last.every((byte) => byte === 0) ? [error('segment', 'A segment before the data ends as a tar archive does')] : [];
}

function infoProblems({ fields }: Info, tree: readonly Listed[], datahash: string): readonly Problem[] {
  const size = tree.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  const one = (key: string): string | undefined => fields.get(key)?.[0];
  const version = one('pkgver');
  return [
    ...(one('size') === String(size) ? [] : [error('size', `.PKGINFO says ${one('size')} bytes, the files have ${size}`)]),
    ...(one('datahash') === datahash ? [] : [error('datahash', `The data's SHA-256 is ${datahash}, .PKGINFO says ${one('datahash')}`)]),
    ...(version === undefined || isApkVersion(version) ? [] : [error('version', `Alpine knows no version "${version}"`)]),
    ...['depend', 'provides', 'replaces'].flatMap((key) =>
      (fields.get(key) ?? []).flatMap((text) => (relation(text) === undefined ? [error('relation', `The ${key} "${text}" is no relation`)] : [])),
    ),
  ];
}

/** apk 3 refuses packages without. */
function checksumProblems({ path, type, pax, digests, target = '' }: Listed): readonly Problem[] {
  if (type !== 'file' && type !== 'symlink') return [];
  const expected = type === 'file' ? digests.sha1 : createHash('sha1').update(target).digest('hex');
  const found = pax.get('APK-TOOLS.checksum.SHA1');
  return found === expected ? [] : [error('checksum', `Its APK-TOOLS.checksum.SHA1 is ${found ?? 'not there'}, should be ${expected}`, path)];
}
