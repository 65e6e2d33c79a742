import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePaths } from '../../src/model/path-order.ts';

describe('comparePaths', () => {
  it('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(fc.property(text, text, (a, b) => Math.sign(comparePaths(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('puts a directory before its content', () => {
    assert.deepEqual(['lib/a', 'lib', 'lib-x'].sort(comparePaths), ['lib', 'lib-x', 'lib/a']);
  });

  it('puts emoji after private-use letters', () => {
    assert.deepEqual(['\u{1f600}', '\ue000', 'z'].sort(comparePaths), ['z', '\ue000', '\u{1f600}']);
  });
});
