import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Entry, FormatDefinition, ReadSource } from '@provisioning-dist/core';
import { readTar, readZip } from '@provisioning-dist/payload';
import { dirFormat } from '../src/dir.ts';
import plugin from '../src/index.ts';
import type { ArchiveOptions } from '../src/options.ts';
import { tarBrFormat } from '../src/tar-br.ts';
import { tarGzFormat } from '../src/tar-gz.ts';
import { tarXzFormat } from '../src/tar-xz.ts';
import { tarZstFormat } from '../src/tar-zst.ts';
import { zipFormat } from '../src/zip.ts';
import { DATE, distribution, formatJob, LINUX, parseOptions, sampleEntries, withStore, writeFile } from './package.ts';

const TOP = 'app-1.2.3-linux-amd64';
const FORMATS = { 'tar.gz': tarGzFormat, 'tar.xz': tarXzFormat, 'tar.zst': tarZstFormat, 'tar.br': tarBrFormat, zip: zipFormat };

/** The archive's bytes and what its own reader finds. */
function make(ext: keyof typeof FORMATS, entries: readonly Entry[], options: ArchiveOptions = {}) {
  const format: FormatDefinition<ArchiveOptions> = FORMATS[ext];
  return withStore(format, formatJob(entries, { options, fileName: `${TOP}.${ext}` }), async ({ job, folder, store }) => {
    const path = join(folder, job.fileName);
    await writeFile(format.write?.(job) ?? [], path, store);
    const bytes = readFileSync(path);
    return { bytes, findings: [...((await format.read?.(source(path, bytes), distribution(entries))) ?? [])] };
  });
}

function source(path: string, bytes: Buffer): ReadSource {
  return { path, size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

function expectedPaths(): string[] {
  return [TOP, ...sampleEntries().map(({ path }) => `${TOP}/${path}`)];
}

describe('the archive plugin', () => {
  it('provides its formats by key', () => {
    assert.deepEqual(Object.keys(plugin.formats ?? {}), ['tar.gz', 'tar.xz', 'tar.zst', 'tar.br', 'zip', 'dir', 'source', 'docs']);
  });

  it('tells what it provides without being loaded', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const formats = Object.entries(plugin.formats ?? {});
    const groups = [...new Set(formats.map(([, { group }]) => group))];
    assert.deepEqual(manifest.provisioningDist, { apiVersion: plugin.apiVersion, formats: formats.map(([key]) => key), groups });
  });

  it('takes level and wrap as options', () => {
    assert.deepEqual(parseOptions(zipFormat, { level: 9, wrap: false }).data, { level: 9, wrap: false });
    assert.deepEqual(parseOptions(tarGzFormat, {}).data, {});
  });

  for (const written of [
    { level: 0 },
    { level: 13 },
    { wrap: '../up' },
    { wrap: '/root' },
    { wrap: '' },
    { wrap: '{name}' },
    { wrap: true },
    { wrapp: 'x' },
  ]) {
    it(`refuses the options ${JSON.stringify(written)}`, () => {
      assert.equal(parseOptions(tarGzFormat, written).success, false);
    });
  }

  it('names a folder without extension', () => {
    const { release, cell } = formatJob([], { options: {} });
    assert.equal(dirFormat.name?.({ release, cell, options: {}, ext: 'dir', defaultName: `${TOP}.dir` }), TOP);
  });
});

describe('tar.gz', () => {
  it('holds the whole tree in one folder', async () => {
    const { bytes } = await make('tar.gz', sampleEntries());
    const found = [];
    for await (const { path, mtime, owner } of readTar([gunzipSync(bytes)])) found.push({ path, mtime, owner });
    assert.deepEqual(
      found,
      expectedPaths().map((path) => ({ path, mtime: DATE, owner: 'root' })),
    );
  });

  it('starts with the same header everywhere', async () => {
    const { bytes } = await make('tar.gz', sampleEntries());
    assert.equal(bytes.toString('hex', 0, 10), '1f8b0800000000000003');
  });

  it('compresses as the level says', async () => {
    const text = Array.from({ length: 30_000 }, (_, index) => `${(index * index) % 977} `).join('');
    const entries = sampleEntries().map((entry) =>
      entry.path === 'bin/app' ? { ...entry, size: text.length, source: { bytes: Buffer.from(text) } } : entry,
    ) as Entry[];
    const [fast, small] = await Promise.all([make('tar.gz', entries, { level: 1 }), make('tar.gz', entries, { level: 9 })]);
    assert.ok(fast.bytes.length > small.bytes.length);
    assert.deepEqual(gunzipSync(fast.bytes), gunzipSync(small.bytes));
  });
});

describe('zip', () => {
  it('holds the whole tree in one folder', async () => {
    const { bytes } = await make('zip', sampleEntries());
    const entries = [...readZip(source('', bytes))];
    assert.deepEqual(
      entries.map(({ path, mtime }) => ({ path, mtime })),
      expectedPaths().map((path) => ({ path, mtime: DATE })),
    );
    assert.equal(Buffer.concat([...(entries.find(({ path }) => path.endsWith('bin/app'))?.body() ?? [])]).length, 150_004);
  });
});

for (const ext of Object.keys(FORMATS) as (keyof typeof FORMATS)[]) {
  describe(`${ext} and its reader`, () => {
    it('gives the same bytes twice', async () => {
      const [first, second] = [await make(ext, sampleEntries()), await make(ext, sampleEntries())];
      assert.deepEqual(first.bytes, second.bytes);
    });

    it('finds nothing wrong but the odd name', async () => {
      const { findings } = await make(ext, sampleEntries());
      assert.deepEqual(
        findings.map(({ level, code }) => `${level} ${code}`),
        ['note archive-non-ascii-name'],
      );
    });
  });
}

describe('dir', () => {
  function members(entries: readonly Entry[]) {
    return withStore(dirFormat, formatJob(entries, { options: {}, fileName: TOP }), async ({ job, folder, store }) => {
      const root = join(folder, TOP);
      mkdirSync(root);
      for (const member of dirFormat.layout?.(job) ?? []) {
        const path = join(root, member.path);
        if (member.type === 'directory') mkdirSync(path, { mode: member.mode });
        else if (member.type === 'symlink') symlinkSync(member.target, path);
        else await writeFile(member.parts, path, store);
      }
      const findings = await dirFormat.read?.({ path: root, size: 0, read: () => Buffer.alloc(0) }, distribution(entries, LINUX));
      const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
      const link = readlinkSync(join(root, 'bin/latest'));
      return { findings: [...(findings ?? [])], paths, link, size: lstatSync(join(root, 'bin/app')).size };
    });
  }

  it('lays the tree out as it is', async () => {
    const { paths, link, size } = await members(sampleEntries());
    assert.deepEqual(
      paths,
      sampleEntries()
        .map(({ path }) => path)
        .toSorted(),
    );
    assert.equal(link, 'app');
    assert.equal(size, 150_004);
  });

  it('finds modes the folder lost', async () => {
    const { findings } = await members(sampleEntries());
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'note').map(({ code, subject }) => `${code} ${subject}`),
      ['archive-executable bin/app', 'archive-different bin/app'],
    );
  });
});
