import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonProblem } from '../../src/config/json-syntax.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('jsonProblem', () => {
  it('agrees with JSON.parse on any JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => jsonProblem(text) === undefined));
  });

  it('agrees with JSON.parse on damaged JSON', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '\\u00e',
      '-',
      '0',
      '01',
      '1.',
      '1e5',
      '.5',
      'true',
      'nul',
      ' ',
      '\n',
      '\t',
      '\u0001',
      '//',
      "'",
    ];
    const damaged = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => list.join(''));
    fc.assert(
      fc.property(damaged, (text) => assert.equal(jsonProblem(text) === undefined, isJson(text))),
      { numRuns: 3000 },
    );
  });

  it('names what should stand there', () => {
    assert.deepEqual(jsonProblem('{ "a": [1,] }'), { offset: 10, state: 'expected a value, found "]"' });
  });

  it('survives a megabyte of brackets and of text', () => {
    assert.equal(jsonProblem('['.repeat(1 << 20))?.offset, 1 << 20);
    assert.equal(jsonProblem(JSON.stringify('x\\"'.repeat(1 << 18))), undefined);
  });
});
