import { createHash } from 'node:crypto';
import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { type ChosenPackage, chosenPackages } from './chosen.ts';
import { packument } from './client.ts';
import type { NpmOptions } from './options.ts';
import { isAhead, tagFor } from './tag.ts';

type Job = RegistryJob<NpmOptions>;

/** What installers are told of every package, the files they would get, and the tag of the main one. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after the other: each is read whole.
  for (const one of chosenPackages(job)) findings.push(...(await packageFindings(job, one)));
  return findings;
}

async function packageFindings(job: Job, { name, version, integrity, artifact, isMain }: ChosenPackage): Promise<readonly Finding[]> {
  const all = await packument(job, name);
  const there = all?.versions[version];
  if (!all || !there) return [finding(job, 'artifact-missing', `${name}@${version} is not there`)];
  const tagFindings = isMain ? taggedFindings(job, name, all.tags) : [];
  if (there.integrity !== undefined && !there.integrity.split(/\s+/).includes(integrity))
    return [finding(job, 'artifact-differs', `${name}@${version} has other content (${there.integrity}, not ${integrity})`), ...tagFindings];
  const isWhole = there.tarball !== undefined && (await contentIs(job, there.tarball, { integrity, size: artifact.size }));
  return [...(isWhole ? [] : [finding(job, 'artifact-differs', `The file of ${name}@${version} has other content than it says`)]), ...tagFindings];
}

async function contentIs({ http, signal }: Job, url: string, wanted: { readonly integrity: string; readonly size: number }): Promise<boolean> {
  const page = 1024 * 1024;
  const { status, bytes } = await http(url, { accept: [404], signal, maxBytes: wanted.size + page });
  return status !== 404 && `sha512-${createHash('sha512').update(bytes).digest('base64')}` === wanted.integrity;
}

function taggedFindings(job: Job, name: string, tags: Readonly<Record<string, string>>): readonly Finding[] {
  const { version } = job.release;
  const tag = tagFor(job.options, job.release);
  const found = Object.hasOwn(tags, tag) ? (tags[tag] ?? null) : null;
  if (found === version.replace(/\+.*$/s, '') || isAhead(found, version)) return [];
  return [finding(job, 'pointer-behind', `"${tag}" of ${name} names ${found ?? 'nothing'}, not ${version}`)];
}

function finding(job: Job, code: string, message: string): Finding {
  return { level: 'error', code, subject: `publish.${job.id}`, message, hint: `publish again with --registry ${job.id}` };
}
