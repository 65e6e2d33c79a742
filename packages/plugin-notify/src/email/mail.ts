import { createHash } from 'node:crypto';
import type { ChannelJob } from '@provisioning-dist/core';
import { clean, cut } from '../chat/text.ts';
import { domainOf } from './address.ts';
import { htmlOf } from './html.ts';
import type { EmailOptions } from './options.ts';
import { oneLine, subjectOf } from './subject.ts';

/** What is sent, as it is journaled: all but the addresses and the time of sending. */
export interface Mail {
  /** The same for every attempt to send this announcement to this channel, and for no other one. */
  readonly messageId: string;
  readonly title: string;
  readonly urgent: boolean;
  readonly text: string;
  readonly html: string;
}

/** UTF-16 units of Markdown: servers take far more, people read far less. */
const BODY = 100_000;

export function mailOf({ id, message, release, occasion, options }: ChannelJob<EmailOptions>): Mail {
  const hash = createHash('sha256')
    .update(JSON.stringify([id, occasion]))
    .digest('hex')
    .slice(0, 32);
  const { urgent, links } = message;
  const title = oneLine(message.title);
  const body = cut(clean(message.body ?? '').trim(), BODY);
  const list = links.map(({ name, url }) => `${oneLine(name)}: ${clean(url)}`).join('\n');
  return {
    messageId: `<${hash}@${domainOf(options.from)}>`,
    title: subjectOf(options.subject, { message, release }),
    urgent,
    text: `${[title, body, list].filter((part) => part !== '').join('\n\n')}\n`,
    html: htmlOf({ title, body, links }),
  };
}
