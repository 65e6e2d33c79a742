import type { ChannelDefinition, Message, Secret } from '@provisioning-dist/core';
import { chat } from '../chat/chat.ts';
import { timeout, webhookAddress } from '../chat/options.ts';
import { clean, cut, lines } from '../chat/text.ts';
import { endpointOf } from '../endpoint.ts';

export interface TeamsOptions {
  readonly webhook: Secret;
  readonly timeout: number;
}

/** A message has 28 KB: https://learn.microsoft.com/microsoftteams/limits-specifications-teams. A character takes up to 4 bytes, in JSON up to 6. */
const TITLE = 500;
const BODY = 2500;
const LINKS = 1000;

/** Microsoft Teams: the webhook of a workflow ("post to a channel when a webhook request is received"), which takes an adaptive card. */
export const teams: ChannelDefinition<TeamsOptions> = chat<TeamsOptions>({
  name: 'teams',
  options: (kit) => kit.z.object({ webhook: webhookAddress(kit), timeout: timeout(kit) }),
  layout: (message) => ({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card(message) }],
  }),
  target: ({ webhook }) => endpointOf(webhook),
});

function card({ title, body, links, urgent }: Message): object {
  const list = lines(
    links.map(({ name, url }) => `- [${clean(name).replace(/[[\]\\]/g, '\\$&')}](${encodeURI(decodedSafely(clean(url)))})`),
    LINKS,
  );
  const head = { size: 'Large', weight: 'Bolder', ...(urgent && { color: 'Attention' }) };
  const texts = [cut(clean(body ?? '').trim(), BODY), list].filter((text) => text !== '');
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ type: 'TextBlock', text: cut(clean(title).trim() || ' ', TITLE), wrap: true, ...head }, ...texts.map(block)],
  };
}

function block(text: string): object {
  return { type: 'TextBlock', text, wrap: true };
}

/** Blanks and brackets would end the link; what is escaped already stays so. */
function decodedSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch (error) {
    if (error instanceof URIError) return url;
    throw error;
  }
}
