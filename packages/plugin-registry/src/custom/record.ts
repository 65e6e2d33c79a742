import type { RegistryDefinition, RegistryJob } from '@provisioning-dist/core';
import { addressOf, releaseValues } from './address.ts';
import type { CustomOptions } from './options.ts';
import { tagOf } from './pointer.ts';
import { ask } from './request.ts';

function addressFor({ options, release }: RegistryJob<CustomOptions>): string | undefined {
  return options.journal === undefined ? undefined : addressOf(options.journal, releaseValues(release, tagOf(release)));
}

/** The release's journal, at the address of `journal`. */
export const record: NonNullable<RegistryDefinition<CustomOptions>['record']> = {
  can: ({ journal }) => journal !== undefined,
  write: async (job, journal) => {
    const url = addressFor(job);
    if (url === undefined) return;
    await ask(job, url, { method: 'PUT', headers: { 'content-type': 'application/x-ndjson' }, body: journal });
  },
  read: async (job) => {
    const url = addressFor(job);
    if (url === undefined) return undefined;
    const { status, bytes } = await ask(job, url, { accept: [404, 410] });
    return status === 404 || status === 410 ? undefined : bytes;
  },
};
