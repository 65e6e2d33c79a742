import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cpioStretches, encodedOnce, stretches } from '../encoded.ts';
import { encodedBytes } from '../project.ts';

/** ustar: name, size in octal and type are all that is read. */
function header(name: string, size: number, type = '0'): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(name, 0);
  bytes.write(size.toString(8).padStart(11, '0'), 124);
  bytes.write(type, 156);
  return bytes;
}

const large = Buffer.alloc(65_537, 'x');
const padding = Buffer.alloc(511);
const small = Buffer.concat([header('small', 3), Buffer.from('abc'), Buffer.alloc(509)]);
const end = Buffer.alloc(1024);
const tar = Buffer.concat([header('folder', 0, '5'), header('large', large.length), large, padding, small, end]);

describe('stretches', () => {
  it('leaves out large contents alone', () => {
    assert.deepEqual(stretches(tar), [tar.subarray(0, 1024), Buffer.concat([padding, small, end])]);
  });
});

describe('encodedOnce', () => {
  const folder = mkdtempSync(join(tmpdir(), 'encoded-'));
  after(() => rmSync(folder, { recursive: true }));
  const tree = {
    name: 'T',
    files: [
      { path: 'large', sha256: 'a' },
      { path: 'small', sha256: 'b' },
    ],
  };
  const sizeOf = (sha256: string) => (sha256 === 'a' ? large.length : 3);
  const file = (name: string) => {
    writeFileSync(join(folder, name), gzipSync(tar));
    return { path: join(folder, name), tree };
  };

  it('counts contents and stretches of a tar', () => assert.equal(encodedOnce([file('one.tar.gz')], sizeOf), tar.length));
  it('counts the same tar once', () => assert.equal(encodedOnce([file('one.tar.gz'), file('two.tar.gz')], sizeOf), tar.length));
  it('counts small files of a zip for themselves', () => {
    assert.equal(encodedOnce([file('one.tar.gz'), { path: join(folder, 'three.zip'), tree }], sizeOf), tar.length + 3);
  });
  it('refuses several archives with runs that are cut', () => {
    const long = { path: join(folder, 'long.tar.gz'), tree: { name: 'L', files: [] } };
    writeFileSync(long.path, gzipSync(Buffer.alloc(512 * 1024)));
    assert.throws(() => encodedOnce([long, long], sizeOf), RangeError);
    assert.equal(encodedOnce([long], sizeOf), 512 * 1024);
  });
  it('reads what GNU cpio writes', () => {
    writeFileSync(join(folder, 'big'), large);
    const cpio = execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], { cwd: folder, input: 'big\n' });
    assert.equal(
      cpioStretches(cpio).reduce((sum, { length }) => sum + length, 0),
      cpio.length - large.length,
    );
  });
  it('reads what GNU tar writes', () => {
    const path = join(folder, 'gnu.tar');
    writeFileSync(join(folder, 'big'), large);
    execFileSync('tar', ['-cf', path, '-C', folder, 'big']);
    assert.equal(
      stretches(execFileSync('cat', [path])).reduce((sum, { length }) => sum + length, 0),
      10_240 * 7 - large.length,
    );
  });
});

describe('encodedBytes', () => {
  it('finds the count in a log', () => assert.equal(encodedBytes('[ 1.2] debug: content: encoded 123 bytes, read 456\n'), 123));
  it('is nothing for a run without contents', () => assert.equal(encodedBytes('[ 1.2] == package\n'), 0));
});
