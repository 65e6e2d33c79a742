import { createHmac } from 'node:crypto';
import { defineEffect, type Effect, type EffectContext, type Secret } from '@provisioning-dist/core';
import { type Endpoint, endpointOf } from '../endpoint.ts';
import { headerRefused } from '../errors.ts';
import { isHeaderValue, type WebhookOptions } from './options.ts';
import type { Payload } from './payload.ts';

export interface Sent {
  readonly status: number;
}

/** Nobody can ask a receiver whether it got a message: it is sent once, and one in doubt is listed. */
export const send: Effect<Payload, Sent, WebhookOptions> = defineEffect({
  name: 'webhook.send',
  describe: ({ title }) => `send "${title}"`,
  preview: () => ({ status: 200 }),
  apply: async (payload, { options, http, signal }) => {
    const endpoint = await endpointOf(options.url);
    const headers = await headersFor(payload, options);
    return post(endpoint, { payload, headers }, { options, http, signal });
  },
  irreversible: 'who got the message has it; send one of type rollback',
});

interface Sending {
  readonly payload: Payload;
  readonly headers: Readonly<Record<string, string>>;
}

async function post(
  { url, hidden }: Endpoint,
  { payload, headers }: Sending,
  { options: { method, timeout }, http, signal }: Pick<EffectContext<WebhookOptions>, 'options' | 'http' | 'signal'>,
): Promise<Sent> {
  try {
    const { status } = await http(url, { method, headers, body: payload.body, timeout, signal, confidential: true });
    return { status };
  } catch (error) {
    throw hidden(error);
  }
}

/** Names in lower case. Throws for secrets that are missing or no header value. */
export async function headersFor({ id, body }: Payload, options: WebhookOptions): Promise<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'idempotency-key': id };
  for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = await headerValue(name, value);
  if (options.secret) headers[options.signatureHeader.toLowerCase()] = signatureOf(body, await options.secret.reveal());
  return headers;
}

async function headerValue(name: string, value: string | Secret): Promise<string> {
  if (typeof value === 'string') return value;
  const text = await value.reveal();
  if (!isHeaderValue(text)) throw headerRefused(name, value.source);
  return text;
}

/** As GitHub signs its webhooks, so that receivers for those understand it. */
function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
