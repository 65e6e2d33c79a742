import type { Artifact, Finding, RegistryJob } from '@provisioning-dist/core';
import { isLaterThan } from '../store/pointer.ts';
import { shown } from '../url.ts';
import { addressOf } from './address.ts';
import { chosenArtifacts } from './chosen.ts';
import { contentDigest } from './look.ts';
import type { CustomOptions } from './options.ts';
import { isPublic, publicTemplate, valuesOf } from './place.ts';
import { pointerAddress, versionIn } from './pointer.ts';
import { readPointer } from './promote.ts';

type Job = RegistryJob<CustomOptions>;

/** Reads every artifact and the pointer back, as the public does where there is one. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after the other: each is read whole.
  for (const artifact of chosenArtifacts(job)) findings.push(...(await artifactFindings(job, artifact)));
  return [...findings, ...(await pointerFindings(job))];
}

async function artifactFindings(job: Job, artifact: Artifact): Promise<readonly Finding[]> {
  const { sha256, size } = artifact;
  const url = addressOf(publicTemplate(job.options), valuesOf(job.release, artifact));
  const found = await contentDigest(job, url, { limit: size, anonymous: isPublic(job.options) });
  if (found?.sha256 === sha256) return [];
  if (!found) return [finding(job, 'artifact-missing', `${shown(url)} is not there`)];
  const state = found.sha256 === undefined ? `more than its ${size} bytes` : `other bytes (sha256 ${found.sha256}, not ${sha256})`;
  return [finding(job, 'artifact-differs', `${shown(url)} holds ${state}`)];
}

async function pointerFindings(job: Job): Promise<readonly Finding[]> {
  const { options, release } = job;
  const url = pointerAddress(options, release);
  if (!options.pointer || url === undefined) return [];
  const found = await readPointer(job, url, isPublic(options));
  if (!found) return [finding(job, 'pointer-missing', `${shown(url)} is not there`)];
  const version = versionIn(found.text, options.pointer);
  if (version === release.version || (version !== undefined && isLaterThan(version, release))) return [];
  return [finding(job, 'pointer-behind', `${shown(url)} names ${version ?? 'no version'}, not ${release.version}`)];
}

function finding(job: Job, code: string, message: string): Finding {
  return { level: 'error', code, subject: `publish.${job.id}`, message, hint: `publish again with --registry ${job.id}` };
}
