import { type ChannelDefinition, DistError, defineChannel, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { accessOf } from './login.ts';
import { mailOf } from './mail.ts';
import { type EmailOptions, emailOptions } from './options.ts';
import { send } from './send.ts';

/** Mail by SMTP, as text and HTML. */
export const email: ChannelDefinition<EmailOptions> = defineChannel({
  options: emailOptions,
  effects: [send],
  preflight,
  send: async (job) => {
    await job.effect(send, mailOf(job));
  },
});

/** Passwords and certificates that could not be used. Asks nobody. */
async function preflight({ id, options }: RegistryJob<EmailOptions>): Promise<readonly Finding[]> {
  try {
    await accessOf(options);
    return [];
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    const { code, message, hint } = error;
    return [{ level: 'error', code, subject: `notify.${id}`, message, ...(hint !== undefined && { hint }) }];
  }
}
