import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { ProductConfig } from '../../src/config/config.ts';
import { cleanProduct } from '../../src/lifecycle/clean.ts';

const OURS = [
  'packages/acme-1.0.0-linux-amd64.tar.gz',
  'packages/checksums.sha256',
  'packages/release.json',
  'dist/acme-1.0.0-linux-amd64/bin/acme',
  'dist/acme-1.0.0-linux-amd64.manifest.json',
  '.provisioning-dist/build/acme-1.0.0/linux-amd64/acme',
];

const OTHERS = [
  // beside somebody's notes the folder stays ours to write into
  'packages/.provisioning-dist',
  'packages/notes.txt',
  'dist/mine.js',
  'dist/other-1.0.0-linux-amd64.manifest.json',
  '.provisioning-dist/build/acme-extra-1.0.0/linux-amd64/extra',
  '.provisioning-dist/releases/acme-1.0.0/journal.ndjson',
];

const ARTIFACT = {
  name: 'acme-1.0.0-linux-amd64.tar.gz',
  kind: 'archive',
  type: 'file',
  scope: 'cell',
  size: 0,
  sha256: '0'.repeat(64),
  digests: {},
};
const MANIFEST = { schema: 1, product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0, artifacts: [ARTIFACT] };

describe('cleanProduct', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'clean-'));
    for (const path of [...OURS, ...OTHERS]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), path.endsWith('release.json') ? JSON.stringify(MANIFEST) : '');
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function product(): ProductConfig {
    const paths = { packages: join(root, 'packages'), dist: join(root, 'dist'), state: join(root, '.provisioning-dist') };
    return { product: 'acme', name: 'acme', paths } as ProductConfig;
  }

  function files(): readonly string[] {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .sort();
  }

  it('removes what we made and nothing else', () => {
    cleanProduct(product(), { dryRun: false });
    assert.deepEqual(files(), [...OTHERS].sort());
  });

  it('removes nothing in a dry run', () => {
    const before = files();
    cleanProduct(product(), { dryRun: true });
    assert.deepEqual(files(), before);
  });
});
