import assert from 'node:assert/strict';
import { relation, withVersion } from '../../src/deb/relations.ts';

const ANY = { alternatives: true };

describe('relations', () => {
  for (const [written, usual] of [
    ['libc6', 'libc6'],
    ['libc6(>=2.34)', 'libc6 (>= 2.34)'],
    ['libc6 ( >= 2.34 )', 'libc6 (>= 2.34)'],
    ['python3:any', 'python3:any'],
    ['python3:any (>= 3.9~)', 'python3:any (>= 3.9~)'],
    ['a1|b2  (<< 1:2.0-1)', 'a1 | b2 (<< 1:2.0-1)'],
    ['acme-common (= {version})', 'acme-common (= {version})'],
  ] as const) {
    it(`write ${written} as ${usual}`, () => assert.equal(relation(written, ANY), usual));
  }

  for (const wrong of [
    '',
    'a',
    'libc6 >= 2.34',
    'libc6 (> 2.34)',
    'libc6 (== 2.34)',
    'libc6 (>= )',
    'libc6 (>= v2)',
    'libc6 [amd64]',
    'libc6 <!nocheck>',
    'lib_c6',
    'a1 | ',
    'a1, b2',
    'a1\nEvil: yes',
  ]) {
    it(`refuse ${JSON.stringify(wrong)}`, () => assert.equal(relation(wrong, ANY), undefined));
  }

  it('have no alternatives where none can be', () => assert.equal(relation('a1 | b2', { alternatives: false }), undefined));

  it('are equal only where something is provided', () => {
    assert.equal(relation('mail (>= 1)', { alternatives: false, onlyEqual: true }), undefined);
    assert.equal(relation('mail (= 1)', { alternatives: false, onlyEqual: true }), 'mail (= 1)');
  });

  it('take the own version', () => assert.equal(withVersion('acme-common (= {version})', '1:2.0-1'), 'acme-common (= 1:2.0-1)'));
});
