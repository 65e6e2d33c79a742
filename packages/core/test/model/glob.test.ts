import assert from 'node:assert/strict';
import { descentTest, globTest, isGlob, splitGlob, treeTest } from '../../src/model/glob.ts';

describe('globTest', () => {
  const cases: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
    ['lib/*.so', 'lib/a.so', true],
    ['lib/*.so', 'lib/x/a.so', false],
    ['lib/**', 'lib/x/y/z', true],
    ['lib/**', 'lib/.hidden', true],
    ['lib/*', 'lib/.hidden', true],
    ['**/*.md', 'README.md', true],
    ['a/**/b', 'a/b', true],
    ['a?c', 'a/c', false],
    ['*.{so,dll}', 'x.dll', true],
    ['[a-c].txt', 'b.txt', true],
    ['./lib/*', 'lib/x', true],
    ['lib/', 'lib', true],
    ['app (x86)/*', 'app (x86)/a', true],
    ['c++/*', 'c++/a', true],
    ['a|b/*', 'a/x', false],
    ['!x', '!x', true],
    ['!(x)', 'y', false],
    ['\\*.txt', '*.txt', true],
    ['\\*.txt', 'a.txt', false],
  ];
  for (const [pattern, path, matches] of cases) {
    it(`${pattern} ${matches ? 'matches' : 'leaves out'} ${path}`, () => assert.equal(globTest(pattern)(path), matches));
  }

  it('never passes on regular expressions', () => {
    const test = globTest('((a+)+)+*z');
    const started = performance.now();
    assert.equal(test('a'.repeat(40)), false);
    assert.ok(performance.now() - started < 1000);
  });
});

describe('treeTest', () => {
  it('speaks for all below a directory', () => assert.equal(treeTest(['share/doc'])('share/doc/a/b.txt'), true));
  it('leaves siblings of the directory', () => assert.equal(treeTest(['share/doc'])('share/docs/a'), false));
  it('matches nothing without patterns', () => assert.equal(treeTest([])('a'), false));
});

describe('splitGlob', () => {
  it('strips the parts before the pattern', () => assert.deepEqual(splitGlob('core/lib/*/x.nu'), { base: 'core/lib', pattern: '*/x.nu' }));
  it('strips nothing from a leading pattern', () => assert.deepEqual(splitGlob('*.md'), { base: '', pattern: '*.md' }));
  it('reads escaped signs as names', () => assert.deepEqual(splitGlob('a\\[1\\]/*'), { base: 'a[1]', pattern: '*' }));
});

describe('isGlob', () => {
  it('takes an escaped sign for a name', () => assert.equal(isGlob('a\\*'), false));
  it('takes a brace for a pattern', () => assert.equal(isGlob('{a,b}'), true));
  it('takes parentheses for a name', () => assert.equal(isGlob('app (x86)'), false));
});

describe('descentTest', () => {
  it('stays out of other directories', () => assert.equal(descentTest('a/*/c')('b'), false));
  it('stops at the depth of the pattern', () => assert.equal(descentTest('*/c')('a/b'), false));
  it('goes on to the last directory', () => assert.equal(descentTest('a/*/c')('a/b'), true));
  it('goes everywhere below two stars', () => assert.equal(descentTest('a/**')('a/b/c/d'), true));
  it('goes everywhere for braces over parts', () => assert.equal(descentTest('{a/b,c}/*')('z'), true));
});
