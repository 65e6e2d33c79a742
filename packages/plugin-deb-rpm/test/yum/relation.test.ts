import assert from 'node:assert/strict';
import { type Field, numbers, texts } from '../../src/rpm/header.ts';
import { SENSE, TAG } from '../../src/rpm/tags.ts';
import { factsOf } from '../../src/yum/rpm.ts';
import { rpm } from './rpms.ts';

type Require = readonly [name: string, flags?: number, version?: string];

function requiring(...requires: readonly Require[]): readonly Field[] {
  return [
    texts(
      TAG.requireName,
      requires.map(([name]) => name),
    ),
    numbers(
      'int32',
      TAG.requireFlags,
      requires.map(([, flags = 0]) => flags),
    ),
    texts(
      TAG.requireVersion,
      requires.map(([, , version = '']) => version),
    ),
  ];
}

/** What primary.xml says an rpm needs. */
function listed(...requires: readonly Require[]): readonly string[] {
  const bytes = rpm({ version: '1.0', more: requiring(...requires) });
  const source = { path: 'acme.rpm', size: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) };
  const { primary } = factsOf(source, 'acme.rpm', { key: 'acme.rpm', pkgid: '0' }).facts;
  const [, inner = ''] = /<rpm:requires>(.*)<\/rpm:requires>/s.exec(primary) ?? [];
  return [...inner.matchAll(/<rpm:entry name="(.*)"\/>/g)].map(([, text = '']) => text);
}

describe('the relations of yum', () => {
  it('have versions in their parts', () => {
    const requires: readonly Require[] = [
      ['a', 8, '1:2-3'],
      ['b', 12, '2'],
      ['c', 10, '2~rc1'],
      ['d', 2, '0-1'],
      ['e', 4, '1'],
    ];
    assert.deepEqual(listed(...requires), [
      'a" flags="EQ" epoch="1" ver="2" rel="3',
      'b" flags="GE" epoch="0" ver="2',
      'c" flags="LE" epoch="0" ver="2~rc1',
      'd" flags="LT" epoch="0" ver="0" rel="1',
      'e" flags="GT" epoch="0" ver="1',
    ]);
  });

  it('tell what is needed before the files', () => {
    assert.deepEqual(listed(['/bin/sh', SENSE.scriptPre], ['b', SENSE.scriptPostUn]), ['/bin/sh" pre="1', 'b']);
  });

  it('leave out what rpm itself and the package bring', () => {
    assert.deepEqual(listed(['rpmlib(FileDigests)', 10, '4.6.0-1'], ['acme', 8, '1.0-1'], ['acme', 8, '2.0-1']), [
      'acme" flags="EQ" epoch="0" ver="2.0" rel="1',
    ]);
  });

  it('are there once', () => assert.deepEqual(listed(['a'], ['a'], ['a', 8, '1']), ['a', 'a" flags="EQ" epoch="0" ver="1']));

  it('have the highest C library alone', () => {
    const [old, high] = ['libc.so.6(GLIBC_2.4)(64bit)', 'libc.so.6(GLIBC_2.34)(64bit)'];
    assert.deepEqual(listed(['libc.so.6()(64bit)'], [high], [old], ['libm.so.6()(64bit)']), ['libm.so.6()(64bit)', high]);
  });

  it('escape hostile names', () => assert.deepEqual(listed(['a"/><evil a="&']), ['a&quot;/&gt;&lt;evil a=&quot;&amp;']));
});
