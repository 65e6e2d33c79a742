import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { OptionsKit } from '@provisioning-dist/core';
import { z } from 'zod';
import { type LocalOptions, localOptions } from '../../src/local/options.ts';
import { keyOf } from '../../src/store/options.ts';
import { RELEASE } from './local-bench.ts';

const kit = { z, path: () => z.string().transform((path) => resolve('/project', path)) } as unknown as OptionsKit;

function parse(options: object): LocalOptions {
  return localOptions(kit).parse(options);
}

describe('options of the local registry', () => {
  it('publish into published by default', () => {
    const options = parse({});
    assert.equal(options.path, resolve('/project/published'));
    assert.equal(keyOf(options, RELEASE, 'a.deb'), 'acme/1.2.0/a.deb');
  });

  it('take every field in a layout', () => {
    const options = parse({ layout: 'dl/{product}/{name}-{version}/{artifact}' });
    assert.equal(keyOf(options, RELEASE, '{version}$&.deb'), 'dl/acme/acme-1.2.0/{version}$&.deb');
  });

  for (const layout of [
    '',
    '{version}',
    '/{artifact}',
    '../{artifact}',
    'a/../{artifact}',
    'a//{artifact}',
    'a\\{artifact}',
    '{artefact}',
    '{artifact}/',
    '{{artifact}',
  ]) {
    it(`refuse the layout ${JSON.stringify(layout)}`, () => {
      assert.throws(() => parse({ layout }), /must be a relative path/);
    });
  }

  it('refuse an address that is not of the web', () => {
    assert.throws(() => parse({ url: 'javascript:alert(1)' }));
    assert.equal(parse({ url: 'https://dl.example/' }).url, 'https://dl.example/');
  });
});
