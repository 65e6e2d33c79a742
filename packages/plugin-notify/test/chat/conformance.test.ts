import type { AnyChannel } from '@provisioning-dist/core';
import { type ChannelWorld, channelConformance, describeConformance, startServer, testSecret } from '@provisioning-dist/core/testing';
import { discord } from '../../src/discord/channel.ts';
import { mattermost } from '../../src/mattermost/channel.ts';
import { slack } from '../../src/slack/channel.ts';
import { teams } from '../../src/teams/channel.ts';
import { telegram } from '../../src/telegram/channel.ts';

interface Service {
  readonly definition: AnyChannel;
  readonly options: (url: string) => object;
  /** What the service answers to a message it takes. */
  readonly answer: { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> };
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const timeout = 5000;

const SERVICES: Readonly<Record<string, Service>> = {
  'a webhook of Slack': {
    definition: slack,
    options: (url) => ({ webhook: testSecret(`${url}/services/T0/B0/x`), api: 'https://slack.com/api', mention: 'here', timeout }),
    answer: { status: 200, body: 'ok', headers: { 'content-type': 'text/html' } },
  },
  'the API of Slack': {
    definition: slack,
    options: (url) => ({ token: testSecret(), channel: '#releases', api: `${url}/api`, timeout }),
    answer: { status: 200, body: '{"ok":true,"ts":"1503435956.000247"}', headers: JSON_TYPE },
  },
  'a webhook of Discord': {
    definition: discord,
    options: (url) => ({ webhook: testSecret(`${url}/api/webhooks/1/x`), timeout }),
    answer: { status: 200, body: '{"id":"1"}', headers: JSON_TYPE },
  },
  'a webhook of Mattermost': {
    definition: mattermost,
    options: (url) => ({ webhook: testSecret(`${url}/hooks/x`), timeout }),
    answer: { status: 200, body: 'ok' },
  },
  'a workflow of Teams': {
    definition: teams,
    options: (url) => ({ webhook: testSecret(`${url}/workflows/x?sig=y`), timeout }),
    answer: { status: 202, body: '' },
  },
  'a bot of Telegram': {
    definition: telegram,
    options: (url) => ({ token: testSecret(), chat: '@acme', api: url, timeout }),
    answer: { status: 200, body: '{"ok":true,"result":{"message_id":1}}', headers: JSON_TYPE },
  },
};

for (const [what, { definition, options, answer }] of Object.entries(SERVICES)) {
  describe(`the conformance of ${what}`, () => {
    describeConformance(
      { it },
      channelConformance<object, ChannelWorld<object>>({
        definition,
        faulty: true,
        open: async (faults) => {
          let sent = 0;
          const server = await startServer({
            ...(faults && { faults }),
            answer: ({ method, bytes }) => {
              if (method !== 'POST') return undefined;
              JSON.parse(Buffer.from(bytes).toString());
              sent++;
              return answer;
            },
          });
          return { options: options(server.url), sent: () => sent, log: server.log, close: server.close };
        },
      }),
    );
  });
}
