import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../src/part.ts';
import { sha256OfSource } from '../../src/store/read-source.ts';

/** NIST's example of SHA-256: a million times "a". */
const MILLION = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0';

describe('the digest of a source', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'source-'));
    file = join(folder, 'a');
    writeFileSync(file, 'a'.repeat(1_000_000));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function source(): Source {
    const { size, mtimeMs } = statSync(file);
    return { file, size, mtimeMs };
  }

  it('is that of bytes', () => assert.equal(sha256OfSource({ bytes: Buffer.alloc(1_000_000, 'a') }), MILLION));

  it('is that of a file', () => assert.equal(sha256OfSource(source()), MILLION));

  it('is that of converted lines', () => {
    writeFileSync(file, 'a\r\n');
    const { mtimeMs } = statSync(file);
    // printf 'a\n' | sha256sum
    assert.equal(sha256OfSource({ file, size: 2, mtimeMs, eol: 'lf' }), '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7');
  });

  it('is none of a touched file', () => {
    const planned = source();
    utimesSync(file, 1, 1);
    assert.throws(() => sha256OfSource(planned), { code: 'file-changed' });
  });

  it('is none of a longer file', () => {
    const planned = source();
    writeFileSync(file, 'a'.repeat(1_000_001));
    assert.throws(() => sha256OfSource(planned), { code: 'file-changed' });
  });
});
