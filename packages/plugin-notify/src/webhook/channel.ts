import { type ChannelDefinition, defineChannel } from '@provisioning-dist/core';
import { type WebhookOptions, webhookOptions } from './options.ts';
import { payloadOf } from './payload.ts';
import { preflight } from './preflight.ts';
import { send } from './send.ts';

/** Any HTTP server: the message as JSON, signed when there is a secret. */
export const webhook: ChannelDefinition<WebhookOptions> = defineChannel({
  options: webhookOptions,
  effects: [send],
  preflight,
  send: async (job) => {
    await job.effect(send, payloadOf(job));
  },
});
