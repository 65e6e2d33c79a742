import assert from 'node:assert/strict';
import { z } from 'zod';
import { prebuiltOptions } from '../../src/prebuilt/options.ts';

const schema = prebuiltOptions({ z } as Parameters<typeof prebuiltOptions>[0]);

function issues(options: unknown): string[] {
  return schema.safeParse(options).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('prebuiltOptions', () => {
  it('takes a directory alone', () => {
    assert.deepEqual(schema.parse({ from: 'vendor/' }), { from: 'vendor/', check: true, strip: false });
  });

  it('takes a map of platforms', () => {
    const options = { archive: { 'linux-amd64': 'a.tgz', default: 'b.zip' }, files: { tool: { windows: 'tool.exe', default: 'tool' } } };
    assert.deepEqual(schema.parse(options), { ...options, check: true, strip: false });
  });

  it('wants a source', () => {
    assert.deepEqual(issues({ files: { a: 'a' } }), [': needs exactly one of from, npm and archive, has none']);
  });

  it('refuses two sources', () => {
    assert.deepEqual(issues({ from: 'a', npm: 'b@1.0.0' }), [': needs exactly one of from, npm and archive, has from and npm']);
  });

  it('wants files with an archive', () => {
    assert.deepEqual(issues({ archive: 'a.zip', files: {} }), ['files: is needed with archive: output name to path inside it']);
  });

  it('refuses digests that belong elsewhere', () => {
    assert.deepEqual(issues({ from: 'a', integrity: 'sha512-a', sha256: 'b' }), ['integrity: belongs to npm', 'sha256: belongs to archive']);
  });

  it('refuses unknown keys', () => {
    assert.equal(schema.safeParse({ from: 'a', form: 'b' }).success, false);
  });
});
