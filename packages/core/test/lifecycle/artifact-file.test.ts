import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactFile } from '../../src/lifecycle/artifact-file.ts';
import type { Artifact } from '../../src/model/artifact.ts';

describe('file of an artifact', () => {
  const common = { kind: 'archive', scope: 'cell', digests: {}, sha256: 'aa' } as const;
  const known = new Map<string, Artifact>([
    ['a.tar.gz', { ...common, name: 'a.tar.gz', type: 'file', size: 4 }],
    ['tree', { ...common, name: 'tree', type: 'layout', size: 4 }],
  ]);
  let folder: string;
  let find: ReturnType<typeof artifactFile>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'artifact-'));
    find = artifactFile((name) => known.get(name), folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is in the output folder', () => {
    writeFileSync(join(folder, 'a.tar.gz'), 'four');
    mkdirSync(join(folder, 'tree'));
    assert.equal(find({ name: 'a.tar.gz', size: 4, sha256: 'aa' }), join(folder, 'a.tar.gz'));
    assert.equal(find({ name: 'tree', size: 4, sha256: 'aa' }), join(folder, 'tree'));
  });

  it('is none of another release', () => {
    assert.throws(() => find({ name: '../../etc/passwd', size: 4, sha256: 'aa' }), { code: 'artifact-unknown' });
    assert.throws(() => find({ name: 'a.tar.gz', size: 4, sha256: 'bb' }), { code: 'artifact-differs' });
  });

  it('is refused when it changed', () => {
    const ref = { name: 'a.tar.gz', size: 4, sha256: 'aa' };
    assert.throws(() => find(ref), { code: 'artifact-missing', message: /is gone/ });
    writeFileSync(join(folder, 'a.tar.gz'), 'three');
    assert.throws(() => find(ref), { message: /has 5 bytes, not 4/ });
    writeFileSync(join(folder, 'tree'), 'four');
    assert.throws(() => find({ ...ref, name: 'tree' }), { message: /is not a folder/ });
  });

  it('is not a link', () => {
    symlinkSync('/etc/hostname', join(folder, 'a.tar.gz'));
    assert.throws(() => find({ name: 'a.tar.gz', size: 4, sha256: 'aa' }), { message: /is not a file/ });
  });
});
