import { type ChannelWorld, channelConformance, describeConformance, testSecret } from '@provisioning-dist/core/testing';
import { email } from '../../src/email/channel.ts';
import type { EmailOptions } from '../../src/email/options.ts';
import { optionsFor } from './options.ts';
import { startMailServer } from './server.ts';

const CANARY = await testSecret().reveal();

for (const security of ['starttls', 'tls', 'none'] as const) {
  describe(`the conformance of email by ${security}`, () => {
    describeConformance(
      { it },
      channelConformance<EmailOptions, ChannelWorld<EmailOptions>>({
        definition: email,
        open: async () => {
          const server = await startMailServer({ security, user: 'ada', password: CANARY });
          const { options, close } = await optionsFor(server, { security, auth: { user: 'ada', password: testSecret() } });
          return {
            options,
            sent: () => server.received.length,
            log: () => server.said.map(() => ({ unsafe: true })),
            close,
          };
        },
      }),
    );
  });
}
