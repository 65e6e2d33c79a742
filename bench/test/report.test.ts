import assert from 'node:assert/strict';
import { judge } from '../gates.ts';
import { caseCells, caseTable, verdictCells } from '../report.ts';
import { sampleRun } from './runs.ts';

const RUNS = [
  sampleRun({ contestant: 'gzip', wall: 10, cpu: 8, rss: 4_000_000, size: 2_000 }),
  sampleRun({ wall: 4, cpu: 6, rss: 140_500_000, size: 1_000 }),
];

describe('caseCells', () => {
  it('puts ours first, and its ratios with the peer', () => {
    assert.deepEqual(caseCells(RUNS).slice(1), [
      ['ours', '4.000', '6.000', '140.5', '1000', '', '', ''],
      ['gzip', '10.000', '8.000', '4.0', '2000', '0.400', '0.750', '0.500'],
    ]);
  });
  it('divides each by the first where none is ours', () => {
    const runs = [sampleRun({ contestant: 'cold', wall: 4 }), sampleRun({ contestant: 'unchanged', wall: 1 })];
    assert.equal(caseCells(runs)[2]?.[5], '0.250');
  });
  it('shows no time of disturbed rounds', () => assert.equal(caseCells([sampleRun({ quiet: false })])[1]?.[1], '-'));
});

describe('caseTable', () => {
  it('tells of disturbed rounds', () => {
    const runs = [sampleRun({ round: 1 }), sampleRun({ round: 2, quiet: false })];
    assert.match(caseTable(runs), /^\ntar\.gz P1 \(2 rounds, 1 not counted for wall/);
  });
});

describe('verdictCells', () => {
  const cells = (metric: 'rss' | 'encoded', ours: string) =>
    verdictCells(judge([sampleRun({ contestant: ours, encoded: 7 })], [{ case: 'tar.gz P1', metric, ours, gate: 160e6, target: 130e6 }]))[1];

  it('shows memory in megabytes', () => assert.deepEqual(cells('rss', 'ours'), ['tar.gz P1: rss', '50 MB', '160 MB', '130 MB', 'not judged']));
  it('names contestants other than ours', () => assert.deepEqual(cells('encoded', 'cold')?.slice(0, 2), ['tar.gz P1, cold: encoded', '7 bytes']));
});
