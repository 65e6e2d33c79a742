import type { BuildJob } from '@provisioning-dist/core';
import { badDigest, badSpec, platformMissing, sameName } from './errors.ts';
import { checkMemberPath, checkName } from './names.ts';
import type { PerPlatform, PrebuiltOptions } from './options.ts';

/** One output: its name under `{build}` and its path inside the source. */
export interface Pick {
  readonly name: string;
  readonly path: string;
}

export interface DirectoryRequest {
  readonly kind: 'from';
  readonly from: string;
  /** Absent = all files. */
  readonly picks?: readonly Pick[];
}

export interface NpmRequest {
  readonly kind: 'npm';
  readonly name: string;
  readonly version: string;
  readonly integrity?: string;
  readonly picks: readonly Pick[];
}

export interface ArchiveRequest {
  readonly kind: 'archive';
  readonly archive: string;
  readonly sha256?: string;
  readonly picks: readonly Pick[];
}

type Job = BuildJob<PrebuiltOptions>;

const NPM_NAME = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/;
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const INTEGRITY = /^sha(?:256|384|512)-[0-9A-Za-z+/]+={0,2}$/;

/** What the options ask for on the job's platform, with every template filled and every name checked. Reads nothing. */
export function request(job: Job): DirectoryRequest | NpmRequest | ArchiveRequest {
  const { from, npm, archive } = job.options;
  if (npm !== undefined) return npmRequest(job, npm);
  if (archive !== undefined) return archiveRequest(job, archive);
  if (from === undefined) throw new TypeError('prebuilt needs one of from, npm and archive');
  return { kind: 'from', from: choose(job, 'from', from), ...(job.options.files && { picks: picks(job, job.options.files) }) };
}

function npmRequest(job: Job, npm: PerPlatform): NpmRequest {
  const integrity = chosen(job, 'integrity');
  if (integrity !== undefined && !INTEGRITY.test(integrity)) throw badDigest('integrity', integrity);
  return { kind: 'npm', ...parseSpec(choose(job, 'npm', npm)), picks: picks(job, job.options.files ?? {}), ...(integrity && { integrity }) };
}

function archiveRequest(job: Job, archive: PerPlatform): ArchiveRequest {
  const sha256 = chosen(job, 'sha256')?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) throw badDigest('sha256', sha256);
  return { kind: 'archive', archive: choose(job, 'archive', archive), picks: picks(job, job.options.files ?? {}), ...(sha256 && { sha256 }) };
}

function parseSpec(spec: string): { readonly name: string; readonly version: string } {
  const at = spec.lastIndexOf('@');
  const [name, version] = [spec.slice(0, Math.max(at, 0)), spec.slice(at + 1)];
  if (!NPM_NAME.test(name) || name.length > 214 || !EXACT_VERSION.test(version)) throw badSpec(spec);
  return { name, version };
}

function picks(job: Job, files: Readonly<Record<string, PerPlatform>>): readonly Pick[] {
  return distinct(
    Object.entries(files).map(([key, value]) => {
      const name = checkName(job.template(key));
      return { name, path: checkMemberPath(choose(job, `files.${key}`, value)) };
    }),
  );
}

/** Refuses two outputs with one name; names that differ only by case are one file on macOS and Windows. */
export function distinct<T extends Pick>(all: readonly T[]): readonly T[] {
  const seen = new Map<string, Pick>();
  for (const pick of all) {
    const other = seen.get(pick.name.toLowerCase());
    if (other) throw sameName(pick.name, other.path, pick.path);
    seen.set(pick.name.toLowerCase(), pick);
  }
  return all;
}

function chosen(job: Job, key: 'integrity' | 'sha256'): string | undefined {
  const value = job.options[key];
  return value === undefined ? undefined : choose(job, key, value).trim();
}

function choose(job: Job, key: string, value: PerPlatform): string {
  if (typeof value === 'string') return job.template(value);
  const found = [job.platform.name, job.platform.os, 'default'].find((name) => Object.hasOwn(value, name));
  const text = found === undefined ? undefined : value[found];
  if (text === undefined) throw platformMissing(key, job.platform.name, Object.keys(value));
  return job.template(text);
}
