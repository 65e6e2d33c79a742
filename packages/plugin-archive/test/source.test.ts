import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Entry } from '@provisioning-dist/core';
import { type Content, type Member, tar } from '@provisioning-dist/payload';
import { sourceFormat } from '../src/source.ts';
import type { SourceOptions } from '../src/source-options.ts';
import { brief, DATE, directory, distribution, file, parseOptions } from './package.ts';

const RELEASE = { product: 'app', name: 'app', version: '1.2.3', snapshot: false, date: DATE, commit: 'c'.repeat(40) };
const NAME = 'app-1.2.3.source.tar.gz';

function select(entries: readonly Entry[], options: SourceOptions = {}): readonly Entry[] {
  return sourceFormat.select?.(entries, { release: RELEASE, options, builds: [{ id: 'app', use: 'cargo', commands: ['cargo build'] }] }) ?? [];
}

function paths(entries: readonly Entry[]): string[] {
  return entries.map(({ path }) => path);
}

describe('build instructions of a source archive', () => {
  const silent = [file('A'), directory('docs'), file('docs/README.md', 'x'), file('main.c', 'x')];

  for (const name of [
    'README',
    'README.md',
    'readme.txt',
    'INSTALL',
    'BUILDING.rst',
    'Makefile',
    'Cargo.toml',
    'package.json',
    'go.mod',
    'CMakeLists.txt',
  ]) {
    it(`are there with ${name}`, () => {
      const entries = [file(name, 'x')];
      assert.equal(select(entries, { instructions: 'require' }), entries);
    });
  }

  it('are generated in their place by default', () => {
    assert.deepEqual(paths(select(silent)), ['A', 'BUILDING.md', 'docs', 'docs/README.md', 'main.c']);
  });

  it('are generated where the page is empty', () => {
    const page = select([file('BUILDING.md')])[0];
    assert.ok(page?.type === 'file' && page.size > 0);
  });

  it('are left away when told so', () => {
    assert.equal(select(silent, { instructions: 'none' }), silent);
  });

  it('are required when told so', () => {
    assert.throws(() => select(silent, { instructions: 'require' }), { code: 'no-build-instructions' });
  });

  it('are no other words', () => {
    assert.equal(parseOptions(sourceFormat, { instructions: 'maybe' }).success, false);
  });
});

describe('reading a source archive', () => {
  function read(members: readonly Member[], view: { options?: SourceOptions; date?: number; entries?: readonly Entry[] } = {}) {
    const content = { read: ({ bytes = Buffer.alloc(0) }: { bytes?: Uint8Array }, target: Buffer) => target.set(bytes) } as unknown as Content;
    const bytes = gzipSync(Buffer.concat([...tar(members, content, { dialect: 'pax', mtime: DATE })] as Uint8Array[]));
    bytes[9] = 3;
    const source = {
      path: `/out/${NAME}`,
      size: bytes.length,
      read: (position: number, length: number) => bytes.subarray(position, position + length),
    };
    const of = view.entries && { ...distribution(view.entries), platform: undefined };
    return sourceFormat.read?.(source, of, { options: view.options ?? {}, date: view.date ?? DATE }) ?? [];
  }

  const top = directory('app-1.2.3');
  const readme = file('app-1.2.3/README', 'x');

  it('finds nothing in a good one', async () => {
    assert.deepEqual(brief(await read([top, readme], { entries: [file('README', 'x')] })), []);
  });

  it('tells another time than the release has', async () => {
    assert.deepEqual(brief(await read([top, readme], { date: DATE + 1 })), ['archive-time app-1.2.3', 'archive-time app-1.2.3/README']);
  });

  it('tells another folder than the options name', async () => {
    const findings = [...(await read([top, readme], { options: { wrap: 'other' } }))];
    assert.deepEqual(
      findings.map(({ level, code }) => `${level} ${code}`),
      ['error archive-top-folder'],
    );
  });

  it('tells that nothing says how to build', async () => {
    assert.deepEqual(brief(await read([top, file('app-1.2.3/a', 'x')])), [`archive-build-instructions ${NAME}`]);
    assert.deepEqual(brief(await read([top, file('app-1.2.3/a', 'x')], { options: { instructions: 'none' } })), []);
  });

  it('tells content the commit does not have', async () => {
    assert.deepEqual(brief(await read([top, readme], { entries: [file('README', 'y')] })), ['archive-different README']);
  });

  it('takes tracked oddities as they are', async () => {
    const findings = [...(await read([top, file('app-1.2.3/.DS_Store', 'x'), readme, file('app-1.2.3/run.sh', '#!/bin/sh\n')]))];
    assert.deepEqual(
      findings.map(({ level, code }) => `${level} ${code}`),
      ['warning archive-forbidden-name'],
    );
  });
});
