import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseJournal } from '../../src/lifecycle/journal-read.ts';
import { type BeginRecord, type EndRecord, encodeLine, type JournalRecord } from '../../src/lifecycle/journal-record.ts';
import { type JournalSummary, summarise } from '../../src/lifecycle/journal-summary.ts';

const AT = '2026-01-02T03:04:05.000Z';

function begin(id: string, more: Partial<BeginRecord> = {}): BeginRecord {
  const common = { type: 'begin', id, at: AT, instance: 'prod', plugin: 'acme@1.0.0', effect: 'acme.put', key: id, description: id } as const;
  return { ...common, visible: false, input: {}, options: {}, ...more };
}

const of = (type: 'done' | 'reverting' | 'reverted', id: string): JournalRecord => ({ type, id, at: AT });

function end(command: EndRecord['command'], more: Partial<EndRecord> = {}): EndRecord {
  return { type: 'end', id: 'run', at: AT, command, outcome: 'ok', ...more };
}

function summaryOf(...records: readonly JournalRecord[]): JournalSummary {
  const header = { type: 'journal', format: 1, product: 'acme', version: '1.2.0' } as const;
  return summarise(parseJournal(Buffer.from([header, ...records].map(encodeLine).join('')), 'journal'));
}

describe('the summary of a journal', () => {
  const one = [begin('a'), of('done', 'a')] as const;
  const back = [of('reverting', 'a'), of('reverted', 'a')] as const;

  for (const [state, records] of [
    ['nothing', []],
    ['partly published', [begin('a')]],
    ['partly published', [...one, end('publish', { outcome: 'failed' })]],
    ['published', [...one, end('publish')]],
    ['partly published', [...one, end('publish'), begin('b')]],
    ['partly rolled back', [...one, end('publish'), of('reverting', 'a')]],
    ['partly rolled back', [...one, end('publish'), ...back]],
    ['partly rolled back', [...one, ...back, end('rollback', { outcome: 'failed' })]],
    ['rolled back', [...one, ...back, end('rollback')]],
    ['rolled back', [...one, ...back, end('rollback', { only: ['prod'] })]],
    ['partly rolled back', [...one, begin('b'), of('done', 'b'), ...back, end('rollback', { only: ['prod'] })]],
    ['withdrawn', [...one, end('publish'), begin('b', { phase: 'rollback' }), of('done', 'b'), end('rollback', { mode: 'retarget' })]],
    ['published', [...one, ...back, end('rollback'), ...one, end('publish')]],
    ['published', [...one, end('publish'), begin('m', { instance: 'notify:team' }), of('done', 'm')]],
    ['rolled back', [...one, ...back, end('rollback'), begin('m', { instance: 'notify:team' })]],
    ['nothing', [begin('m', { instance: 'notify:team' })]],
  ] satisfies readonly (readonly [string, readonly JournalRecord[]])[]) {
    it(`is "${state}" after ${records.map(({ type, id }) => `${type} ${id}`).join(', ') || 'nothing'}`, () => {
      assert.equal(summaryOf(...records).state, state);
    });
  }

  it('counts what stands, what is public and what is in doubt', () => {
    const {
      done,
      public: seen,
      doubts,
      reverted,
    } = summaryOf(...one, begin('b', { visible: true }), begin('c'), of('done', 'c'), of('reverted', 'c'));
    assert.deepEqual({ done, seen, doubts, reverted }, { done: 1, seen: 1, doubts: 1, reverted: 1 });
  });
});
