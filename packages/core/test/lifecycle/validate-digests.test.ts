import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManifestArtifact } from '../../src/lifecycle/release-manifest.ts';
import { checksumFindings, digestFindings, unlistedFindings } from '../../src/lifecycle/validate-digests.ts';
import type { Finding } from '../../src/model/finding.ts';

/** `printf hello | sha256sum`, `| sha512sum` */
const SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const SHA512 = '9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043';

const HELLO: ManifestArtifact = {
  name: 'hello.bin',
  kind: 'archive',
  type: 'file',
  scope: 'release',
  size: 5,
  sha256: SHA256,
  digests: { sha256: SHA256, sha512: SHA512 },
};

/** `printf '%s  a\n%s  b/c\n' $SHA256 $SHA256 | sha256sum` */
const TREE: ManifestArtifact = {
  ...HELLO,
  name: 'tree',
  type: 'layout',
  size: 10,
  sha256: 'f6205f38deb07d6021187355d6549ae5586bd025e5daea3597e5cbfb85003bbf',
  digests: {},
};

describe('a folder of artifacts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'validate-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function codes(findings: readonly Finding[]): readonly string[] {
    return findings.map(({ code, subject }) => `${code} ${subject}`);
  }

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
  }

  function manifest(...artifacts: readonly ManifestArtifact[]) {
    return { schema: 1, product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0, artifacts };
  }

  it('is good with every digest as recorded', async () => {
    write('hello.bin', 'hello');
    assert.deepEqual(await digestFindings(HELLO, folder), []);
  });

  it('is bad with another content of the same size', async () => {
    write('hello.bin', 'hallo');
    assert.deepEqual(codes(await digestFindings(HELLO, folder)), ['artifact-changed hello.bin', 'artifact-changed hello.bin']);
  });

  it('is bad where one digest alone differs', async () => {
    write('hello.bin', 'hello');
    const findings = await digestFindings({ ...HELLO, digests: { sha256: SHA256, sha512: 'other' } }, folder);
    assert.deepEqual(
      findings.map(({ message }) => message),
      [`Its sha512 is ${SHA512}, release.json says other`],
    );
  });

  it('computes no digest it does not know', async () => {
    write('hello.bin', 'hello');
    const digests = { ...HELLO.digests, constructor: 'x', shake128: 'x' };
    assert.deepEqual(await digestFindings({ ...HELLO, digests }, folder), []);
  });

  it('follows no link', async () => {
    write('elsewhere', 'hello');
    symlinkSync('elsewhere', join(folder, 'hello.bin'));
    assert.deepEqual(codes(await digestFindings(HELLO, folder)), ['artifact-type hello.bin']);
  });

  it('has folders where folders are listed', async () => {
    write('tree', 'hello');
    assert.deepEqual(codes(await digestFindings(TREE, folder)), ['artifact-type tree']);
  });

  it('counts the files of a folder, not its links', async () => {
    mkdirSync(join(folder, 'tree/b'), { recursive: true });
    write('tree/a', 'hello');
    write('tree/b/c', 'hello');
    symlinkSync('a', join(folder, 'tree/link'));
    assert.deepEqual(await digestFindings(TREE, folder), []);
  });

  it('has one line for every file in its sums', () => {
    write('checksums.sha256', `${SHA256}  hello.bin\n`);
    assert.deepEqual(checksumFindings(manifest(HELLO, TREE), folder), []);
  });

  it('has no other lines in its sums', () => {
    write('checksums.sha256', `${SHA256} *hello.bin\r\n${SHA256}  \u001b[2Jevil\n`);
    assert.deepEqual(
      checksumFindings(manifest(HELLO), folder).map(({ code }) => code),
      ['checksum-missing', 'checksum-wrong', 'checksum-wrong'],
    );
  });

  it('has sums', () => {
    assert.deepEqual(codes(checksumFindings(manifest(HELLO), folder)), ['artifact-missing checksums.sha256']);
  });

  it('holds nothing else', () => {
    for (const name of ['hello.bin', 'release.json', 'checksums.sha256', '.provisioning-dist', 'b', 'a']) write(name, '');
    assert.deepEqual(codes(unlistedFindings(manifest(HELLO), folder)), ['unlisted a', 'unlisted b']);
  });
});
