import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Entry, Role } from '@provisioning-dist/core';
import { readTar } from '@provisioning-dist/payload';
import { type DocsOptions, docsFormat } from '../src/docs.ts';
import { brief, DATE, directory, distribution, file, formatJob, parseOptions, withStore, writeFile } from './package.ts';

const FILE_NAME = 'app-1.2.3.docs.tar.gz';
const RELEASE = { product: 'app', name: 'app', version: '1.2.3', snapshot: false, date: DATE };

function as(role: Role, path: string): Entry {
  return { ...file(path, path), role };
}

const ENTRIES: readonly Entry[] = [
  as('license', 'LICENSE'),
  directory('bin'),
  as('binary', 'bin/app'),
  directory('share'),
  directory('share/doc'),
  as('doc', 'share/doc/api.md'),
  as('doc', 'share/doc/guide.md'),
  directory('share/man'),
  as('man', 'share/man/app.1'),
];

function select(options: DocsOptions, entries = ENTRIES): string[] {
  return docsFormat.select?.(entries, { release: RELEASE, options, builds: [] }).map(({ path }) => path) ?? [];
}

describe('the entries of docs', () => {
  it('are pages, manuals and licenses', () => {
    assert.deepEqual(select({}), ['LICENSE', 'share', 'share/doc', 'share/doc/api.md', 'share/doc/guide.md', 'share/man', 'share/man/app.1']);
  });

  it('are those of the roles asked for', () => {
    assert.deepEqual(select({ roles: ['man'] }), ['share', 'share/man', 'share/man/app.1']);
  });

  it('pass the globs', () => {
    assert.deepEqual(select({ include: ['share/**'], exclude: ['share/doc/api.md', 'share/man'] }), ['share', 'share/doc', 'share/doc/guide.md']);
  });

  it('are never none', () => {
    assert.throws(() => select({ roles: ['doc'], include: ['*.txt'], exclude: ['a'] }), {
      code: 'no-documentation',
      message: 'Cannot archive documentation: no entry has role doc and passes include *.txt and passes exclude a',
    });
  });
});

describe('the options of docs', () => {
  for (const written of [{ roles: [] }, { roles: ['text'] }, { include: 'a' }, { exclude: [''] }, { split: 1 }, { other: 1 }]) {
    it(`refuse ${JSON.stringify(written)}`, () => {
      assert.equal(parseOptions(docsFormat, written).success, false);
    });
  }

  it('are those of archives and its own', () => {
    const written = { level: 9, wrap: false, roles: ['doc'], include: ['a'], exclude: ['b'] };
    assert.deepEqual(parseOptions(docsFormat, written).data, written);
  });
});

describe('docs.tar.gz', () => {
  function make(options: DocsOptions) {
    const entries = [file('a.md', 'text')];
    const job = formatJob(entries, { options, fileName: FILE_NAME, cell: { platform: undefined, variant: undefined, variants: [], package: 'app' } });
    return withStore(docsFormat, job, async ({ job: ready, folder, store }) => {
      const path = join(folder, FILE_NAME);
      await writeFile(docsFormat.write?.(ready) ?? [], path, store);
      const bytes = readFileSync(path);
      const source = { path, size: bytes.length, read: (position: number, length: number) => bytes.subarray(position, position + length) };
      const paths = [];
      for await (const { path: name } of readTar([gunzipSync(bytes)])) paths.push(name);
      const findings = await docsFormat.read?.(source, distribution(entries), { options, date: DATE });
      return { paths, findings: brief(findings ?? []) };
    });
  }

  it('has a top folder of its own name', async () => {
    assert.deepEqual((await make({})).paths, ['app-1.2.3-docs', 'app-1.2.3-docs/a.md']);
  });

  for (const options of [{}, { wrap: false }, { wrap: 'share/app' }] as const) {
    it(`reads back without findings with ${JSON.stringify(options)}`, async () => {
      assert.deepEqual((await make(options)).findings, []);
    });
  }
});
