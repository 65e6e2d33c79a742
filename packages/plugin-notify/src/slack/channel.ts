import type { ChannelDefinition, HttpResponse, OptionsKit, Secret } from '@provisioning-dist/core';
import { chat, type Target } from '../chat/chat.ts';
import { apiAddress, timeout, webhookAddress } from '../chat/options.ts';
import { endpointOf } from '../endpoint.ts';
import { layout } from './layout.ts';

export interface SlackOptions {
  readonly webhook?: Secret | undefined;
  readonly token?: Secret | undefined;
  readonly channel?: string | undefined;
  readonly api: string;
  /** Whom an urgent message calls. */
  readonly mention?: 'channel' | 'here' | undefined;
  readonly timeout: number;
}

/** Slack: an incoming webhook, or `chat.postMessage` with a bot's token. */
export const slack: ChannelDefinition<SlackOptions> = chat<SlackOptions>({
  name: 'slack',
  options: (kit) =>
    kit.z
      .object({
        webhook: webhookAddress(kit).optional(),
        token: kit.secret().optional().describe('Token of a bot with the scope chat:write, in place of a webhook'),
        channel: kit.z.string().min(1).optional().describe('Channel or its id, for a token'),
        api: apiAddress(kit, 'https://slack.com/api'),
        mention: mention(kit),
        timeout: timeout(kit),
      })
      .refine(({ webhook, token, channel }) => (webhook === undefined) === (token !== undefined && channel !== undefined), {
        error: 'it needs either "webhook", or "token" and "channel"',
      }),
  layout: (message, options) => ({ ...layout(message, options.mention), ...(options.channel !== undefined && { channel: options.channel }) }),
  target,
  refusal,
});

function mention({ z }: OptionsKit) {
  return z.enum(['channel', 'here']).optional().describe('Whom urgent messages call');
}

async function target({ webhook, token, api }: SlackOptions): Promise<Target> {
  if (webhook) return endpointOf(webhook);
  const endpoint = await endpointOf(`${api.replace(/\/$/, '')}/chat.postMessage`);
  return { ...endpoint, headers: { authorization: `Bearer ${await token?.reveal()}` } };
}

/** The API answers 200 with `ok: false` and an error code; a webhook answers `ok`. */
function refusal(response: HttpResponse): string | undefined {
  if (!response.headers['content-type']?.startsWith('application/json')) return undefined;
  const answer = response.json();
  if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== false) return undefined;
  return 'error' in answer && typeof answer.error === 'string' ? answer.error : 'ok: false';
}
