import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { DistError } from '../src/errors.ts';
import { KeyedBail, KeyedSeries, Series } from '../src/hook-taps.ts';

const ignore = () => {};

describe('a series hook', () => {
  it('runs every tap in order', async () => {
    const seen: string[] = [];
    const hook = new Series<string>('stage');
    hook.tap({ name: 'one' }, (job) => void seen.push(`one ${job}`));
    hook.tap({ name: 'two' }, async (job) => void seen.push(`two ${job}`));
    hook.seal(ignore);
    await hook.call('x');
    assert.deepEqual(seen, ['one x', 'two x']);
  });

  it('honours before and after whatever the order of tapping', async () => {
    const seen: string[] = [];
    const hook = new Series<null>('stage');
    hook.tap({ name: 'c', after: ['b'] }, () => void seen.push('c'));
    hook.tap({ name: 'b' }, () => void seen.push('b'));
    hook.tap({ name: 'a', before: ['b'] }, () => void seen.push('a'));
    hook.seal(ignore);
    await hook.call(null);
    assert.deepEqual(seen, ['a', 'b', 'c']);
  });

  it('refuses to order against an unknown tap', () => {
    const hook = new Series<null>('stage');
    hook.tap({ name: 'a', before: ['nobody'] }, ignore);
    assert.throws(() => hook.seal(ignore), { code: 'unknown-tap' });
  });

  it('refuses taps that wait for each other', () => {
    const hook = new Series<null>('stage');
    hook.tap({ name: 'a', before: ['b'] }, ignore);
    hook.tap({ name: 'b', before: ['a'] }, ignore);
    assert.throws(() => hook.seal(ignore), { code: 'tap-cycle' });
  });

  it('settles when a later tap throws synchronously', async () => {
    const hook = new Series<null>('stage');
    hook.tap({ name: 'slow' }, () => new Promise((resolve) => setImmediate(resolve)));
    hook.tap({ name: 'thrower' }, () => {
      throw new Error('boom');
    });
    hook.seal(ignore);
    await assert.rejects(hook.call(null), (error: unknown) => error instanceof DistError && /plugin "thrower" failed: boom/.test(error.message));
  });

  it('tells the observer of every tap that ran', async () => {
    const seen: string[] = [];
    const hook = new Series<null>('stage');
    hook.tap({ name: 'a' }, ignore);
    hook.seal(({ hook: label, name, milliseconds }) => seen.push(`${label} ${name} ${milliseconds >= 0}`));
    await hook.call(null);
    assert.deepEqual(seen, ['stage a true']);
  });
});

describe('a keyed series hook', () => {
  it('joins the answers of all taps of the key', async () => {
    const hook = new KeyedSeries<number, number>('build');
    hook.provide('x');
    hook.provide('y');
    hook.tap('x', { name: 'a' }, (job) => job + 1);
    hook.tap('x', { name: 'b' }, (job) => job + 2);
    hook.tap('y', { name: 'a' }, () => 0);
    hook.seal(ignore);
    assert.deepEqual(await hook.call('x', 10), [11, 12]);
  });

  it('refuses a key no plugin provides', () => {
    const hook = new KeyedSeries<number, number>('build');
    hook.provide('cargo');
    assert.throws(() => hook.tap('crago', { name: 'a' }, () => 0), { code: 'unknown-hook-key', message: /known are cargo/ });
  });

  it('refuses one name twice on a key', () => {
    const hook = new KeyedSeries<number, number>('build');
    hook.provide('x');
    hook.tap('x', { name: 'a' }, () => 0);
    assert.throws(() => hook.tap('x', { name: 'a' }, () => 0), TypeError);
  });
});

describe('a keyed bail hook', () => {
  it('gives the first answer and asks nobody after it', async () => {
    const asked: string[] = [];
    const hook = new KeyedBail<null, string>('package');
    hook.provide('deb');
    hook.tap('deb', { name: 'declines' }, () => void asked.push('declines') as undefined);
    hook.tap('deb', { name: 'answers' }, () => `${asked.push('answers')}`);
    hook.tap('deb', { name: 'late' }, () => `${asked.push('late')}`);
    hook.seal(ignore);
    assert.equal(await hook.call('deb', null), '2');
    assert.deepEqual(asked, ['declines', 'answers']);
  });

  it('answers undefined when everybody declines', async () => {
    const hook = new KeyedBail<null, string>('package');
    hook.provide('deb');
    hook.seal(ignore);
    assert.equal(await hook.call('deb', null), undefined);
  });
});
