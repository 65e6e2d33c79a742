import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { BeginRecord, JournalRecord } from '../../src/lifecycle/journal-record.ts';
import { mergeRecords } from '../../src/lifecycle/record-merge.ts';

function begin(id: string, at: number): BeginRecord {
  const texts = { instance: 'a', plugin: 'p@1', effect: 'e', key: id, description: id };
  return { type: 'begin', id, at: time(at), ...texts, visible: false, input: {}, options: {} };
}

function done(id: string, at: number, found = false): JournalRecord {
  return { type: 'done', id, at: time(at), ...(found && { found: true as const }) };
}

function time(at: number): string {
  return `2026-01-01T00:00:00.${String(at).padStart(3, '0')}Z`;
}

function short(records: readonly JournalRecord[]): readonly string[] {
  return records.map(({ type, id, at }) => `${type} ${id} ${Number(at.slice(20, 23))}`);
}

describe('two journals as one', () => {
  const first = [begin('x', 1), done('x', 2)];

  it('is the one here when it goes on', () => {
    assert.equal(mergeRecords(first, first.slice(0, 1))[1], first[1]);
    assert.equal(mergeRecords(first, first), first);
  });

  it('is the kept one when that goes on', () => {
    // a clock that is behind changes nothing
    assert.deepEqual(short(mergeRecords(first, [...first, begin('y', 0)])), ['begin x 1', 'done x 2', 'begin y 0']);
  });

  it('keeps the options that stand here', () => {
    const own = { ...begin('x', 1), options: { path: 'here' } };
    assert.deepEqual(mergeRecords([own], [begin('x', 1), done('x', 2)])[0], own);
  });

  it('is in the order of time where both went on', () => {
    const here = [...first, begin('y', 3), done('y', 6)];
    const there = [...first, begin('z', 3), done('z', 5)];
    assert.deepEqual(short(mergeRecords(here, there)).slice(2), ['begin y 3', 'begin z 3', 'done z 5', 'done y 6']);
  });

  it('leaves a change to who made it', () => {
    const made = [begin('y', 3), done('y', 5)];
    const found = [begin('y', 6), done('y', 7, true)];
    const expected = ['begin y 6', 'done y 7', 'begin y 3', 'done y 5'];
    assert.deepEqual(short(mergeRecords(made, found)), expected);
    assert.deepEqual(short(mergeRecords(found, made)), expected);
  });

  it('holds all of both, each in its order', () => {
    const journal = (prefix: string) => fc.array(fc.tuple(fc.nat(5), fc.nat(9)).map(([id, at]) => begin(`${prefix}${id}`, at)));
    fc.assert(
      fc.property(journal('s'), journal('h'), journal('t'), (shared, here, there) => {
        const merged = mergeRecords([...shared, ...here], [...shared, ...there]);
        const of = (prefix: string) => short(merged.filter(({ id }) => id.startsWith(prefix)));
        assert.deepEqual([of('s'), of('h'), of('t')], [short(shared), short(here), short(there)]);
      }),
    );
  });

  it('is the same when it is joined again', () => {
    const here = [...first, begin('y', 3), done('y', 6)];
    const there = [...first, begin('y', 4), done('y', 5, true)];
    const merged = mergeRecords(here, there);
    assert.deepEqual([mergeRecords(here, merged), mergeRecords(there, merged)].map(short), [short(merged), short(merged)]);
    assert.equal(mergeRecords(merged, here).length, merged.length);
  });
});
