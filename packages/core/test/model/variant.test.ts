import assert from 'node:assert/strict';
import { variantTest } from '../../src/model/variant.ts';

describe('variantTest', () => {
  it('keeps all without a variant', () => assert.equal(variantTest(undefined)('any/path'), true));
  it('keeps all of an empty variant', () => assert.equal(variantTest({})('any/path'), true));
  it('leaves out what is excluded', () => assert.equal(variantTest({ exclude: ['share/doc/**'] })('share/doc/a'), false));
  it('leaves out hidden files too', () => assert.equal(variantTest({ exclude: ['lib/**'] })('lib/.x/y'), false));
  it('keeps what else there is', () => assert.equal(variantTest({ exclude: ['share/doc/**'] })('share/man/a'), true));
  it('keeps only what is included', () => assert.equal(variantTest({ include: ['bin'] })('lib/a'), false));
  it('keeps all below an included directory', () => assert.equal(variantTest({ include: ['bin'] })('bin/a'), true));
  it('lets exclude win over include', () => assert.equal(variantTest({ include: ['bin'], exclude: ['bin/debug'] })('bin/debug'), false));
});
