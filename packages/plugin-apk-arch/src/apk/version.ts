import { badVersion } from '../errors.ts';

/** APKBUILD(5): `1.2.3_rc1-r0`. Suffixes in their order: alpha, beta, pre, rc, then the release, then cvs, svn, git, hg, p. */
export interface ApkVersion {
  /** Of the packaging: the number behind "-r". */
  readonly revision: string;
}

const GRAMMAR = /^\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(?:-r\d+)?$/;
const SEMVER = /^(?<core>\d+\.\d+\.\d+)(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** What people call their pre-releases, by the suffix that sorts like it. */
const SUFFIXES: Readonly<Record<string, string>> = {
  a: 'alpha',
  alpha: 'alpha',
  dev: 'alpha',
  next: 'alpha',
  nightly: 'alpha',
  b: 'beta',
  beta: 'beta',
  canary: 'pre',
  pre: 'pre',
  preview: 'pre',
  c: 'rc',
  rc: 'rc',
};

/** What a snapshot's name says behind the number of commits: a commit, and that files were changed. */
const SNAPSHOT = /(?:^|\.)snapshot(?:\.(?<count>\d+))?(?:\.g[0-9a-f]+(?:\.dirty)?)?$/;

export function isApkVersion(text: string): boolean {
  return GRAMMAR.test(text);
}

export function apkVersion(version: string, { revision }: ApkVersion): string {
  const { core, pre } = SEMVER.exec(version)?.groups ?? {};
  if (core === undefined) throw badVersion('apk', version, 'it is not a semantic version');
  return `${core}${pre === undefined ? '' : preRelease(version, pre)}-r${revision}`;
}

/** A snapshot comes after the pre-release it began at, else before all of them. */
function preRelease(version: string, pre: string): string {
  const snapshot = SNAPSHOT.exec(pre);
  if (snapshot === null) return suffixes(version, pre);
  const before = pre.slice(0, snapshot.index);
  return `${before === '' ? '_alpha0' : suffixes(version, before)}_git${snapshot.groups?.count ?? ''}`;
}

/** `rc.1`, `rc1`, `rc-1` -> `_rc1`; numbers behind it become patches of that: `rc.1.2` -> `_rc1_p2`. */
function suffixes(version: string, pre: string): string {
  const [, word = '', number = '', rest = ''] = /^([a-z]+)(?:[.-]?(\d+))?((?:[.-]\d+)*)$/.exec(pre.toLowerCase()) ?? [];
  const suffix = SUFFIXES[word];
  if (suffix === undefined || !Object.hasOwn(SUFFIXES, word)) throw badVersion('apk', version, `Alpine has no order for the pre-release "${pre}"`);
  return `_${suffix}${number}${rest.replaceAll(/[.-]/g, '_p')}`;
}
