import type { OptionsKit } from '@provisioning-dist/core';

/** Options that several services have. */

/** An address that is a credential: whoever knows it can post. */
export function webhookAddress({ secret }: OptionsKit): ReturnType<OptionsKit['secret']> {
  return secret().describe('Address of the incoming webhook; knowing it is enough to post');
}

export function timeout(kit: OptionsKit): ReturnType<ReturnType<OptionsKit['duration']>['prefault']> {
  return kit.duration().prefault('30s').describe('Time without any byte moving');
}

/** Where the service's interface is; another one than usual for servers of one's own. */
export function apiAddress({ z }: OptionsKit, usual: string): ReturnType<ReturnType<OptionsKit['z']['url']>['default']> {
  return z
    .url({ protocol: /^https?$/, error: 'it is no http or https URL' })
    .default(usual)
    .describe("Address of the service's API");
}
