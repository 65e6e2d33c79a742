import assert from 'node:assert/strict';
import { MESSAGE_TYPES, type Message } from '../channel.ts';
import { canonicalJson } from '../lifecycle/canonical-json.ts';
import { type ChannelBench, type ChannelSpec, type ChannelWorld, withChannel } from './channel-bench.ts';
import { type ConformanceCase, conformanceCase, unsafeIn } from './conformance.ts';
import { CrashPoints } from './crash.ts';
import type { FaultScript } from './faults.ts';
import { canariesIn } from './secret.ts';

const MESSAGE: Message = {
  type: 'release',
  urgent: false,
  title: 'acme 1.0.0 is released',
  body: '# Changes\n\n* better, _faster_ & <more>\n',
  links: [{ name: 'acme-1.0.0-linux-amd64.tar.gz', url: 'https://example.org/acme-1.0.0-linux-amd64.tar.gz?a=b&c=d' }],
};

/** What nobody can rely on not to come. */
const HOSTILE: Readonly<Record<string, Partial<Message>>> = {
  'without text and links': { title: 'x', links: [] },
  'with control characters': { title: 'one\r\ntwo\0\x1b[31m', body: '\0\x07\r\n.\r\n' },
  'with markup and mentions': { title: '<!channel> @everyone <script>"\'`', body: '</script>{{title}} %s {0} @here [x](javascript:alert(1))' },
  'with every alphabet': { title: '\u{1F680} \u7248\u672c \u200f\u05e2\u05d1\u05e8 \u{1F468}\u200d\u{1F469}', body: '\ud800 \u00e9\u0301' },
  'of great length': { title: 'x'.repeat(2000), body: '*long* line \u{1F680}\n'.repeat(10_000) },
  'with a hundred links': { links: Array.from({ length: 100 }, (_, index) => ({ name: `n${index}`, url: `https://example.org/${index}` })) },
};

const UNSAFE: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** What every channel must do: 0 or 1 messages, whatever happens. */
export function channelConformance<Options, World extends ChannelWorld<Options>>(spec: ChannelSpec<Options, World>): readonly ConformanceCase[] {
  type Use = (bench: ChannelBench<World>) => Promise<void>;
  const it = (name: string, use: Use, faults?: FaultScript): ConformanceCase => conformanceCase(name, () => withChannel(spec, use, faults));
  const sends = (name: string, message: Partial<Message>): ConformanceCase =>
    it(`sends a message ${name}`, async ({ world, told }) => {
      await told({ ...MESSAGE, ...message });
      assert.ok((await world.sent()) > 0, 'nothing arrived');
    });

  const cases = [
    ...MESSAGE_TYPES.map((type) => sends(`of type ${type}`, { type })),
    ...Object.entries(HOSTILE).map(([name, message]) => sends(name, message)),
    it('sends an announcement once', async ({ world, told }) => {
      await told(MESSAGE);
      const count = await world.sent();
      const { effects } = await told({ ...MESSAGE, title: 'in other words' });
      assert.equal(await world.sent(), count);
      assert.deepEqual([...new Set(effects.map(({ state }) => state))], ['known']);
    }),
    it('sends another announcement too', async ({ world, told }) => {
      await told(MESSAGE);
      const count = await world.sent();
      await told(MESSAGE, { occasion: 'acme 1.0.0 release #2' });
      await told({ ...MESSAGE, type: 'security' }, { occasion: 'acme 1.0.0 security' });
      assert.equal(await world.sent(), 3 * count);
    }),
    it('sends nothing in a dry run', async ({ world, told }) => {
      const asked = unsafeIn(world);
      const dry = await told(MESSAGE, { dry: true });
      assert.equal(await world.sent(), 0);
      assert.equal(unsafeIn(world), asked);
      const { effects } = await told(MESSAGE);
      assert.deepEqual(
        dry.effects.map(({ effect, key }) => `${effect} ${key}`),
        effects.map(({ effect, key }) => `${effect} ${key}`),
      );
    }),
    it('looks without sending', async ({ world, job }) => {
      for (const { level } of (await spec.definition.preflight?.(job)) ?? []) assert.notEqual(level, 'error');
      assert.equal(await world.sent(), 0);
    }),
    it('tells no secret', async ({ told, journal, said }) => {
      await told(MESSAGE);
      for (const state of await journal()) assert.deepEqual(canariesIn(canonicalJson(state)), [], 'the journal holds the secret');
      assert.deepEqual(canariesIn(said.join('\n')), [], 'the log holds the secret');
    }),
    conformanceCase('sends once or not at all, wherever it dies', () => crashEverywhere(spec), 120_000),
  ];
  return [...cases, ...(spec.faulty ? faultyCases(spec) : [])];
}

/** Dies at every point; the next run never sends what may have been sent. */
async function crashEverywhere<Options, World extends ChannelWorld<Options>>(spec: ChannelSpec<Options, World>): Promise<void> {
  const counter = new CrashPoints();
  let whole = 0;
  await withChannel(spec, async ({ world, told }) => {
    await told(MESSAGE, { crash: counter });
    whole = await world.sent();
  });
  for (let at = 1; at <= counter.count; at++) {
    await withChannel(spec, async ({ world, tell }) => {
      await tell(MESSAGE, { crash: new CrashPoints(at) });
      const { effects } = await tell(MESSAGE);
      const sent = await world.sent();
      const doubts = effects.filter(({ state }) => state === 'doubt').length;
      assert.ok(sent <= whole, `sent twice after a crash at point ${at}`);
      assert.ok(sent + doubts >= whole, `lost in silence after a crash at point ${at}`);
    });
  }
}

function faultyCases<Options, World extends ChannelWorld<Options>>(spec: ChannelSpec<Options, World>): readonly ConformanceCase[] {
  const it = (name: string, use: (bench: ChannelBench<World>) => Promise<void>, faults: FaultScript): ConformanceCase =>
    conformanceCase(name, () => withChannel(spec, use, faults));
  const whenSent = (fault: ReturnType<FaultScript>, times = Number.POSITIVE_INFINITY): FaultScript => {
    let left = times;
    return ({ method }) => (UNSAFE.has(method) && left-- > 0 ? fault : undefined);
  };
  const refused = (status: number): ConformanceCase =>
    it(
      `reports that it was refused with ${status}`,
      async ({ world, tell, said }) => {
        const { error } = await tell(MESSAGE);
        assert.ok(error, 'it is taken for sent');
        assert.equal(await world.sent(), 0);
        assert.deepEqual(canariesIn(said.join('\n')), [], 'the error holds the secret');
      },
      whenSent({ status, body: 'no' }),
    );
  return [
    ...[400, 401, 403, 404, 413].map(refused),
    it(
      'does not repeat what may have arrived',
      async ({ world, tell }) => {
        await tell(MESSAGE);
        const sent = await world.sent();
        const { effects } = await tell(MESSAGE);
        assert.equal(await world.sent(), sent);
        assert.ok(effects.some(({ state }) => state === 'doubt'));
      },
      whenSent({ reset: 'after' }, 1),
    ),
    it(
      'waits when it is told to',
      async ({ world, told }) => {
        await told(MESSAGE);
        assert.ok((await world.sent()) > 0);
      },
      whenSent({ status: 429, headers: { 'retry-after': '0' } }, 2),
    ),
  ];
}
