import assert from 'node:assert/strict';
import type { FormatJob } from '@provisioning-dist/core';
import type { ArchiveOptions } from '../src/options.ts';
import { archiveTree } from '../src/tree.ts';
import { directory, file, formatJob, sampleEntries, symlink, WINDOWS } from './package.ts';

const WINDOWS_CELL = { platform: WINDOWS, variant: undefined, variants: [], package: 'app' };

function tree(job: FormatJob<ArchiveOptions>, ext = 'tar.gz'): string[] {
  return Array.from(archiveTree(job, { ext }), ({ path }) => path);
}

describe('an archive tree', () => {
  it('starts with a folder named like the file', () => {
    assert.deepEqual(tree(formatJob([file('a')], { options: {} })), ['app-1.2.3-linux-amd64', 'app-1.2.3-linux-amd64/a']);
  });

  it('takes the whole name where the extension is another', () => {
    assert.deepEqual(tree(formatJob([file('a')], { options: {}, fileName: 'app.tgz' })), ['app.tgz', 'app.tgz/a']);
  });

  it('takes the folder of the options', () => {
    assert.deepEqual(tree(formatJob([file('a')], { options: { wrap: 'opt/app' } })), ['opt', 'opt/app', 'opt/app/a']);
  });

  it('has no top folder when told so', () => {
    assert.deepEqual(tree(formatJob([file('a')], { options: { wrap: false } })), ['a']);
  });

  it('keeps modes, sources and order', () => {
    const entries = sampleEntries();
    assert.deepEqual([...archiveTree(formatJob(entries, { options: { wrap: false } }), { ext: 'zip' })], entries);
  });

  it('refuses links that leave it', () => {
    for (const target of ['/etc/passwd', '../outside', 'sub/../../../outside']) {
      assert.throws(
        () =>
          tree(
            formatJob(
              [symlink('bin/l', `${target}`)].map((link) => ({ ...link, path: 'l' })),
              { options: {} },
            ),
          ),
        { code: 'link-leaves-tree' },
      );
    }
  });

  it('keeps links that climb inside it', () => {
    assert.equal(tree(formatJob([symlink('a/b/l', '../../c')], { options: { wrap: false } })).length, 1);
  });
});

describe('an archive tree for Windows', () => {
  it('holds files in place of links', () => {
    const entries = [file('app.exe', 'MZ', 0o755), symlink('first', 'second'), symlink('second', './app.exe')];
    const members = [...archiveTree(formatJob(entries, { options: { wrap: false }, cell: WINDOWS_CELL }), { ext: 'zip' })];
    assert.deepEqual(
      members.map(({ path, type }) => `${path} ${type}`),
      ['app.exe file', 'first file', 'second file'],
    );
    assert.equal(members[1]?.mode, 0o755);
  });

  for (const [what, entries] of [
    ['to folders', [directory('d'), symlink('l', 'd')]],
    ['to nothing', [symlink('l', 'missing')]],
    ['in a ring', [symlink('a', 'b'), symlink('b', 'a')]],
  ] as const) {
    it(`refuses links ${what}`, () => {
      assert.throws(() => tree(formatJob(entries, { options: {}, cell: WINDOWS_CELL }), 'zip'), { code: 'link-not-copied' });
    });
  }

  it('refuses paths Windows programs cannot open', () => {
    const job = formatJob<ArchiveOptions>([file('n'.repeat(240))], { options: { wrap: false }, cell: WINDOWS_CELL });
    assert.equal(tree(job, 'zip').length, 1);
    assert.throws(() => tree({ ...job, options: { wrap: 't' } }, 'zip'), { code: 'path-too-long' });
  });
});
