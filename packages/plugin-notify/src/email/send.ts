import { defineEffect, type Effect } from '@provisioning-dist/core';
import { accessOf } from './login.ts';
import type { Mail } from './mail.ts';
import { mimeOf } from './mime.ts';
import type { EmailOptions } from './options.ts';
import { type Delivered, deliver } from './smtp.ts';

/** Nobody can ask a server whether it got a mail: it is sent once, and one in doubt is listed. */
export const send: Effect<Mail, Delivered, EmailOptions> = defineEffect<Mail, Delivered, EmailOptions>({
  name: 'email.send',
  describe: ({ title }) => `send "${title}"`,
  preview: () => ({ accepted: 0, refused: [] }),
  apply: async (mail, { options, signal, log }) => {
    const { server, timeout, from, to, cc, bcc } = options;
    const way = { server, timeout, signal, access: await accessOf(options) };
    const bytes = await mimeOf(mail, options, new Date());
    const everybody = [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
    const delivered = await deliver({ from: from.address, to: everybody, bytes }, way);
    for (const address of delivered.refused) log.warn(`${server.host} does not take mail for ${address}; the others got it`);
    return delivered;
  },
  irreversible: 'who got the mail has it; send one of type rollback',
});
