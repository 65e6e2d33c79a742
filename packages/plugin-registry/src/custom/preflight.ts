import { DistError, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { isClear, shown } from '../url.ts';
import { addressOf, isComplete } from './address.ts';
import { chosenArtifacts } from './chosen.ts';
import { identityFor, tlsOf } from './credentials.ts';
import { look } from './look.ts';
import type { CustomOptions } from './options.ts';
import { MANIFEST, valuesOf } from './place.ts';
import { type Asking, ask } from './request.ts';

type Job = RegistryJob<CustomOptions>;

/** Addresses in the clear, credentials that are missing or not known, and versions that are taken. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const clear = clearFindings(job);
  if (clear.length > 0) return clear;
  tlsOf(job.options);
  await identityFor(job.options, new URL(job.options.url).hostname);
  if (job.options.probe === false) return [];
  const artifacts = chosenArtifacts(job);
  if (artifacts.length === 0) return await beforeAnythingIsMade(job);
  const findings: Finding[] = [];
  for (const artifact of artifacts) {
    const url = addressOf(job.options.url, valuesOf(job.release, artifact));
    const found = await orRefused(job, url, () => taken(job, { url, ...artifact }));
    findings.push(...found);
    if (found.some(({ code }) => code === 'not-authorised')) break;
  }
  return findings;
}

function clearFindings(job: Job): readonly Finding[] {
  const { url, pointer, journal, delete: way } = job.options;
  const clear = [url, pointer?.url, journal, way?.url].find((address) => address !== undefined && isClear(address));
  if (clear === undefined) return [];
  const { origin } = new URL(clear);
  return [error(job, 'insecure-url', `Cannot publish to ${origin}: the connection is not encrypted`, 'use https; http is for this machine alone')];
}

interface Planned {
  readonly url: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

async function taken(job: Job, { url, name, size, sha256 }: Planned): Promise<readonly Finding[]> {
  const seen = await look(job, url, { size, sha256 });
  if (seen.is === 'absent' || seen.is === 'same') return [];
  if (seen.is === 'unknown') return [thereAlready(job, url)];
  const message = `Cannot publish "${name}" ${job.release.version}: other bytes are there (${seen.found}, not sha256 ${sha256})`;
  return [error(job, 'version-taken', message, 'a published version does not change: release a new version')];
}

/** Nothing to compare with yet: the release's own record tells whether the version is there. */
async function beforeAnythingIsMade(job: Job): Promise<readonly Finding[]> {
  if (!isComplete(job.options.url, ['product', 'name', 'version', 'tag', 'artifact', 'platform', 'variant'])) return [];
  const url = addressOf(job.options.url, valuesOf(job.release, { name: MANIFEST, sha256: '' }));
  return await orRefused(job, url, async () => ((await isThere(job, url)) ? [thereAlready(job, url)] : []));
}

async function isThere(asking: Asking, url: string): Promise<boolean> {
  const { status } = await ask(asking, url, { method: 'HEAD', accept: [404, 405, 410, 501] });
  return status < 300;
}

/** 403 is also what servers say of what is not there to those who may not list. */
async function orRefused(job: Job, url: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await ask();
  } catch (problem) {
    const status = problem instanceof DistError ? problem.data?.status : undefined;
    if (!(problem instanceof DistError) || (status !== 401 && status !== 403)) throw problem;
    return [error(job, 'not-authorised', `Cannot look at ${shown(url)}: it answered ${status}`, problem.hint ?? '')];
  }
}

function thereAlready(job: Job, url: string): Finding {
  const message = `${shown(url)} is there already, and may hold other bytes`;
  return { level: 'warning', code: 'version-there', subject: `publish.${job.id}`, message, hint: 'publishing stops if it differs' };
}

function error(job: Job, code: string, message: string, hint: string): Finding {
  return { level: 'error', code, subject: `publish.${job.id}`, message, hint };
}
