import assert from 'node:assert/strict';
import { defineEffect } from '../../src/effect.ts';
import { DistError } from '../../src/errors.ts';
import { effectIdentity } from '../../src/lifecycle/effect-identity.ts';
import type { Journal } from '../../src/lifecycle/journal.ts';
import { readJournal } from '../../src/lifecycle/journal-read.ts';
import { type RollbackMember, type RollbackOutcome, type RollbackRequest, rollBack } from '../../src/lifecycle/rollback.ts';
import { Bench, Doomed, instance, type PutInput, silent } from './effect-world.ts';
import { noOutside } from './no-outside.ts';

describe('rolling back', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  function member(id: string, more: Partial<RollbackMember> = {}): RollbackMember {
    return { id, effects: bench.world.definitions, options: {}, log: silent, ...more };
  }

  /** Two registries with something hidden and something shown each, published in this order, over an older version in `b.visible`. */
  async function publish(): Promise<void> {
    const { put, show, point } = bench.world;
    const runner = await bench.runner();
    bench.world.objects.set('b.visible', 'old');
    await runner.run(instance('a'), put, { key: 'a.1', value: 'x' });
    await runner.run(instance('a'), put, { key: 'a.2', value: 'x' });
    await runner.run(instance('b'), put, { key: 'b.1', value: 'x' });
    await runner.run(instance('a'), show, { key: 'a.visible', value: 'x' });
    await runner.run(instance('b'), point, { key: 'b.visible', value: 'x' });
    bench.world.log.length = 0;
  }

  async function back(waves: RollbackRequest['waves'] = [[member('b'), member('a')]], more: Partial<RollbackRequest> = {}): Promise<RollbackOutcome> {
    const journal = more.journal ?? (await bench.journal());
    const request = { mode: 'undo', dry: false, signal: new AbortController().signal, file: () => '/nowhere', ...noOutside } as const;
    return await rollBack({ ...request, waves, retry: { wait: async () => {} }, ...more, journal });
  }

  function states({ effects }: RollbackOutcome): Record<string, string> {
    return Object.fromEntries(effects.map(({ key, state }) => [key, state]));
  }

  async function begin(effect: Parameters<typeof effectIdentity>[1], input: PutInput): Promise<Journal> {
    const journal = await bench.journal();
    const common = { type: 'begin', at: '', instance: 'a', plugin: 'acme@1.0.0', description: effect.describe(input), options: {} } as const;
    await journal.append({ ...common, ...effectIdentity('a', effect, input), effect: effect.name, visible: effect.visible === true, input });
    return journal;
  }

  it('takes back what the public sees first, then the rest', async () => {
    await publish();
    await back();
    assert.deepEqual(bench.world.log, ['b.visible', '-a.visible', '-b.1', '-a.2', '-a.1']);
    assert.deepEqual([...bench.world.objects], [['b.visible', 'old']]);
  });

  it('takes back whole waves, the last one first', async () => {
    await publish();
    await back([[member('b')], [member('a')]]);
    assert.deepEqual(bench.world.log, ['b.visible', '-b.1', '-a.visible', '-a.2', '-a.1']);
  });

  it('does nothing the second time', async () => {
    await publish();
    await back();
    bench.world.log.length = 0;
    assert.deepEqual((await back()).effects, []);
    assert.deepEqual(bench.world.log, []);
  });

  it('journals the intent before it acts', async () => {
    await publish();
    const seen: string[] = [];
    bench.world.at = (point) => seen.push(point);
    const journal = await bench.journal();
    const append: Journal['append'] = async (...records) => {
      seen.push(...records.map(({ type }) => type));
      await journal.append(...records);
    };
    await back([[member('b')]], { journal: { ...journal, append } });
    assert.deepEqual(seen.slice(0, 4), ['reverting', 'before b.visible', 'after b.visible', 'reverted']);
  });

  it('leaves what was there before', async () => {
    bench.world.objects.set('a.1', 'x');
    await (await bench.runner()).run(instance('a'), bench.world.put, { key: 'a.1', value: 'x' });
    assert.deepEqual(states(await back()), { 'a.1': 'found' });
    assert.deepEqual([...bench.world.objects], [['a.1', 'x']]);
  });

  it('keeps what a pointer of unknown origin leads to, until it is taken back by hand', async () => {
    const { put, show } = bench.world;
    bench.world.objects.set('a.visible', 'x');
    const runner = await bench.runner();
    await runner.run(instance('a'), put, { key: 'a.1', value: 'x' });
    await runner.run(instance('a'), show, { key: 'a.visible', value: 'x' });
    assert.deepEqual(states(await back()), { 'a.visible': 'found', 'a.1': 'held' });
    bench.world.objects.delete('a.visible');
    assert.deepEqual(states(await back()), { 'a.visible': 'reverted', 'a.1': 'reverted' });
  });

  it('leaves a pointer that somebody moved since', async () => {
    await publish();
    bench.world.objects.set('b.visible', 'theirs');
    assert.equal(states(await back())['b.visible'], 'moved');
    assert.equal(bench.world.objects.get('b.visible'), 'theirs');
  });

  it('leaves an object that somebody replaced since', async () => {
    await publish();
    bench.world.objects.set('a.1', 'theirs');
    assert.equal(states(await back())['a.1'], 'moved');
    assert.equal(bench.world.objects.get('a.1'), 'theirs');
  });

  it('counts what people took back by hand', async () => {
    await publish();
    bench.world.objects.set('b.visible', 'old');
    assert.equal(states(await back())['b.visible'], 'reverted');
    assert.ok(!bench.world.log.includes('b.visible'));
  });

  it('leaves alone what a plugin says is not ours any more', async () => {
    const { put } = bench.world;
    const careful = defineEffect<PutInput, { etag: string }>({
      ...put,
      name: 'world.careful',
      revert: async () => {
        throw new DistError('object-changed', 'Cannot remove "x": it was changed');
      },
    });
    await (await bench.runner({ definitions: [careful] })).run(instance('a'), careful, { key: 'x', value: '1' });
    const outcome = await back([[member('a', { effects: [careful] })]]);
    assert.deepEqual(states(outcome), { x: 'moved' });
    const { effects } = await readJournal(`${bench.folder}/state`);
    assert.deepEqual(
      [...effects.values()].map(({ state, reverting }) => ({ state, reverting })),
      [{ state: 'done', reverting: undefined }],
    );
  });

  describe('while clients still get the release', () => {
    const stillServed = async () => '"a" still sends clients to 1.2.0';

    it('keeps what they are sent to', async () => {
      await publish();
      const { effects, registries } = await back([[member('b'), member('a', { stillServed })]]);
      assert.deepEqual(
        effects.map(({ key, state, error }) => [key, state, error?.message]),
        [
          ['b.visible', 'reverted', undefined],
          ['a.visible', 'reverted', undefined],
          ['b.1', 'reverted', undefined],
          ['a.2', 'held', 'Cannot take back "put a.2": "a" still sends clients to 1.2.0'],
          ['a.1', 'held', 'Cannot take back "put a.1": "a" still sends clients to 1.2.0'],
        ],
      );
      assert.deepEqual(
        registries.map(({ state }) => state),
        ['done', 'failed'],
      );
      assert.equal(states(await back([[member('a')]]))['a.1'], 'reverted');
    });

    it('asks when the public changes of all are gone', async () => {
      await publish();
      const seen: string[][] = [];
      const ask = async () => void seen.push([...bench.world.log]);
      await back([[member('b'), member('a', { stillServed: ask as () => Promise<undefined> })]]);
      assert.deepEqual(seen, [['b.visible', '-a.visible', '-b.1']]);
    });

    it('keeps all when nobody can tell', async () => {
      await publish();
      const broken = () => Promise.reject(Object.assign(new Error('forbidden'), { status: 403 }));
      const { effects } = await back([[member('a', { stillServed: broken })]]);
      assert.equal(effects.at(-1)?.error?.message, 'Cannot take back "put a.1": nobody can tell what clients get: forbidden');
    });

    it('foresees it only where nothing public is to be taken back', async () => {
      await publish();
      const dry = { dry: true, journal: await bench.journal() };
      assert.equal(states(await back([[member('a', { stillServed })]], dry))['a.1'], 'dry');
      await (await bench.runner()).run(instance('c'), bench.world.put, { key: 'c.1', value: 'x' });
      assert.equal(states(await back([[member('c', { stillServed })]], { dry: true }))['c.1'], 'held');
    });
  });

  it('leaves alone what its probe finds replaced', async () => {
    const { put } = bench.world;
    let replaced = false;
    const strict = defineEffect<PutInput, { etag: string }>({
      ...put,
      name: 'world.strict',
      probe: async (input, context) => {
        if (replaced) throw new DistError('object-differs', 'Cannot upload "x": other bytes are there');
        return await put.probe?.(input, context);
      },
    });
    await (await bench.runner({ definitions: [strict] })).run(instance('a'), strict, { key: 'x', value: '1' });
    replaced = true;
    for (const time of ['once', 'twice']) assert.deepEqual(states(await back([[member('a', { effects: [strict] })]])), { x: 'moved' }, time);
  });

  it('lists what cannot be taken back, and takes back the rest', async () => {
    await publish();
    await (await bench.runner()).run(instance('a'), bench.world.shout, { key: 'a.shout', value: 'x' });
    const outcome = await back();
    const shout = outcome.effects.find(({ key }) => key === 'a.shout');
    assert.deepEqual([shout?.state, shout?.manual], ['irreversible', 'heard is heard']);
    assert.deepEqual([...bench.world.objects.keys()], ['b.visible', 'a.shout']);
  });

  describe('what is in doubt', () => {
    it('is taken back when it is there', async () => {
      bench.world.objects.set('a.1', 'x');
      const journal = await begin(bench.world.put, { key: 'a.1', value: 'x' });
      assert.deepEqual(states(await back([[member('a')]], { journal })), { 'a.1': 'reverted' });
      assert.deepEqual(bench.world.log, ['-a.1']);
    });

    it('is noted as gone when it is not there', async () => {
      const journal = await begin(bench.world.put, { key: 'a.1', value: 'x' });
      assert.deepEqual(states(await back([[member('a')]], { journal })), { 'a.1': 'reverted' });
      assert.deepEqual(bench.world.log, []);
      assert.equal([...journal.effects.values()][0]?.state, 'reverted');
    });

    it('stays in doubt when nobody can look', async () => {
      const journal = await begin(bench.world.post, { key: 'a.1', value: 'x' });
      assert.deepEqual(states(await back([[member('a')]], { journal })), { 'a.1': 'doubt' });
    });
  });

  describe('when something fails', () => {
    /** A pointer that cannot be put back while `broken`. */
    function stubborn(): { broken: boolean; readonly effects: readonly RollbackMember['effects'][number][] } {
      const state = { broken: true, effects: [] as RollbackMember['effects'][number][] };
      const { show } = bench.world;
      const effect = defineEffect<PutInput, { etag: string }>({
        ...show,
        revert: async (input, result, context) => {
          if (state.broken) throw Object.assign(new Error('forbidden'), { status: 403 });
          await show.revert?.(input, result, context);
        },
      });
      state.effects = [effect, ...bench.world.definitions.filter(({ name }) => name !== effect.name)];
      return state;
    }

    it('keeps what clients may still be sent to, and goes on elsewhere', async () => {
      await publish();
      const outcome = await back([[member('b'), member('a', { effects: stubborn().effects })]]);
      assert.deepEqual(states(outcome), { 'b.visible': 'reverted', 'a.visible': 'failed', 'b.1': 'reverted', 'a.2': 'held', 'a.1': 'held' });
      assert.deepEqual(
        outcome.registries.map(({ id, state }) => `${id} ${state}`),
        ['b done', 'a failed'],
      );
      assert.equal(outcome.effects.find(({ error }) => error)?.error?.message, 'Cannot take back "put a.visible": forbidden');
    });

    it('is completed by running again', async () => {
      await publish();
      const once = stubborn();
      await back([[member('b'), member('a', { effects: once.effects })]]);
      once.broken = false;
      assert.deepEqual(states(await back([[member('b'), member('a', { effects: once.effects })]])), {
        'a.visible': 'reverted',
        'a.2': 'reverted',
        'a.1': 'reverted',
      });
      assert.deepEqual([...bench.world.objects], [['b.visible', 'old']]);
    });

    it('tries again what may pass', async () => {
      await publish();
      let times = 2;
      bench.world.at = (point) => {
        if (point === 'before -a.1' && times-- > 0) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      };
      assert.equal(states(await back())['a.1'], 'reverted');
    });

    it('says which plugin could do it', async () => {
      await publish();
      const outcome = await back([[member('a', { effects: [] })]]);
      assert.equal(outcome.registries[0]?.state, 'failed');
      assert.match(outcome.effects[0]?.error?.hint ?? '', /^acme@1\.0\.0 made it/);
    });

    it('begins nothing more when interrupted', async () => {
      await publish();
      const control = new AbortController();
      bench.world.at = (point) => {
        if (point === 'after -a.visible') control.abort();
      };
      const outcome = await back(undefined, { signal: control.signal });
      assert.deepEqual(states(outcome), { 'b.visible': 'reverted', 'a.visible': 'reverted', 'b.1': 'held', 'a.2': 'held', 'a.1': 'held' });
      assert.equal(outcome.effects.at(-1)?.error?.code, 'interrupted');
    });
  });

  it('is whole after dying at any point and running again', async () => {
    let point = 1;
    for (let died = true; died; point++) {
      await bench.close();
      bench = new Bench();
      await publish();
      const doomed = new Doomed(point);
      bench.world.at = () => doomed.point();
      await back(undefined, { journal: doomed.journal(await bench.journal()) });
      died = doomed.died;
      bench.world.at = () => {};
      await back();
      assert.deepEqual([...bench.world.objects], [['b.visible', 'old']], `crash point ${point}`);
      assert.ok([...(await readJournal(`${bench.folder}/state`)).effects.values()].every(({ state }) => state === 'reverted'));
      assert.deepEqual((await back()).effects, []);
    }
    // before and after the intent, the change and the note, of five changes
    assert.equal(point - 2, 5 * 6);
  });

  describe('in a registry of its own ways', () => {
    it('does what it wants, and its changes count as gone', async () => {
      await publish();
      const seen: string[] = [];
      const own = member('a', {
        ownWay: async ({ journal }) => {
          seen.push(...journal.map(({ key, state }) => `${key} ${state}`));
          return true;
        },
      });
      const outcome = await back([[member('b'), own]]);
      assert.deepEqual(seen, ['a.1 done', 'a.2 done', 'a.visible done']);
      assert.deepEqual(bench.world.log, ['b.visible', '-b.1']);
      assert.equal(outcome.registries[1]?.state, 'own');
      assert.deepEqual((await back([[own]])).effects, []);
    });

    it('may ask for the journal to be undone, in step with the others', async () => {
      await publish();
      const own = (id: string) =>
        member(id, {
          ownWay: async ({ undo }) => {
            await undo();
            return true;
          },
        });
      await back([[own('b'), own('a')]]);
      assert.deepEqual(bench.world.log, ['b.visible', '-a.visible', '-b.1', '-a.2', '-a.1']);
    });

    it('may leave it to the journal', async () => {
      await publish();
      await back([[member('b'), member('a', { ownWay: async () => undefined })]]);
      assert.deepEqual([...bench.world.objects], [['b.visible', 'old']]);
    });

    it('fails alone', async () => {
      await publish();
      const own = member('a', { ownWay: async () => assert.fail('no way') });
      const outcome = await back([[own, member('b')]]);
      assert.deepEqual(
        outcome.registries.map(({ state, ...rest }) => [state, 'error' in rest ? rest.error?.message : undefined]),
        [
          ['failed', 'Cannot roll back "a": no way'],
          ['done', undefined],
        ],
      );
      assert.deepEqual([...bench.world.objects.keys()].sort(), ['a.1', 'a.2', 'a.visible', 'b.visible']);
    });

    it('changes nothing of the journal when it goes to another version', async () => {
      await publish();
      await back([[member('a', { ownWay: async () => true })]], { mode: 'retarget' });
      const { effects } = await readJournal(`${bench.folder}/state`);
      assert.ok([...effects.values()].every(({ state }) => state === 'done'));
    });
  });

  it('does not undo what a rollback made', async () => {
    const runner = await bench.runner({ phase: 'rollback' });
    await runner.run(instance('a'), bench.world.point, { key: 'latest', value: 'older' });
    assert.deepEqual((await back()).effects, []);
  });

  it('only shows in a dry run', async () => {
    await publish();
    const { effects } = await readJournal(`${bench.folder}/state`);
    const outcome = await back(undefined, { dry: true, journal: { effects } });
    assert.deepEqual(states(outcome), { 'b.visible': 'dry', 'a.visible': 'dry', 'b.1': 'dry', 'a.2': 'dry', 'a.1': 'dry' });
    assert.deepEqual(bench.world.log, []);
  });
});
