import type { ChannelDefinition, Message, Secret } from '@provisioning-dist/core';
import { chat } from '../chat/chat.ts';
import { COLOURS } from '../chat/colours.ts';
import { linkItem, withoutReferences } from '../chat/markdown.ts';
import { timeout, webhookAddress } from '../chat/options.ts';
import { clean, cut, lines } from '../chat/text.ts';
import { endpointOf } from '../endpoint.ts';

export interface DiscordOptions {
  readonly webhook: Secret;
  /** Whom an urgent message calls. */
  readonly mention?: 'everyone' | 'here' | undefined;
  readonly timeout: number;
}

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits: all texts of a message together have 6000 */
const TITLE = 256;
const DESCRIPTION = 4096;
const LINKS = 1500;

/** Discord's webhooks. Only `mention` can call anybody, whatever the texts say. */
export const discord: ChannelDefinition<DiscordOptions> = chat<DiscordOptions>({
  name: 'discord',
  options: (kit) =>
    kit.z.object({
      webhook: webhookAddress(kit),
      mention: kit.z.enum(['everyone', 'here']).optional().describe('Whom urgent messages call'),
      timeout: timeout(kit),
    }),
  layout: (message, { mention }) => ({
    ...(message.urgent && mention !== undefined && { content: `@${mention}` }),
    embeds: [{ title: cut(clean(message.title).trim() || ' ', TITLE), description: description(message), color: COLOURS[message.type] }],
    // `everyone` stands for both: https://discord.com/developers/docs/resources/message#allowed-mentions-object
    allowed_mentions: { parse: message.urgent && mention !== undefined ? ['everyone'] : [] },
  }),
  // Without it the answer comes before the message is kept.
  target: async ({ webhook }) => {
    const endpoint = await endpointOf(webhook);
    const url = new URL(endpoint.url);
    url.searchParams.set('wait', 'true');
    return { ...endpoint, url };
  },
});

function description({ body, links }: Message): string {
  const list = lines(
    links.map(({ name, url }) => linkItem(name, url)),
    LINKS,
  );
  const text = cut(clean(withoutReferences(body ?? '')).trim(), DESCRIPTION - list.length - 2);
  return [text, list].filter((part) => part !== '').join('\n\n');
}
