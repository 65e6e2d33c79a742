import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineEffect } from '../../src/effect.ts';
import { DistError } from '../../src/errors.ts';
import { effectIdentity } from '../../src/lifecycle/effect-identity.ts';
import type { EffectEvent } from '../../src/lifecycle/effects.ts';
import type { Journal } from '../../src/lifecycle/journal.ts';
import { readJournal } from '../../src/lifecycle/journal-read.ts';
import type { BeginRecord } from '../../src/lifecycle/journal-record.ts';
import { Bench, Doomed, instance, type PutInput } from './effect-world.ts';

const prod = instance('prod');

function codeError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('effect runner', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  /** What a killed process leaves: an intent, and perhaps the change. */
  async function begun(
    effect: { readonly name: string; readonly key?: (input: PutInput) => string },
    input: PutInput,
    before?: unknown,
  ): Promise<Journal> {
    const journal = await bench.journal();
    const identity = effectIdentity('prod', effect as never, input);
    const record: BeginRecord = {
      ...{ type: 'begin', ...identity, at: '', instance: 'prod', plugin: 'acme@1.0.0', effect: effect.name, description: '' },
      ...{ visible: false, input, options: {}, ...(before !== undefined && { before }) },
    };
    await journal.append(record);
    return journal;
  }

  it('makes a change and keeps its result', async () => {
    const runner = await bench.runner();
    assert.deepEqual(await runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { etag: 'e-1' });
    assert.deepEqual([...bench.world.objects], [['a', '1']]);
    assert.deepEqual(
      runner.effects().map(({ state, description }) => ({ state, description })),
      [{ state: 'done', description: 'put a' }],
    );
  });

  it('has the intent on disk before it acts', async () => {
    const seen: unknown[] = [];
    const journal = await bench.journal();
    const effect = defineEffect<PutInput, string>({
      name: 'world.look',
      describe: () => 'look',
      apply: async () => {
        seen.push(...(await readJournal(`${bench.folder}/state`)).records.map(({ type }) => type));
        return 'x';
      },
      irreversible: 'seen',
    });
    await (await bench.runner({ journal, definitions: [effect] })).run(prod, effect, { key: 'a', value: '1' });
    assert.deepEqual(seen, ['begin']);
  });

  it('waits between the intent and the change', async () => {
    const seen: string[] = [];
    const journal = await bench.journal();
    bench.world.at = (point) => seen.push(point);
    const waits = async (): Promise<void> => {
      await sleep(5);
      seen.push(...[...journal.effects.values()].map(({ state }) => state));
    };
    await (await bench.runner({ journal, begun: waits })).run(prod, bench.world.post, { key: 'a', value: '1' });
    assert.deepEqual(seen, ['begun', 'before a', 'after a']);
  });

  it('has surely changed nothing when interrupted while it waits', async () => {
    const journal = await bench.journal();
    const interrupt = new AbortController();
    const runner = await bench.runner({ journal, signal: interrupt.signal, begun: async () => interrupt.abort() });
    await assert.rejects(runner.run(prod, bench.world.post, { key: 'a', value: '1' }), { code: 'interrupted' });
    const [state] = [...journal.effects.values()];
    assert.deepEqual([state?.state, state?.failure?.certain, bench.world.log], ['failed', true, []]);
  });

  it('journals plugin, instance, key, input and options without secrets', async () => {
    const token = { source: 'env T', reveal: async () => 'hunter2', toJSON: () => '***' };
    await (await bench.runner()).run(instance('prod', { url: 'u', token }), bench.world.put, { key: 'a', value: '1' });
    const [record] = (await readJournal(`${bench.folder}/state`)).records;
    const { plugin, instance: id, effect, key, input, options } = record as BeginRecord;
    assert.deepEqual(
      { plugin, id, effect, key, input, options },
      { plugin: 'acme@1.0.0', id: 'prod', effect: 'world.put', key: 'a', input: { key: 'a', value: '1' }, options: { url: 'u', token: '***' } },
    );
  });

  it('gives the recorded result in a later run', async () => {
    await (await bench.runner()).run(prod, bench.world.post, { key: 'a', value: '1' });
    const runner = await bench.runner();
    assert.deepEqual(await runner.run(prod, bench.world.post, { key: 'a', value: '1' }), { etag: 'e-1' });
    assert.deepEqual(bench.world.log, ['a']);
    assert.equal(runner.effects()[0]?.state, 'known');
  });

  it('makes a lost hidden change again', async () => {
    await (await bench.runner()).run(prod, bench.world.put, { key: 'a', value: '1' });
    bench.world.objects.clear();
    const runner = await bench.runner();
    await runner.run(prod, bench.world.put, { key: 'a', value: '1' });
    assert.deepEqual([...bench.world.objects], [['a', '1']]);
    assert.equal(runner.effects()[0]?.state, 'done');
  });

  it('makes a lost pointer again', async () => {
    const pointer = defineEffect({ ...bench.world.swap, name: 'world.point', visible: true });
    await (await bench.runner({ definitions: [pointer] })).run(prod, pointer, { key: 'a', value: '1' });
    bench.world.objects.clear();
    await (await bench.runner({ definitions: [pointer] })).run(prod, pointer, { key: 'a', value: '1' });
    assert.deepEqual([...bench.world.objects], [['a', '1']]);
  });

  it('leaves alone a pointer somebody moved since', async () => {
    const pointer = defineEffect({ ...bench.world.swap, name: 'world.point', visible: true });
    await (await bench.runner({ definitions: [pointer] })).run(prod, pointer, { key: 'a', value: '1' });
    bench.world.objects.set('a', 'theirs');
    const runner = await bench.runner({ definitions: [pointer] });
    await runner.run(prod, pointer, { key: 'a', value: '1' });
    assert.deepEqual([...bench.world.objects], [['a', 'theirs']]);
    assert.equal(runner.effects()[0]?.state, 'moved');
  });

  it('finds what is there already', async () => {
    bench.world.objects.set('a', '1');
    const runner = await bench.runner();
    assert.deepEqual(await runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { etag: 'e-1' });
    assert.deepEqual(bench.world.log, []);
    const { effects } = await readJournal(`${bench.folder}/state`);
    assert.deepEqual(
      [...effects.values()].map(({ state, found }) => ({ state, found })),
      [{ state: 'done', found: true }],
    );
  });

  it('looks again when the input changed', async () => {
    await (await bench.runner()).run(prod, bench.world.put, { key: 'a', value: '1' });
    await (await bench.runner()).run(prod, bench.world.put, { key: 'a', value: '2' });
    assert.deepEqual([...bench.world.objects], [['a', '2']]);
  });

  it('makes one change of two equal calls', async () => {
    const runner = await bench.runner();
    const call = () => runner.run(prod, bench.world.put, { key: 'a', value: '1' });
    assert.deepEqual(await Promise.all([call(), call()]), [{ etag: 'e-1' }, { etag: 'e-1' }]);
    assert.deepEqual(bench.world.log, ['a']);
  });

  it('refuses one identity with two inputs', async () => {
    const runner = await bench.runner();
    await runner.run(prod, bench.world.put, { key: 'a', value: '1' });
    await assert.rejects(runner.run(prod, bench.world.put, { key: 'a', value: '2' }), { code: 'effect-conflict' });
  });

  it('tells instances apart', async () => {
    const runner = await bench.runner();
    await runner.run(prod, bench.world.post, { key: 'a', value: '1' });
    await runner.run(instance('staging'), bench.world.post, { key: 'a', value: '2' });
    assert.deepEqual(bench.world.log, ['a', 'a']);
  });

  it('refuses an effect its plugin does not list', async () => {
    const runner = await bench.runner({ definitions: [] });
    await assert.rejects(runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { code: 'effect-undeclared' });
  });

  describe('after a kill', () => {
    it('makes the change that was not made', async () => {
      const journal = await begun(bench.world.put, { key: 'a', value: '1' });
      const runner = await bench.runner({ journal });
      await runner.run(prod, bench.world.put, { key: 'a', value: '1' });
      assert.deepEqual(bench.world.log, ['a']);
    });

    it('does not repeat the change that was made', async () => {
      bench.world.objects.set('a', '1');
      const journal = await begun(bench.world.put, { key: 'a', value: '1' });
      const runner = await bench.runner({ journal });
      await runner.run(prod, bench.world.put, { key: 'a', value: '1' });
      assert.deepEqual(bench.world.log, []);
      assert.equal([...journal.effects.values()][0]?.found, undefined);
    });

    it('still knows what it replaced', async () => {
      bench.world.objects.set('a', 'new');
      const journal = await begun(bench.world.swap, { key: 'a', value: 'new' }, 'old');
      const runner = await bench.runner({ journal });
      assert.deepEqual(await runner.run(prod, bench.world.swap, { key: 'a', value: 'new' }), { previous: 'old' });
    });

    it('leaves what it cannot look at in doubt', async () => {
      const journal = await begun(bench.world.post, { key: 'a', value: '1' });
      const runner = await bench.runner({ journal });
      assert.deepEqual(await runner.run(prod, bench.world.post, { key: 'a', value: '1' }), { etag: 'unknown' });
      assert.deepEqual(bench.world.log, []);
      assert.equal(runner.effects()[0]?.state, 'doubt');
    });

    it('repeats what says it may be repeated', async () => {
      const repeat = defineEffect({ ...bench.world.post, onDoubt: 'repeat' });
      const journal = await begun(repeat, { key: 'a', value: '1' });
      await (await bench.runner({ journal, definitions: [repeat] })).run(prod, repeat, { key: 'a', value: '1' });
      assert.deepEqual(bench.world.log, ['a']);
    });

    it('does not trust what is half reverted', async () => {
      const journal = await begun(bench.world.post, { key: 'a', value: '1' });
      const { id } = effectIdentity('prod', bench.world.post, { key: 'a', value: '1' });
      await journal.append({ type: 'done', id, at: '' }, { type: 'reverting', id, at: '' });
      const runner = await bench.runner({ journal });
      await runner.run(prod, bench.world.post, { key: 'a', value: '1' });
      assert.equal(runner.effects()[0]?.state, 'doubt');
    });

    it('makes anew what was half reverted and is gone', async () => {
      const journal = await begun(bench.world.put, { key: 'a', value: '1' });
      const { id } = effectIdentity('prod', bench.world.put, { key: 'a', value: '1' });
      await journal.append({ type: 'done', id, at: '' }, { type: 'reverting', id, at: '' });
      await (await bench.runner({ journal })).run(prod, bench.world.put, { key: 'a', value: '1' });
      assert.deepEqual(bench.world.log, ['a']);
      assert.equal([...journal.effects.values()][0]?.reverting, undefined);
    });

    it('makes anew what was reverted', async () => {
      const journal = await begun(bench.world.post, { key: 'a', value: '1' });
      const { id } = effectIdentity('prod', bench.world.post, { key: 'a', value: '1' });
      await journal.append({ type: 'done', id, at: '' }, { type: 'reverted', id, at: '' });
      await (await bench.runner({ journal })).run(prod, bench.world.post, { key: 'a', value: '1' });
      assert.deepEqual(bench.world.log, ['a']);
    });
  });

  describe('at any crash', () => {
    const keys = ['a', 'b', 'c', 'd'];

    async function crashAt(point: number): Promise<boolean> {
      const doomed = new Doomed(point);
      bench.world.at = () => doomed.point();
      const runner = await bench.runner({ journal: doomed.journal(await bench.journal()) });
      await Promise.allSettled(keys.map((key) => runner.run(prod, bench.world.put, { key, value: key })));
      await runner.drain();
      bench.world.at = () => {};
      return doomed.died;
    }

    it('ends in the same state, with nothing done twice', async () => {
      let point = 1;
      for (let died = true; died; point++) {
        await bench.close();
        bench = new Bench();
        died = await crashAt(point);
        const runner = await bench.runner();
        await Promise.all(keys.map((key) => runner.run(prod, bench.world.put, { key, value: key })));
        assert.deepEqual(bench.world.log.toSorted(), keys, `crash point ${point}`);
        assert.ok(runner.effects().every(({ state }) => state === 'done' || state === 'known' || state === 'found'));
      }
      // four points each: the intent before and after, the change before and after, the result before and after
      assert.equal(point - 2, keys.length * 6);
    });

    it('sends at most once, and lists the doubt', async () => {
      for (let point = 1; point <= 6; point++) {
        await bench.close();
        bench = new Bench();
        const doomed = new Doomed(point);
        bench.world.at = () => doomed.point();
        const first = await bench.runner({ journal: doomed.journal(await bench.journal()) });
        await assert.rejects(first.run(prod, bench.world.post, { key: 'a', value: '1' }));
        bench.world.at = () => {};
        const second = await bench.runner();
        await second.run(prod, bench.world.post, { key: 'a', value: '1' });
        assert.ok(bench.world.log.length <= 1);
        assert.equal(second.effects()[0]?.state, { 1: 'done', 6: 'known' }[point] ?? 'doubt');
      }
    });
  });

  describe('on errors', () => {
    /** Fails that many times, then works; `made` says whether it had worked all the same. */
    function failing(times: number, error: Error, { made = false, effect = bench.world.put } = {}) {
      let count = 0;
      return defineEffect<PutInput, { etag: string }>({
        ...effect,
        name: 'world.flaky',
        apply: async (input) => {
          count++;
          if (count > times) return bench.world.change(input);
          if (made) bench.world.change(input);
          throw error;
        },
      });
    }

    async function run(effect: ReturnType<typeof failing>, more: Parameters<Bench['runner']>[0] = {}) {
      const runner = await bench.runner({ definitions: [effect], ...more });
      return await runner.run(prod, effect, { key: 'a', value: '1' });
    }

    for (const error of [codeError('ECONNRESET'), codeError('ETIMEDOUT'), Object.assign(new Error('bad gateway'), { status: 502 })]) {
      it(`tries again after ${error.message}`, async () => {
        assert.deepEqual(await run(failing(3, error)), { etag: 'e-1' });
      });
    }

    it('sees the cause of a failed fetch', async () => {
      const error = new TypeError('fetch failed', { cause: codeError('ECONNRESET') });
      assert.deepEqual(await run(failing(1, error)), { etag: 'e-1' });
    });

    it('looks before it tries again', async () => {
      await run(failing(1, codeError('ECONNRESET'), { made: true }));
      assert.deepEqual(bench.world.log, ['a']);
    });

    it('looks after an error it does not know', async () => {
      await run(failing(9, new Error('cannot read the answer'), { made: true }));
      assert.deepEqual(bench.world.log, ['a']);
    });

    it('does not repeat blindly', async () => {
      await assert.rejects(run(failing(1, codeError('ECONNRESET'), { effect: bench.world.post as never })), /ECONNRESET/);
      assert.deepEqual(bench.world.log, []);
    });

    it('repeats what never reached the other side', async () => {
      await run(failing(2, codeError('ECONNREFUSED'), { effect: bench.world.post as never }));
      assert.deepEqual(bench.world.log, ['a']);
    });

    it('waits with full jitter, doubling', async () => {
      const waits: number[] = [];
      const more = { random: () => 0.5, wait: async (delay: number) => void waits.push(delay), retry: { cap: 3000 } };
      await run(failing(4, codeError('EPIPE')), more);
      assert.deepEqual(waits, [500, 1000, 1500, 1500]);
    });

    it('waits as long as it is told', async () => {
      const waits: number[] = [];
      const error = new DistError('http', 'slow down', { data: { status: 429, retryAfter: 7000 } });
      await run(failing(2, error, { effect: bench.world.post as never }), { wait: async (delay) => void waits.push(delay) });
      assert.deepEqual(waits, [7000, 7000]);
    });

    it('gives up when told to wait too long', async () => {
      const error = Object.assign(new Error('slow down'), { status: 429, retryAfter: 601_000 });
      await assert.rejects(run(failing(1, error)), /slow down/);
    });

    it('gives up after its tries', async () => {
      const events: EffectEvent[] = [];
      await assert.rejects(run(failing(99, codeError('ECONNRESET')), { on: (event) => events.push(event) }), { code: 'effect-failed' });
      assert.equal(events.filter(({ type }) => type === 'retry').length, 5);
    });

    it('stops at once when it is refused', async () => {
      const events: EffectEvent[] = [];
      const error = Object.assign(new Error('forbidden'), { status: 403 });
      await assert.rejects(run(failing(9, error), { on: (event) => events.push(event) }), {
        message: 'Cannot put a: forbidden',
        where: { subject: 'publish.prod' },
      });
      assert.deepEqual(
        events.map(({ type }) => type),
        ['start', 'end'],
      );
    });

    it('keeps the code and hint of a DistError', async () => {
      const error = new DistError('token-expired', 'Cannot reach "x": the token expired', { hint: 'renew it', exit: 3 });
      await assert.rejects(run(failing(9, error)), {
        code: 'token-expired',
        hint: 'renew it',
        exit: 3,
        message: 'Cannot reach "x": the token expired',
      });
    });

    it('journals whether the change surely failed', async () => {
      await run(failing(9, Object.assign(new Error('no'), { status: 422 }))).catch(() => {});
      const { effects } = await readJournal(`${bench.folder}/state`);
      assert.deepEqual([...effects.values()][0]?.failure, { code: 'effect-failed', message: 'no', certain: true });
    });

    it('begins nothing more of a failed instance', async () => {
      const broken = failing(9, new Error('broken'));
      const runner = await bench.runner({ definitions: [broken, bench.world.put] });
      await assert.rejects(runner.run(prod, broken, { key: 'x', value: '1' }));
      await assert.rejects(runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { code: 'effect-held' });
      await runner.run(instance('other'), bench.world.put, { key: 'b', value: '1' });
      assert.deepEqual(bench.world.log, ['b']);
    });

    it('drains what is under way', async () => {
      const slow = defineEffect<PutInput, { etag: string }>({
        ...bench.world.put,
        name: 'world.slow',
        apply: async (input) => {
          await sleep(30);
          return bench.world.change(input);
        },
      });
      const broken = failing(9, new Error('broken'));
      const runner = await bench.runner({ definitions: [slow, broken] });
      void runner.run(prod, slow, { key: 'a', value: '1' });
      await assert.rejects(runner.run(prod, broken, { key: 'b', value: '1' }));
      await runner.drain();
      assert.deepEqual(bench.world.log, ['a']);
      assert.deepEqual(
        runner.effects().map(({ state }) => state),
        ['done', 'failed'],
      );
    });
  });

  describe('when interrupted', () => {
    it('says so and is in doubt', async () => {
      const control = new AbortController();
      const hang = defineEffect<PutInput, { etag: string }>({
        ...bench.world.put,
        name: 'world.hang',
        apply: async (_, { signal }) => {
          queueMicrotask(() => control.abort());
          await sleep(10_000, undefined, { signal });
          return { etag: '' };
        },
      });
      const runner = await bench.runner({ definitions: [hang], signal: control.signal });
      await assert.rejects(runner.run(prod, hang, { key: 'a', value: '1' }), { code: 'interrupted', exit: 130 });
      const { effects } = await readJournal(`${bench.folder}/state`);
      assert.equal([...effects.values()][0]?.failure?.certain, false);
    });

    it('begins nothing', async () => {
      const runner = await bench.runner({ signal: AbortSignal.abort() });
      await assert.rejects(runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { code: 'interrupted' });
      assert.deepEqual(bench.world.log, []);
    });
  });

  describe('in a dry run', () => {
    it('answers previews and changes nothing', async () => {
      const runner = await bench.runner({ mode: 'dry' });
      assert.deepEqual(await runner.run(prod, bench.world.put, { key: 'a', value: '1' }), { etag: 'preview of 1' });
      assert.deepEqual(bench.world.log, []);
      assert.deepEqual(
        runner.effects().map(({ state, description }) => `${state} ${description}`),
        ['dry put a'],
      );
      assert.deepEqual((await readJournal(`${bench.folder}/state`)).records, []);
    });
  });

  it('keeps to its slots', async () => {
    let now = 0;
    let most = 0;
    const effect = defineEffect<PutInput, string>({
      name: 'world.count',
      describe: ({ key }) => key,
      apply: async () => {
        most = Math.max(most, ++now);
        await sleep(2);
        now--;
        return '';
      },
      irreversible: 'counted',
    });
    const runner = await bench.runner({ definitions: [effect], slots: 3 });
    await Promise.all(Array.from({ length: 12 }, (_, index) => runner.run(prod, effect, { key: `${index}`, value: '' })));
    assert.equal(most, 3);
  });
});
