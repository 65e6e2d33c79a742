import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { cleanOutputFolder, MARKER_NAME, openOutputFolder, readManifest } from '../../src/lifecycle/output-folder.ts';
import { checksumLines, manifestOf, printManifest } from '../../src/lifecycle/release-manifest.ts';
import type { Artifact } from '../../src/model/artifact.ts';

const SHA = 'ab'.repeat(32);
const release = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0 };

function artifact(name: string, rest: Partial<Artifact> = {}): Artifact {
  return { name, kind: 'archive', type: 'file', scope: 'cell', size: 1, sha256: SHA, digests: { sha256: SHA }, ...rest };
}

describe('the output folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'output-folder-')), 'packages');
  });

  afterEach(() => {
    rmSync(join(folder, '..'), { recursive: true });
  });

  function writeRelease(version: string, ...names: readonly string[]): void {
    openOutputFolder(folder, { ...release, version }, { clean: false });
    for (const name of names) writeFileSync(join(folder, name), 'x');
    const artifacts = names.map((name) => artifact(name));
    writeFileSync(join(folder, 'release.json'), printManifest(manifestOf({ ...release, version }, artifacts)));
  }

  it('is made with its marker', () => {
    openOutputFolder(folder, release, { clean: false });
    assert.deepEqual(readdirSync(folder), [MARKER_NAME]);
  });

  it('takes over an empty folder', () => {
    mkdirSync(folder);
    openOutputFolder(folder, release, { clean: false });
    assert.ok(existsSync(join(folder, MARKER_NAME)));
  });

  it('refuses a folder of somebody else', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.doc'), 'x');
    assert.throws(() => openOutputFolder(folder, release, { clean: true }), { code: 'foreign-folder', exit: 3 });
    assert.deepEqual(readdirSync(folder), ['thesis.doc']);
  });

  it('gives what the same version left there', () => {
    writeRelease('1.0.0', 'a.tgz');
    const { manifest } = openOutputFolder(folder, release, { clean: false });
    assert.deepEqual(
      manifest?.artifacts.map(({ name }) => name),
      ['a.tgz'],
    );
  });

  it('refuses another version without --clean', () => {
    writeRelease('0.9.0', 'a.tgz');
    assert.throws(() => openOutputFolder(folder, release, { clean: false }), { code: 'other-release', exit: 3 });
    assert.ok(existsSync(join(folder, 'a.tgz')));
  });

  it('removes only what the other version listed', () => {
    writeRelease('0.9.0', 'a.tgz');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    openOutputFolder(folder, release, { clean: true });
    assert.deepEqual(readdirSync(folder).sort(), [MARKER_NAME, 'notes.txt'].sort());
  });

  it('vanishes when cleaned and nothing else is in it', () => {
    writeRelease('1.0.0', 'a.tgz');
    assert.deepEqual(cleanOutputFolder(folder), ['a.tgz', 'release.json', MARKER_NAME]);
    assert.ok(!existsSync(folder));
  });

  it('keeps its marker when cleaned while something else is in it', () => {
    writeRelease('1.0.0', 'a.tgz');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    assert.deepEqual(cleanOutputFolder(folder), ['a.tgz', 'release.json']);
    assert.deepEqual(readdirSync(folder).sort(), [MARKER_NAME, 'notes.txt'].sort());
  });

  it('never deletes outside itself for a forged manifest', () => {
    writeRelease('1.0.0');
    const forged = printManifest(manifestOf(release, [artifact('../victim')]));
    writeFileSync(join(folder, 'release.json'), forged);
    writeFileSync(join(folder, '..', 'victim'), 'x');
    assert.throws(() => cleanOutputFolder(folder), { code: 'manifest-broken' });
    assert.ok(existsSync(join(folder, '..', 'victim')));
  });

  it('says what to do without a manifest', () => {
    assert.throws(() => readManifest(folder), { code: 'manifest-unreadable', hint: /package/ });
  });

  for (const [what, text] of [
    ['no JSON', '{'],
    ['another schema', '{"schema":99}'],
    ['a missing date', JSON.stringify({ schema: 1, product: 'a', name: 'a', version: '1.0.0', artifacts: [] })],
    ['a digest that is none', printManifest(manifestOf(release, [artifact('a', { sha256: 'x' })]))],
    ['two artifacts of one name', printManifest(manifestOf(release, [artifact('a'), artifact('A')]))],
    ['itself', printManifest(manifestOf(release, [artifact('release.json')]))],
    ['a type that is none', printManifest(manifestOf(release, [artifact('a', { type: 'fifo' as 'file' })]))],
    ['a platform that leads elsewhere', printManifest(manifestOf(release, [artifact('a', { platform: '../..' })]))],
    ['two sha256 of one artifact', printManifest(manifestOf(release, [artifact('a', { digests: { sha256: '0'.repeat(64) } })]))],
    ['nothing for an artifact', JSON.stringify({ ...release, schema: 1, artifacts: [null] })],
  ] as const) {
    it(`refuses a manifest with ${what}`, () => {
      mkdirSync(folder);
      writeFileSync(join(folder, 'release.json'), text);
      assert.throws(() => readManifest(folder), { code: 'manifest-broken' });
    });
  }
});

describe('checksum lines', () => {
  it('are what sha256sum reads, sorted by name', () => {
    assert.equal(checksumLines([artifact('b'), artifact('a')]), `${SHA}  a\n${SHA}  b\n`);
  });

  it('leave layouts out', () => {
    assert.equal(checksumLines([artifact('tree', { type: 'layout' })]), '');
  });
});
