import { createHash } from 'node:crypto';
import type { Mailbox } from './address.ts';
import type { Mail } from './mail.ts';
import type { EmailOptions } from './options.ts';

/** The message as RFC 5322 has it. `date` is the time of sending (3.6.1); all else is the same whenever it is sent. */
export async function mimeOf(mail: Mail, { from, to, cc, replyTo }: EmailOptions, date: Date): Promise<Uint8Array> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { messageId, title, text, html, urgent } = mail;
  const composer = new MailComposer({
    ...{ messageId, date, subject: title, text, html },
    ...{ from: mutable(from), to: to.map(mutable), cc: cc.map(mutable) },
    ...(replyTo && { replyTo: mutable(replyTo) }),
    // RFC 3834: no holiday notices, please
    headers: { 'Auto-Submitted': 'auto-generated', ...(urgent && { 'X-Priority': '1 (Highest)', Importance: 'high' }) },
    newline: 'windows',
    textEncoding: 'quoted-printable',
    // no text can hold its own digest, so none can hold its boundary
    baseBoundary: createHash('sha256').update(JSON.stringify(mail)).digest('hex').slice(0, 32),
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function mutable({ name, address }: Mailbox): { name: string; address: string } {
  return { name, address };
}
