import assert from 'node:assert/strict';
import { defineChannel } from '../../src/channel.ts';
import { defineEffect } from '../../src/effect.ts';
import type { Secret } from '../../src/plugin.ts';
import type { ChannelSpec, ChannelWorld } from '../../src/testing/channel-bench.ts';
import { channelConformance } from '../../src/testing/channel-conformance.ts';
import { describeConformance } from '../../src/testing/conformance.ts';
import { CANARY, testSecret } from '../../src/testing/secret.ts';
import { startServer } from '../../src/testing/server.ts';

interface Options {
  readonly url: string;
  readonly token: Secret;
}

/** Which case must notice which defect. */
const NOTICED = {
  'cannot say more than once what is not the same': 'sends another announcement too',
  'journals the secret': 'tells no secret',
  'repeats what is in doubt': 'sends once or not at all, wherever it dies',
  'sends when it looks': 'looks without sending',
  'sends outside effects': 'sends an announcement once',
  'swallows refusals': 'reports that it was refused with 403',
  'takes short texts only': 'sends a message of great length',
} as const;

type Defect = keyof typeof NOTICED;

/** A channel that posts to a server, and does what it must but for the one defect it is given. */
function posting(defect?: Defect): ChannelSpec<Options, ChannelWorld<Options>> {
  const is = (one: Defect): boolean => one === defect;
  const post = defineEffect<{ text: string; token?: string }, null, Options>({
    name: 'test.post',
    describe: () => 'post a message',
    onDoubt: is('repeats what is in doubt') ? 'repeat' : 'skip',
    apply: async ({ text }, { http, options }) => {
      const headers = { authorization: `Bearer ${Buffer.from(await options.token.reveal()).toString('hex')}` };
      await http(options.url, { method: 'POST', headers, body: text, accept: is('swallows refusals') ? [403] : [] });
      return null;
    },
    irreversible: 'what is said is said',
  });
  const told = new Set<string>();
  return {
    definition: defineChannel<Options>({
      options: ({ z }) => z.any(),
      effects: [post],
      preflight: async ({ options }) => {
        if (is('sends when it looks')) await fetch(options.url, { method: 'POST', body: 'hello?' });
        return [];
      },
      send: async (job) => {
        const { title, body = '' } = job.message;
        if (is('takes short texts only') && title.length > 1000) throw new RangeError('too long');
        if (is('sends outside effects')) await job.http(job.options.url, { method: 'POST', body: title });
        if (is('cannot say more than once what is not the same') && told.size > 0) return;
        told.add(title);
        await job.effect(post, { text: `${title}\n${body}`, ...(is('journals the secret') && { token: CANARY }) });
      },
    }),
    open: async (faults) => {
      let sent = 0;
      const answer = ({ method }: { readonly method: string }) => (method === 'POST' ? { status: 200, body: String(++sent) } : undefined);
      const server = await startServer({ ...(faults && { faults }), answer });
      return { options: { url: `${server.url}/hook`, token: testSecret() }, sent: () => sent, log: server.log, close: server.close };
    },
    faulty: true,
  };
}

describe('the conformance of a channel', () => {
  describe('is found where there is no defect:', () => {
    describeConformance({ it }, channelConformance(posting()));
  });

  for (const [defect, name] of Object.entries(NOTICED)) {
    it(`is denied to one that ${defect}`, async () => {
      const found = channelConformance(posting(defect as Defect)).find((one) => one.name === name);
      assert.ok(found);
      await assert.rejects(found.run());
    });
  }
});
