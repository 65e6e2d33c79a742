import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '@provisioning-dist/payload';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import { sourceFiles } from '../../src/lifecycle/source-files.ts';
import { tempFolders } from '../../src/lifecycle/temp.ts';

const MODES = { file: '100644', program: '100755', link: '120000' } as const;

describe('the files of a commit', () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'source-files-')));
    root = join(folder, 'project');
    mkdirSync(root);
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: root, env: { PATH: process.env.PATH, HOME: folder }, encoding: 'utf8' }).trim();
  }

  /** Commits through the index alone: this file system need not be able to hold the names. */
  function commit(files: readonly (readonly [type: keyof typeof MODES, path: string | Buffer, content: string])[]): string {
    const lines = files.map(([type, path, content]) => {
      const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: root, input: content, encoding: 'utf8' }).trim();
      return Buffer.concat([Buffer.from(`${MODES[type]} ${id}\t`), Buffer.from(path), Buffer.of(0)]);
    });
    execFileSync('git', ['update-index', '-z', '--index-info'], { cwd: root, input: Buffer.concat(lines) });
    git('commit', '--quiet', '--message=x');
    return git('rev-parse', 'HEAD');
  }

  async function collect(commitId: string) {
    const warnings: string[] = [];
    const task = { done: () => {}, fail: () => {}, progress: () => {}, note: () => {} };
    // only what collecting needs; the index is ahead of the work tree, so the tree counts as dirty
    const run = {
      plan: { release: { commit: commitId, snapshot: true } },
      product: { root, tagPrefix: '', paths: {} },
      outputDir: join(folder, 'packages'),
      tmp: tempFolders(join(folder, 'state')),
      signal: new AbortController().signal,
      report: { task: () => task, warn: (message: string) => warnings.push(message) },
    } as unknown as RunContext;
    const { entries } = await sourceFiles(run);
    return { entries, warnings };
  }

  function contentOf(source: Source): string {
    return 'bytes' in source ? Buffer.from(source.bytes).toString() : readFileSync(source.file, 'utf8');
  }

  it('lie on disk when they are large', async () => {
    const { entries } = await collect(commit([['file', 'large', 'x'.repeat(70_000)]]));
    const [entry] = entries;
    assert.ok(entry?.type === 'file' && 'file' in entry.source);
    assert.equal(contentOf(entry.source), 'x'.repeat(70_000));
  });

  it('have modes, contents and parents as git has them', async () => {
    const { entries } = await collect(
      commit([
        ['file', 'b/c', 'text'],
        ['program', 'a', '#!/bin/sh\n'],
        ['link', 'z', 'b/c'],
      ]),
    );
    const brief = entries.map((entry) => [
      entry.path,
      entry.mode.toString(8),
      entry.type === 'file' ? contentOf(entry.source) : entry.type === 'symlink' ? entry.target : '',
    ]);
    assert.deepEqual(brief, [
      ['a', '755', '#!/bin/sh\n'],
      ['b', '755', ''],
      ['b/c', '644', 'text'],
      ['z', '777', 'b/c'],
    ]);
  });

  it('are in the order of the bytes of their paths', async () => {
    const names = ['b', 'B', 'a.b', 'a/b', 'a-b', '\u{1f600}', '\uff5e'];
    const { entries } = await collect(commit(names.map((name) => ['file', name, name] as const)));
    assert.deepEqual(
      entries.map(({ path }) => path),
      ['B', 'a', 'a-b', 'a.b', 'a/b', 'b', '\uff5e', '\u{1f600}'],
    );
  });

  for (const name of ['a\\b', 'a\nb', 'a\u001b[2Jb', 'C:x']) {
    it(`are refused with the name ${JSON.stringify(name)}`, async () => {
      await assert.rejects(collect(commit([['file', name, 'x']])), { code: 'source-path' });
    });
  }

  it('are refused with a name that is not UTF-8', async () => {
    await assert.rejects(collect(commit([['file', Buffer.of(0x61, 0xff), 'x']])), { code: 'source-archive' });
  });

  for (const target of ['/etc/passwd', '..', '../x', 'a/../../x']) {
    it(`are refused with a link to ${target}`, async () => {
      await assert.rejects(collect(commit([['link', 'l', target]])), { code: 'source-link' });
    });
  }

  it('may hold links that climb inside', async () => {
    const { entries } = await collect(commit([['link', 'a/b/l', '../../c']]));
    assert.equal(entries.length, 3);
  });

  it('are refused when nothing may be exported', async () => {
    const id = commit([['file', '.gitattributes', '* export-ignore\n']]);
    await assert.rejects(collect(id), { code: 'source-empty' });
  });

  it('are told of where content is stored elsewhere', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5\n`;
    const { warnings } = await collect(commit([['file', 'big.bin', pointer]]));
    assert.ok(warnings.includes('the source archive holds Git LFS pointers in place of the content of big.bin'));
  });
});
