import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fromDirectory } from '../../src/prebuilt/directory.ts';
import { project, put } from './job.ts';

describe('prebuilt from a directory', () => {
  let root: string;
  let dispose: () => void;

  beforeEach(() => {
    ({ root, dispose } = project({
      'vendor/tool': 'binary',
      'vendor/helper': 'other',
      'vendor/.gitkeep': '',
      'vendor/docs/a.md': '',
      'more/tool': '',
    }));
  });
  afterEach(() => dispose());

  const collect = (from: string, picks?: { name: string; path: string }[]) => fromDirectory(root, { kind: 'from', from, ...(picks && { picks }) });

  it('references its visible files', () => {
    assert.deepEqual(collect('vendor/'), [
      { name: 'helper', file: join(root, 'vendor/helper') },
      { name: 'tool', file: join(root, 'vendor/tool') },
    ]);
  });

  it('references a single file', () => {
    assert.deepEqual(collect('vendor/tool'), [{ name: 'tool', file: join(root, 'vendor/tool') }]);
  });

  it('renames picked files', () => {
    assert.deepEqual(collect('vendor', [{ name: 'manual.md', path: 'docs/a.md' }]), [{ name: 'manual.md', file: join(root, 'vendor/docs/a.md') }]);
  });

  it('matches a glob in depth', () => {
    assert.deepEqual(collect('vendor/**/*.md'), [{ name: 'a.md', file: join(root, 'vendor/docs/a.md') }]);
  });

  it('takes a name with brackets as it is', () => {
    put(root, 'vendor [x]/tool', '');
    assert.deepEqual(collect('vendor [x]'), [{ name: 'tool', file: join(root, 'vendor [x]/tool') }]);
  });

  it('follows a link within the project', () => {
    symlinkSync('../vendor/tool', join(root, 'more/link'));
    assert.deepEqual(collect('more/link'), [{ name: 'link', file: join(root, 'vendor/tool') }]);
  });

  it('refuses a link that leads out', () => {
    symlinkSync('/etc/hostname', join(root, 'vendor/secret'));
    assert.throws(() => collect('vendor'), { code: 'prebuilt-link-out' });
  });

  it('refuses a link to nothing', () => {
    symlinkSync('nowhere', join(root, 'vendor/gone'));
    assert.throws(() => collect('vendor'), { code: 'prebuilt-not-a-file', message: /it is a link to nothing$/ });
  });

  it('refuses a link to itself', () => {
    symlinkSync('loop', join(root, 'vendor/loop'));
    assert.throws(() => collect('vendor'), { code: 'prebuilt-unreadable', message: /ELOOP$/ });
  });

  it('guesses at a missing path', () => {
    assert.throws(() => collect('vendor/tool.exe'), { code: 'prebuilt-source-missing', hint: 'did you mean "tool"?' });
  });

  it('says when the parent is missing too', () => {
    assert.throws(() => collect('nowhere/linux'), { message: `Cannot collect "nowhere/linux": "${join(root, 'nowhere')}" is not there either` });
  });

  it('guesses at a missing member', () => {
    assert.throws(() => collect('vendor', [{ name: 'a.md', path: 'a.md' }]), { code: 'prebuilt-member-missing', hint: 'did you mean "docs/a.md"?' });
  });

  it('lists what a glob misses', () => {
    assert.throws(() => collect('more/*.exe'), { code: 'prebuilt-no-match', hint: 'of "more", it holds tool' });
  });

  it('refuses an empty directory', () => {
    mkdirSync(join(root, 'empty'));
    assert.throws(() => collect('empty'), { code: 'prebuilt-empty' });
  });

  it('refuses two files of one name', () => {
    assert.throws(() => collect('{vendor,more}/tool'), { code: 'prebuilt-duplicate', message: /"more\/tool" and "vendor\/tool"/ });
  });

  it('refuses files of a glob', () => {
    assert.throws(() => collect('vendor/*', [{ name: 'a', path: 'a' }]), { code: 'prebuilt-files-need-directory' });
  });

  it('refuses a directory as a file', () => {
    assert.throws(() => collect('vendor', [{ name: 'docs', path: 'docs' }]), { code: 'prebuilt-not-a-file', message: /it is a directory$/ });
  });
});
