import { DistError, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { type ChosenPackage, chosenPackages } from './chosen.ts';
import { ask, packument } from './client.ts';
import type { NpmOptions } from './options.ts';

type Job = RegistryJob<NpmOptions>;

/** A token that is not known, and versions that are taken. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const { options, release } = job;
  const { protocol, hostname, origin } = new URL(options.url);
  if (protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
    return [
      finding(job, 'insecure-url', `Cannot publish to ${origin}: the connection is not encrypted`, 'use https; http is for this machine alone'),
    ];
  const unknown = await unknownToken(job);
  if (unknown.length > 0) return unknown;
  const taken = await Promise.all(chosenPackages(job).map((one) => takenBy(job, one)));
  return release.snapshot ? [] : taken.flat();
}

/** Not every registry knows who one is: its silence is no finding. */
async function unknownToken(job: Job): Promise<readonly Finding[]> {
  if (!job.options.token) return [];
  try {
    await ask(job, '/-/whoami', { accept: [400, 404, 405, 501] });
    return [];
  } catch (error) {
    const status = error instanceof DistError ? error.data?.status : undefined;
    if (status !== 401 && status !== 403) throw error;
    const message = `Cannot publish to ${new URL(job.options.url).origin}: it does not know the token (${status})`;
    return [finding(job, 'not-authorised', message, 'make a new token that may publish, and put it where "token" says')];
  }
}

async function takenBy(job: Job, { name, version, integrity }: ChosenPackage): Promise<readonly Finding[]> {
  const { versions = {} } = (await packument(job, name)) ?? {};
  const there = Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (!there?.integrity || there.integrity.split(/\s+/).includes(integrity)) return [];
  const message = `Cannot publish ${name}@${version}: it is there with other content (${there.integrity}, not ${integrity})`;
  return [finding(job, 'version-taken', message, 'a published version does not change: release a new version')];
}

function finding(job: Job, code: string, message: string, hint: string): Finding {
  return { level: 'error', code, subject: `publish.${job.id}`, message, hint };
}
