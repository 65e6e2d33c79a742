import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { endpointOf } from '../endpoint.ts';
import { problemOf } from '../problem.ts';
import type { WebhookOptions } from './options.ts';
import { headersFor } from './send.ts';

/** Addresses and secrets that could not be used. Asks nobody: there is no question a webhook would not take for a message. */
export async function preflight({ id, options }: RegistryJob<WebhookOptions>): Promise<readonly Finding[]> {
  const empty = { id: '', title: '', body: '' };
  const findings = await Promise.all([problemOf(id, () => endpointOf(options.url)), problemOf(id, () => headersFor(empty, options))]);
  return findings.flat();
}
