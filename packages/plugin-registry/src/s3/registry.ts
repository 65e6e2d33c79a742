import { defineRegistry, type Finding, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import { addressBelow, keyOf } from '../store/options.ts';
import { stored } from '../store/registry.ts';
import { remotePreflight } from '../store/remote.ts';
import { isClear } from '../url.ts';
import { type S3RegistryOptions, s3Options } from './options.ts';

/** A bucket of Amazon S3 or a service that speaks its protocol. */
export const s3: RegistryDefinition<S3RegistryOptions> = defineRegistry<S3RegistryOptions>({
  ...stored,
  snapshots: false,
  options: s3Options,
  preflight,
  locate: ({ name }, { options, release }) => (options.url === undefined ? undefined : addressBelow(options.url, keyOf(options, release, name))),
});

async function preflight(job: RegistryJob<S3RegistryOptions>): Promise<readonly Finding[]> {
  const { endpoint } = job.options;
  if (!isClear(endpoint)) return await remotePreflight(job);
  const message = `Cannot publish to ${new URL(endpoint).origin}: the connection is not encrypted`;
  return [{ level: 'error', code: 'insecure-url', subject: `publish.${job.id}`, message, hint: 'use https; http is for this machine alone' }];
}
