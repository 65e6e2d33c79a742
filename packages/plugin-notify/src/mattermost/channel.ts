import type { ChannelDefinition, Message, Secret } from '@provisioning-dist/core';
import { chat } from '../chat/chat.ts';
import { linkItem } from '../chat/markdown.ts';
import { timeout, webhookAddress } from '../chat/options.ts';
import { clean, cut, lines } from '../chat/text.ts';
import { endpointOf } from '../endpoint.ts';

export interface MattermostOptions {
  readonly webhook: Secret;
  readonly channel?: string | undefined;
  readonly mention?: 'channel' | 'all' | 'here' | undefined;
  readonly timeout: number;
}

/** A post's limit: https://developers.mattermost.com/integrate/webhooks/incoming/ */
const POST = 16_383;
const LINKS = 4000;

/** Mattermost's incoming webhooks. */
export const mattermost: ChannelDefinition<MattermostOptions> = chat<MattermostOptions>({
  name: 'mattermost',
  options: (kit) =>
    kit.z.object({
      webhook: webhookAddress(kit),
      channel: kit.z.string().min(1).optional().describe("Channel's name; else the one the webhook is for"),
      mention: kit.z.enum(['channel', 'all', 'here']).optional().describe('Whom urgent messages call'),
      timeout: timeout(kit),
    }),
  layout: (message, { channel, mention }) => ({
    text: cut(textOf(message, mention), POST),
    ...(channel !== undefined && { channel }),
  }),
  target: ({ webhook }) => endpointOf(webhook),
});

function textOf({ title, body, links, urgent }: Message, mention: MattermostOptions['mention']): string {
  const list = lines(
    links.map(({ name, url }) => linkItem(name, url)),
    LINKS,
  );
  const head = `${urgent && mention !== undefined ? `@${mention} ` : ''}**${quiet(clean(title).replaceAll('\n', ' ').trim())}**`;
  const text = cut(quiet(clean(body ?? '').trim()), POST - head.length - list.length - 4);
  return [head, text, list].filter((part) => part !== '').join('\n\n');
}

/** Texts call nobody: an invisible character stands between the sign and the name. */
function quiet(text: string): string {
  return text.replace(/@(?=\w)/g, '@\u200b');
}
