import { createHash } from 'node:crypto';
import type { ChannelJob } from '@provisioning-dist/core';

/** What is sent, as it is journaled: no address, no secret. */
export interface Payload {
  /** The same for every attempt to send this message to this channel, and for no other one. */
  readonly id: string;
  readonly title: string;
  /** JSON without white space, its keys sorted: equal messages are equal bytes. */
  readonly body: string;
}

/** Dates are the release's: the same message has the same signature whenever it is sent. */
export function payloadOf({ id: channel, message, occasion, release }: ChannelJob<unknown>): Payload {
  const { type, urgent, title, body, links } = message;
  const id = createHash('sha256')
    .update(JSON.stringify([channel, occasion]))
    .digest('hex')
    .slice(0, 32);
  const { name, product, version } = release;
  const date = new Date(release.date * 1000).toISOString().replace('.000Z', 'Z');
  const urls = links.map((link) => ({ name: link.name, url: link.url }));
  return { id, title, body: JSON.stringify({ body, date, id, links: urls, name, product, title, type, urgent, version }) };
}
