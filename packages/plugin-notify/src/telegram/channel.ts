import type { ChannelDefinition, Message, Secret } from '@provisioning-dist/core';
import { chat } from '../chat/chat.ts';
import { plain } from '../chat/markdown.ts';
import { apiAddress, timeout } from '../chat/options.ts';
import { clean, cut, lines } from '../chat/text.ts';
import { endpointOf } from '../endpoint.ts';

export interface TelegramOptions {
  readonly token: Secret;
  readonly chat: string;
  readonly api: string;
  readonly timeout: number;
}

/** https://core.telegram.org/bots/api#sendmessage */
const TEXT = 4096;
const LINKS = 1500;

/** A Telegram bot. Texts go out as they are: without a `parse_mode` nothing in them is markup. */
export const telegram: ChannelDefinition<TelegramOptions> = chat<TelegramOptions>({
  name: 'telegram',
  options: (kit) =>
    kit.z.object({
      token: kit.secret().describe('Token of the bot, from BotFather'),
      chat: kit.z
        .union([kit.z.string().regex(/^(@\w+|-?\d+)$/, { error: 'must be a number or @name' }), kit.z.int().transform(String)])
        .describe('Id of the chat, or @name of a public channel'),
      api: apiAddress(kit, 'https://api.telegram.org'),
      timeout: timeout(kit),
    }),
  layout: (message, options) => ({
    chat_id: options.chat,
    text: textOf(message),
    link_preview_options: { is_disabled: true },
    disable_notification: !message.urgent,
  }),
  target: async ({ token, api }) => {
    const secret: Secret = {
      ...token,
      reveal: async () => `${api.replace(/\/$/, '')}/bot${encodeURIComponent((await token.reveal()).trim())}/sendMessage`,
    };
    return endpointOf(secret);
  },
});

function textOf({ title, body, links }: Message): string {
  const list = lines(
    links.map(({ name, url }) => `${clean(name)}: ${clean(url)}`),
    LINKS,
  );
  const head = cut(clean(title).trim(), 300);
  const text = cut(clean(plain(body ?? '')).trim(), TEXT - head.length - list.length - 4);
  return [head, text, list].filter((part) => part !== '').join('\n\n');
}
