import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineEffect } from '../../src/effect.ts';
import type { RegistryJob } from '../../src/jobs.ts';
import type { EffectRunnerOptions } from '../../src/lifecycle/effects.ts';
import { type PublishOutcome, type PublishRequest, type PublishTarget, publishAll } from '../../src/lifecycle/publish.ts';
import { Bench, Doomed, OWNER, type PutInput, silent } from './effect-world.ts';
import { noOutside } from './no-outside.ts';

type Handler = (job: RegistryJob<unknown>) => Promise<unknown>;

const RELEASE = { ...OWNER, name: 'acme', snapshot: false, date: 0 };

describe('publishing', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  function target(id: string, publish: Handler, more: Partial<PublishTarget> = {}): PublishTarget {
    const definition = {
      options: () => {
        throw new Error('options are parsed already');
      },
      effects: bench.world.definitions,
      publish: async (job: RegistryJob<unknown>) => void (await publish(job)),
      locate: ({ name }: { readonly name: string }) => `https://${id}.example/${name}`,
    };
    return { id, use: id, required: true, needs: [], plugin: 'acme@1.0.0', definition, options: {}, log: silent, ...more };
  }

  /** Hides `id.hidden`, then shows `id.visible`. */
  function registry(id: string, more: Partial<PublishTarget> = {}, { delay = 0, effect = bench.world.show } = {}): PublishTarget {
    return target(
      id,
      async (job) => {
        await sleep(delay);
        await job.effect(bench.world.put, { key: `${id}.hidden`, value: id });
        await job.effect(effect, { key: `${id}.visible`, value: id });
      },
      more,
    );
  }

  function needs(...ids: string[]): Pick<PublishTarget, 'needs'> {
    return { needs: ids.map((id) => ({ id: id.replace('!', ''), for: id.endsWith('!') ? 'hidden' : 'visible' })) };
  }

  async function publish(
    targets: readonly PublishTarget[],
    runner: Partial<EffectRunnerOptions> = {},
    request: Partial<PublishRequest> = {},
  ): Promise<PublishOutcome> {
    return await publishAll({
      targets,
      release: RELEASE,
      artifacts: () => [],
      runner: await bench.runner(runner),
      signal: runner.signal ?? new AbortController().signal,
      tmp: () => '/nowhere',
      ...noOutside,
      ...request,
    });
  }

  function before(first: string, second: string): void {
    const { log } = bench.world;
    assert.ok(
      log.includes(first) && log.includes(second) && log.indexOf(first) < log.indexOf(second),
      `${first} before ${second} in ${log.join(' ')}`,
    );
  }

  const failing: Handler = async () => {
    throw new Error('no credentials');
  };

  it('shows nothing before all is hidden', async () => {
    const outcome = await publish([registry('a'), registry('b', {}, { delay: 20 })]);
    before('b.hidden', 'a.visible');
    assert.equal(outcome.failure, undefined);
    assert.deepEqual(
      outcome.registries.map(({ id, state }) => `${id} ${state}`),
      ['a done', 'b done'],
    );
    assert.equal(outcome.public.length, 2);
  });

  it('tells once a wave that all is hidden, before anything shows', async () => {
    const told: string[] = [];
    const beforeVisible = async (ids: readonly string[]): Promise<void> => {
      told.push(`${ids.join('+')} after ${bench.world.log.join(' ')}`);
      await sleep(5);
      told.push(bench.world.log.join(' '));
    };
    await publish([registry('a'), registry('b'), registry('c', needs('a!'))], {}, { beforeVisible });
    const first = 'a.hidden b.hidden';
    const second = 'a.hidden b.hidden a.visible b.visible c.hidden';
    assert.deepEqual(told, [`a+b after ${first}`, first, `a+b+c after ${second}`, second]);
  });

  it('waits for hidden effects still under way', async () => {
    const slow = defineEffect<PutInput, { etag: string }>({
      ...bench.world.put,
      name: 'world.slow',
      apply: async (input) => {
        await sleep(20);
        return bench.world.change(input);
      },
    });
    const a = target('a', async (job) => {
      await Promise.all([job.effect(slow, { key: 'a.hidden', value: '' }), job.effect(bench.world.show, { key: 'a.visible', value: '' })]);
    });
    await publish([a], { definitions: [...bench.world.definitions, slow] });
    before('a.hidden', 'a.visible');
  });

  it('releases nothing when a required one fails', async () => {
    const late = target('b', async (job) => {
      await sleep(20);
      await failing(job);
    });
    const outcome = await publish([registry('a'), late]);
    assert.deepEqual(bench.world.log, ['a.hidden']);
    assert.deepEqual(outcome.public, []);
    assert.equal(outcome.failure?.exit, 1);
    assert.deepEqual(
      outcome.registries.map(({ state, error }) => `${state} ${error?.code}: ${error?.message}`),
      ['held publish-held: Cannot put a.visible: "b" failed', 'failed registry-failed: Cannot publish to "b": no credentials'],
    );
  });

  it('counts a failure the handler swallowed', async () => {
    const broken = defineEffect<PutInput, { etag: string }>({
      ...bench.world.put,
      name: 'world.broken',
      apply: async () => assert.fail('disk full'),
    });
    const a = target('a', (job) => job.effect(broken, { key: 'x', value: '' }).catch(() => {}));
    const outcome = await publish([a, registry('b')], { definitions: [...bench.world.definitions, broken] });
    assert.equal(outcome.failure?.exit, 1);
    assert.deepEqual(outcome.public, []);
    assert.deepEqual(
      outcome.errors.map(({ message }) => message),
      ['Cannot put x: disk full'],
    );
  });

  it('ends with 5 when part is public', async () => {
    const b = target('b', async (job) => {
      await job.effect(bench.world.show, { key: 'b.visible', value: '' });
      throw new Error('gone');
    });
    const outcome = await publish([registry('a'), b, registry('c', needs('b'))]);
    assert.equal(outcome.failure?.exit, 5);
    assert.ok(!bench.world.log.includes('c.visible'));
    assert.deepEqual(
      outcome.registries.map(({ state }) => state),
      ['done', 'failed', 'held'],
    );
    assert.equal(outcome.failure?.message, 'Cannot publish acme 1.2.0 to "b": part of it is public');
  });

  it('remembers what an earlier run made public', async () => {
    await publish([registry('a')]);
    const outcome = await publish([target('b', failing)]);
    assert.equal(outcome.failure?.exit, 5);
  });

  it('does nothing the second time', async () => {
    await publish([registry('a'), registry('b')]);
    const log = [...bench.world.log];
    const outcome = await publish([registry('a'), registry('b')]);
    assert.deepEqual(bench.world.log, log);
    assert.ok(outcome.effects.every(({ state }) => state === 'known'));
  });

  describe('over what was public', () => {
    const pointing = (id: string, more: Partial<PublishTarget> = {}) =>
      target(id, (job) => job.effect(bench.world.point, { key: 'latest', value: '1.2.0' }), more);
    const currently = (version: string): Pick<PublishTarget, 'definition'> => ({
      definition: { ...pointing('a').definition, current: async () => version },
    });

    it('fails where somebody else changed it', async () => {
      await publish([pointing('a')]);
      bench.world.objects.set('latest', '0.3.0');
      const outcome = await publish([pointing('a', currently('0.3.0'))]);
      assert.equal(outcome.failure?.exit, 5);
      assert.deepEqual(
        outcome.errors.map(({ code, message }) => [code, message]),
        [['effect-moved', 'Cannot swap latest again: it was done before, and somebody else changed it since']],
      );
      assert.equal(bench.world.objects.get('latest'), '0.3.0');
    });

    it('takes nobody back from a later version', async () => {
      await publish([pointing('a')]);
      bench.world.objects.set('latest', '1.3.0');
      const outcome = await publish([pointing('a', currently('1.3.0'))]);
      assert.equal(outcome.failure, undefined);
      assert.equal(outcome.effects[0]?.state, 'moved');
    });

    it('lets the last snapshot win', async () => {
      await publish([pointing('a')]);
      bench.world.objects.set('latest', 'other');
      const outcome = await publish([pointing('a')], {}, { release: { ...RELEASE, snapshot: true } });
      assert.equal(outcome.failure, undefined);
    });

    it('calls clients back from where this release sent them', async () => {
      const back = defineEffect({ ...bench.world.point, name: 'world.back', key: ({ value }: PutInput) => `back ${value}` });
      const definitions = [...bench.world.definitions, back];
      await publish([pointing('a')]);
      await publish([target('a', (job) => job.effect(back, { key: 'latest', value: '1.1.0' }))], { definitions, phase: 'rollback' });
      assert.equal(bench.world.objects.get('latest'), '1.1.0');
      const outcome = await publish([pointing('a')], { definitions });
      assert.equal(outcome.failure, undefined);
      assert.equal(bench.world.objects.get('latest'), '1.2.0');
    });

    it('does not where somebody changed it after that', async () => {
      const back = defineEffect({ ...bench.world.point, name: 'world.back', key: ({ value }: PutInput) => `back ${value}` });
      const definitions = [...bench.world.definitions, back];
      await publish([pointing('a')]);
      await publish([target('a', (job) => job.effect(back, { key: 'latest', value: '1.1.0' }))], { definitions, phase: 'rollback' });
      bench.world.objects.set('latest', '0.3.0');
      assert.equal((await publish([pointing('a')], { definitions })).failure?.exit, 5);
      assert.equal(bench.world.objects.get('latest'), '0.3.0');
    });
  });

  it('shows who is needed first', async () => {
    await publish([registry('a', needs('b')), registry('b', {}, { delay: 10 }), registry('c')]);
    before('b.visible', 'a.visible');
    before('a.hidden', 'b.visible');
  });

  it('starts a later wave after the earlier one', async () => {
    await publish([registry('late', needs('early!')), registry('early'), registry('other', {}, { delay: 10 })]);
    before('early.visible', 'late.hidden');
    before('other.visible', 'late.hidden');
  });

  it('never starts a later wave after a failure', async () => {
    const outcome = await publish([registry('late', needs('early!')), target('early', failing)]);
    assert.deepEqual(bench.world.log, []);
    assert.deepEqual(
      outcome.registries.map(({ state }) => state),
      ['held', 'failed'],
    );
  });

  it('does what cannot be undone last', async () => {
    await publish([registry('npm', {}, { effect: bench.world.shout }), registry('a', {}, { delay: 10 }), registry('b', needs('a'))]);
    before('b.visible', 'npm.visible');
  });

  it('does what others need before, undoable or not', async () => {
    const shout = { effect: bench.world.shout };
    await publish([registry('brew', needs('npm')), registry('npm', {}, shout), registry('other', {}, shout)]);
    before('npm.visible', 'brew.visible');
    before('brew.visible', 'other.visible');
  });

  it('lets no optional one hold others back', async () => {
    const outcome = await publish([target('mirror', failing, { required: false }), registry('a')]);
    assert.deepEqual(bench.world.log, ['a.hidden', 'a.visible']);
    assert.equal(outcome.failure?.exit, 5);
    assert.deepEqual(
      outcome.registries.map(({ state }) => state),
      ['failed', 'done'],
    );
  });

  it('does not wait for a slow optional one', async () => {
    await publish([registry('mirror', { required: false }, { delay: 40 }), registry('a')]);
    before('a.visible', 'mirror.hidden');
    before('mirror.hidden', 'mirror.visible');
  });

  it('holds the optional that needs a failed optional', async () => {
    const optional = { required: false };
    const outcome = await publish([target('x', failing, optional), registry('y', { ...optional, ...needs('x') }), registry('a')]);
    assert.ok(!bench.world.log.includes('y.visible'));
    assert.match(outcome.registries[1]?.error?.message ?? '', /it needs "x", which failed/);
  });

  it('leaves out what the plan leaves out', async () => {
    const outcome = await publish([registry('a', { skipped: '--skip' }), registry('b', needs('a!'))]);
    assert.deepEqual(bench.world.log, ['b.hidden', 'b.visible']);
    assert.equal(outcome.registries[0]?.state, 'skipped');
    assert.equal(outcome.failure, undefined);
  });

  it('lists doubts and does not call it well', async () => {
    const send = () => [target('chat', (job) => job.effect(bench.world.post, { key: 'hello', value: '' }))];
    const doomed = new Doomed(4);
    bench.world.at = () => doomed.point();
    await publish(send(), { journal: doomed.journal(await bench.journal()) });
    bench.world.at = () => {};
    const outcome = await publish(send());
    assert.deepEqual(bench.world.log, ['hello']);
    assert.deepEqual(
      outcome.errors.map(({ code }) => code),
      ['effect-in-doubt'],
    );
    assert.equal(outcome.failure?.exit, 1);
  });

  it('shows every effect in a dry run, and makes none', async () => {
    const outcome = await publish([registry('a'), registry('b')], { mode: 'dry' });
    assert.deepEqual(bench.world.log, []);
    assert.deepEqual(
      outcome.effects.map(({ state, description }) => `${state} ${description}`),
      ['dry put a.hidden', 'dry put b.hidden', 'dry put a.visible', 'dry put b.visible'],
    );
    assert.equal(outcome.failure, undefined);
  });

  it('lets core come in between', async () => {
    const called: string[] = [];
    const call: NonNullable<PublishRequest['call']> = async ({ id, definition }, job) => {
      called.push(`before ${id}`);
      await definition.publish(job);
    };
    await publish([registry('a')], {}, { call });
    assert.deepEqual(called, ['before a']);
  });

  it('survives a hook that throws at once', async () => {
    const call = () => {
      throw new Error('thrown at once');
    };
    const outcome = await publish([registry('a')], {}, { call });
    assert.equal(outcome.registries[0]?.state, 'failed');
  });

  it('tells where others serve an artifact', async () => {
    const found: unknown[] = [];
    const artifact = { name: 'x.deb', size: 1, sha256: '' };
    const a = target('a', async (job) => found.push(job.locate('b', artifact), job.locate('nobody', artifact)));
    await publish([a, registry('b')]);
    assert.deepEqual(found, ['https://b.example/x.deb', undefined]);
  });

  it('refuses a circle before anything starts', async () => {
    await assert.rejects(publish([registry('a', needs('b')), registry('b', needs('a'))]), { code: 'publish-circle' });
    assert.deepEqual(bench.world.log, []);
  });

  it('stops those who wait when interrupted', async () => {
    const control = new AbortController();
    const slow = target('slow', async (job) => {
      await sleep(10);
      control.abort();
      await job.effect(bench.world.put, { key: 'slow.hidden', value: '' });
    });
    const outcome = await publish([registry('a'), slow], { signal: control.signal });
    assert.deepEqual(bench.world.log, ['a.hidden']);
    assert.equal(outcome.failure?.exit, 130);
  });

  it('ends in the same state after any crash', async () => {
    const all = () => [registry('a'), registry('b', needs('a')), registry('c', needs('a!')), registry('d', {}, { effect: bench.world.shout })];
    let point = 1;
    for (let died = true; died; point++) {
      await bench.close();
      bench = new Bench();
      const doomed = new Doomed(point);
      bench.world.at = () => doomed.point();
      await publish(all(), { journal: doomed.journal(await bench.journal()) });
      bench.world.at = () => {};
      died = doomed.died;
      const outcome = await publish(all());
      assert.equal(outcome.failure, undefined, `crash point ${point}`);
      assert.deepEqual(
        bench.world.log.toSorted(),
        ['a', 'b', 'c', 'd'].flatMap((id) => [`${id}.hidden`, `${id}.visible`]),
        `crash point ${point}`,
      );
    }
    assert.equal(point - 2, 8 * 6);
  });
});
