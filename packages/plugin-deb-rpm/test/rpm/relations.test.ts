import assert from 'node:assert/strict';
import { dependency, relationFeatures, rpmlib } from '../../src/rpm/dependencies.ts';
import { relation } from '../../src/rpm/relations.ts';

const rich = { rich: true };

describe('a relation', () => {
  for (const [written, expected] of [
    ['glibc', 'glibc'],
    ['glibc>=2.17', 'glibc >= 2.17'],
    [' foo  <  1:2.0-3.el9~rc1 ', 'foo < 1:2.0-3.el9~rc1'],
    ['acme = {version}', 'acme = {version}'],
    ['/usr/bin/perl', '/usr/bin/perl'],
    ['libc.so.6(GLIBC_2.34)(64bit)', 'libc.so.6(GLIBC_2.34)(64bit)'],
    ['perl(Foo::Bar) >= 1', 'perl(Foo::Bar) >= 1'],
    ['font(:lang=en)', 'font(:lang=en)'],
    ['( a  or b >= 1 )', '(a or b >= 1)'],
    ['(a and b and (c or d))', '(a and b and (c or d))'],
    ['(a if b else c)', '(a if b else c)'],
    ['(a without b)', '(a without b)'],
  ] as const) {
    it(`is written as ${expected}`, () => assert.equal(relation(written, rich), expected));
  }

  for (const bad of [
    '',
    'a b',
    'a >=',
    'a == 1',
    'a >> 1',
    '>= 1',
    'a, b',
    '(a)',
    '(a or b',
    'a or b',
    '(a or b and c)',
    '(a else b)',
    '(a if b if c)',
    'a >= 1-2-3',
    'a\nb',
    `${'('.repeat(50)}a or b`,
  ])
    it(`is not ${JSON.stringify(bad.slice(0, 20))}`, () => assert.equal(relation(bad, rich), undefined));

  it('is no expression where none may be', () => {
    assert.equal(relation('(a or b)', { rich: false }), undefined);
    assert.equal(relation('a >= 1', { rich: false, onlyEqual: true }), undefined);
    assert.equal(relation('a = 1', { rich: false, onlyEqual: true }), 'a = 1');
  });
});

describe('the rows of relations', () => {
  it('hold the senses of operators', () => {
    assert.deepEqual(
      ['a < 1', 'a <= 1', 'a = 1', 'a >= 1', 'a > 1', 'a'].map((each) => dependency(each, '').flags),
      [2, 10, 8, 12, 4, 0],
    );
  });

  it('hold expressions as names', () => {
    assert.deepEqual(dependency('(a or b = {version})', '1:2-3'), { name: '(a or b = 1:2-3)', version: '', flags: 0 });
  });

  it('name what rpm must know', () => {
    assert.deepEqual(rpmlib('FileDigests'), { name: 'rpmlib(FileDigests)', version: '4.6.0-1', flags: 0x0100000a });
    const rows = ['a = 1~rc', 'b = 1^x', '(a or b)'].map((each) => dependency(each, ''));
    assert.deepEqual(relationFeatures(rows), ['TildeInVersions', 'CaretInVersions', 'RichDependencies']);
    assert.deepEqual(relationFeatures([dependency('a = 1', '')]), []);
  });
});
