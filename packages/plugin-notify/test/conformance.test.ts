import { type ChannelWorld, channelConformance, describeConformance, startServer, testSecret } from '@provisioning-dist/core/testing';
import { webhook } from '../src/webhook/channel.ts';
import type { WebhookOptions } from '../src/webhook/options.ts';

const ADDRESSES = {
  'an open address': (url: string) => url,
  'a secret address': (url: string) => testSecret(url),
};

for (const [what, addressOf] of Object.entries(ADDRESSES)) {
  describe(`the conformance of webhook to ${what}`, () => {
    describeConformance(
      { it },
      channelConformance<WebhookOptions, ChannelWorld<WebhookOptions>>({
        definition: webhook,
        faulty: true,
        open: async (faults) => {
          let sent = 0;
          const server = await startServer({
            ...(faults && { faults }),
            answer: ({ method }) => (method === 'POST' ? { status: 202, body: String(++sent) } : undefined),
          });
          const headers = { 'x-api-key': testSecret(Buffer.from('key').toString('hex')) };
          const options: WebhookOptions = {
            ...{
              url: addressOf(`${server.url}/hooks/1`),
              method: 'POST',
              secret: testSecret(),
              signatureHeader: 'X-Signature-256',
              headers,
              timeout: 5000,
            },
          };
          return { options, sent: () => sent, log: server.log, close: server.close };
        },
      }),
    );
  });
}
