import type { ChannelDefinition, OptionsKit, Secret } from '@provisioning-dist/core';
import { timeout } from '../chat/options.ts';
import { isPrivate } from '../endpoint.ts';
import { type Mailbox, mailboxOf } from './address.ts';
import { unknownFields } from './subject.ts';

export interface EmailOptions {
  readonly server: Server;
  readonly auth?: { readonly user: string; readonly password: Secret } | undefined;
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo?: Mailbox | undefined;
  readonly subject: string;
  /** Milliseconds without any byte moving. */
  readonly timeout: number;
}

export interface Server {
  readonly host: string;
  readonly port?: number | undefined;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly ca?: string | undefined;
}

export const emailOptions: ChannelDefinition<EmailOptions>['options'] = (kit) => {
  const { z } = kit;
  const mailboxes = z.union([z.array(mailbox(kit)), mailbox(kit).transform((one) => [one])]);
  return z
    .object({
      server: server(kit),
      auth: z
        .strictObject({ user: z.string().min(1).describe('Name to log in with'), password: kit.secret().describe('Its password') })
        .optional()
        .describe('Login; never without encryption beyond this machine'),
      from: mailbox(kit).describe('Sender'),
      to: mailboxes.default([]).describe('Recipients'),
      cc: mailboxes.default([]).describe('Recipients of a copy'),
      bcc: mailboxes.default([]).describe('Recipients nobody sees'),
      replyTo: mailbox(kit).optional().describe('Where answers go, when not to the sender'),
      subject: z
        .string()
        .min(1)
        .refine((text) => unknownFields(text).length === 0, { error: 'only {title}, {name}, {product}, {version} and {type} can be filled in' })
        .default('{title}')
        .describe('Subject, with {title}, {name}, {product}, {version} and {type}'),
      timeout: timeout(kit),
    })
    .refine(({ to, cc, bcc }) => to.length + cc.length + bcc.length > 0, { error: 'nobody gets it', path: ['to'] });
};

function server({ z, path }: OptionsKit) {
  return z
    .strictObject({
      host: z
        .string()
        .regex(/^[\w.:-]+$/, { error: 'must be a host name or an IP address' })
        .describe('Mail server'),
      port: z.int().min(1).max(65_535).optional().describe('Port; default 465 for tls, 587 for starttls, 25 for none'),
      security: z.enum(['tls', 'starttls', 'none']).default('starttls').describe('Encryption from the start, or by STARTTLS, which is required then'),
      ca: path().optional().describe('Certificates trusted instead of the system, PEM'),
    })
    .refine(({ host, security }) => security !== 'none' || isLoopback(host), {
      error: 'mail would be sent unencrypted',
      path: ['security'],
      params: { hint: 'use tls or starttls; none is for this machine alone' },
    })
    .describe('Mail server (SMTP)');
}

function isLoopback(host: string): boolean {
  const url = URL.parse(`http://${host.includes(':') ? `[${host}]` : host}`);
  return url !== null && isPrivate(url);
}

function mailbox({ z }: OptionsKit) {
  return z.string().transform((text, context): Mailbox => {
    const found = mailboxOf(text);
    if (found) return found;
    context.addIssue({ code: 'custom', message: 'must read "ada@example.org" or "Ada <ada@example.org>"' });
    return z.NEVER;
  });
}
