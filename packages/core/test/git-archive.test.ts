import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTar } from '@provisioning-dist/payload';
import { archiveCommit } from '../src/git.ts';

describe('archiveCommit', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-archive-')));
    root = join(folder, 'project');
    mkdirSync(root);
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid', '-c', 'commit.gpgsign=false'];
    const env = { PATH: process.env.PATH, HOME: folder, GIT_COMMITTER_DATE: '1700000000 +0200', GIT_AUTHOR_DATE: '1600000000 +0000' };
    return execFileSync('git', [...identity, ...args], { cwd: root, env, encoding: 'utf8' }).trim();
  }

  function commit(files: Readonly<Record<string, string>>): string {
    write(files);
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message=x');
    return git('rev-parse', 'HEAD');
  }

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }

  async function archive(id: string, { at = root } = {}) {
    const file = join(folder, 'out.tar');
    const found = await archiveCommit(at, id, { tagPrefix: '', file, env: { PATH: process.env.PATH, HOME: folder } });
    assert.ok(found);
    const files: Record<string, string> = {};
    for await (const { path, type, body } of readTar([readFileSync(file)])) {
      const pieces = [];
      for await (const piece of body) pieces.push(piece);
      if (type === 'file') files[path] = Buffer.concat(pieces).toString();
    }
    return { ...found, files };
  }

  it('holds what is committed, not what is there', async () => {
    const id = commit({ a: 'old', 'b/c': 'deep' });
    write({ a: 'new', untracked: 'x' });
    const { files, dirty } = await archive(id);
    assert.deepEqual([files, dirty], [{ a: 'old', 'b/c': 'deep' }, true]);
  });

  it('honours export-ignore and export-subst', async () => {
    const id = commit({ '.gitattributes': 'secret export-ignore\nversion export-subst\n', secret: 'x', version: '$Format:%H$' });
    const { files } = await archive(id);
    assert.deepEqual([Object.keys(files), files.version], [['.gitattributes', 'version'], id]);
  });

  it('holds the project folder of a larger repository', async () => {
    const id = commit({ '.gitattributes': 'cli/secret export-ignore\n', 'cli/a': '1', 'cli/secret': 'x', 'server/b': '2' });
    const { files, prefix } = await archive(id, { at: join(root, 'cli') });
    assert.deepEqual([files, prefix], [{ 'cli/a': '1' }, 'cli/']);
  });

  it('takes a folder named like a pattern as it is', async () => {
    const id = commit({ '*/a': '1', 'b/a': '2' });
    const { files } = await archive(id, { at: join(root, '*') });
    assert.deepEqual(files, { '*/a': '1' });
  });

  it('runs no filter and keeps the line ends of the repository', async () => {
    const id = commit({ '.gitattributes': '*.txt filter=a=b text\n', 'a.txt': 'one\n' });
    const marker = join(folder, 'ran');
    for (const [name, value] of [
      ['filter.a=b.smudge', `touch '${marker}'; tr a-z A-Z`],
      ['filter.a=b.clean', 'cat'],
      ['filter.a=b.required', 'true'],
      ['core.autocrlf', 'true'],
    ] as const)
      git('config', name, value);
    const { files } = await archive(id);
    assert.deepEqual([files['a.txt'], existsSync(marker)], ['one\n', false]);
  });

  it('names attributes no clone has', async () => {
    const id = commit({ a: '1' });
    assert.equal((await archive(id)).localAttributes, undefined);
    writeFileSync(join(root, '.git/info/attributes'), '# nothing\na export-ignore\n');
    assert.equal((await archive(id)).localAttributes, join(root, '.git/info/attributes'));
  });

  it('names submodules', async () => {
    commit({ a: '1' });
    git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'HEAD')},vendor/lib`);
    git('commit', '--quiet', '--message=x');
    assert.deepEqual((await archive(git('rev-parse', 'HEAD'))).submodules, ['vendor/lib']);
  });

  it('is nothing outside a repository', async () => {
    assert.equal(await archiveCommit(folder, 'HEAD', { tagPrefix: '', file: join(folder, 'out.tar') }), undefined);
  });
});
