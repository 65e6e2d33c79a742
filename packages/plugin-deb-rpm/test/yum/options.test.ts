import assert from 'node:assert/strict';
import { keyOf } from '../../src/yum/job.ts';
import { printRepo } from '../../src/yum/setup.ts';
import { optionsOf, parseOptions } from './bench.ts';

describe('options of yum', () => {
  const RELEASE = { name: 'Acme Tool' };

  it('name the folder of packages', () => {
    const keys = ['Packages/{p}/', 'pool', '{name}/{p}'].map((layout) =>
      keyOf({ release: RELEASE, options: optionsOf({ layout }) }, 'Acme-1-1.noarch.rpm'),
    );
    assert.deepEqual(keys, ['Packages/a/Acme-1-1.noarch.rpm', 'pool/Acme-1-1.noarch.rpm', 'Acme-Tool/a/Acme-1-1.noarch.rpm']);
  });

  for (const [what, raw] of Object.entries({
    'a layout that climbs': { layout: '../x' },
    'a layout from the root': { layout: '/x' },
    'a layout in the metadata': { layout: 'repodata/{p}' },
    'a layout with blanks': { layout: 'a b' },
    'another template': { layout: '{version}' },
    'another protocol': { url: 'ftp://acme.example' },
    'one version alone': { keep: 1 },
    'another compression': { compression: 'bz2' },
    'no place': { path: undefined },
    'no word about signing': { sign: undefined },
    'an option unknown': { suites: [] },
  })) {
    it(`refuse ${what}`, () => {
      const { path = 'here', sign = 'key', ...rest } = raw as Record<string, unknown>;
      const given = { ...('path' in raw ? {} : { path }), ...('sign' in raw ? {} : { sign }), ...rest };
      assert.equal(parseOptions(given).success, false);
    });
  }

  it('take an address of two lines as one', () =>
    assert.equal(optionsOf({ url: 'https://acme.example/\ngpgcheck=0' }).url, 'https://acme.example/gpgcheck=0'));

  it('take a title as one line', () => {
    const text = printRepo({ id: 'acme', title: 'A\n[evil]\nB', url: 'https://acme.example/', gpgcheck: true, gpgkey: undefined });
    assert.match(text, /^\[acme\]\nname=A \[evil\] B\nbaseurl=/);
  });
});
