import assert from 'node:assert/strict';
import { destinationOf, destinationProblem, foldPath, nameProblem } from '../../src/model/path-rules.ts';

describe('destinationProblem', () => {
  const hostile: readonly (readonly [text: string, problem: string])[] = [
    ['', 'it is empty'],
    ['../x', 'it leaves the root with ".."'],
    ['a/../../x', 'it leaves the root with ".."'],
    ['/etc/passwd', 'it is absolute'],
    ['C:/x', 'it names a drive'],
    ['c:x', 'it names a drive'],
    ['a\\b', 'it holds a backslash'],
    ['a\0b', 'it holds a control character'],
    ['a\nb', 'it holds a control character'],
  ];
  for (const [text, problem] of hostile) it(`refuses ${JSON.stringify(text)}`, () => assert.equal(destinationProblem(text), problem));

  for (const text of ['bin/', './', 'a/..b/c', 'share/doc/x.y', '...']) it(`takes ${text}`, () => assert.equal(destinationProblem(text), undefined));
});

describe('destinationOf', () => {
  it('drops dots and surplus slashes', () => assert.deepEqual(destinationOf('./a//b/./c'), { path: 'a/b/c', folder: false }));
  it('takes a closing slash for a folder', () => assert.deepEqual(destinationOf('bin/'), { path: 'bin', folder: true }));
  it('takes the root for a folder', () => assert.deepEqual(destinationOf('.'), { path: '', folder: true }));
});

describe('nameProblem', () => {
  const illegal = ['con', 'NUL.txt', 'a/Com1', 'LPT².log', 'aux .md', 'CONIN$', 'a.', 'b ', 'a<b', 'a>b', 'a:b', 'a"b', 'a|b', 'a?b', 'a*b'];
  for (const path of illegal) {
    it(`refuses ${path} for Windows`, () => assert.equal(typeof nameProblem(path, 'windows'), 'string'));
    it(`takes ${path} for Linux`, () => assert.equal(nameProblem(path, 'linux'), undefined));
  }

  for (const path of ['console', 'com10', 'nullable.txt', '.gitignore', 'a..b'])
    it(`takes ${path} for Windows`, () => assert.equal(nameProblem(path, 'windows'), undefined));

  it('refuses long paths for Windows', () => {
    assert.equal(nameProblem(`${'a/'.repeat(120)}b`, 'windows'), 'the path is longer than 240 characters');
  });

  for (const [what, path] of [
    ['control characters', 'a\u0007'],
    ['backslashes', 'a\\b'],
    ['bytes that are not UTF-8', 'caf\ufffd'],
    ['lone surrogates', 'a\ud800'],
    ['names over 255 bytes', 'ü'.repeat(128)],
  ] as const) {
    it(`refuses ${what} everywhere`, () => assert.equal(typeof nameProblem(path, undefined), 'string'));
  }
});

describe('foldPath', () => {
  it('takes case for nothing', () => assert.equal(foldPath('Lib/A'), foldPath('lib/a')));
  it('takes composed and decomposed for one', () => assert.equal(foldPath('caf\u00e9'), foldPath('cafe\u0301')));
  it('takes both sigmas for one', () => assert.equal(foldPath('ας'), foldPath('ασ')));
});
