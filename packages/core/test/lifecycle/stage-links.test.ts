import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryAt, Project, pathsOf } from './stage-fixture.ts';

describe('symlinks', () => {
  let project: Project;
  let outside: string;
  beforeEach(() => {
    project = new Project();
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));
    writeFileSync(join(outside, 'secret'), 'secret');
  });
  afterEach(() => {
    project.remove();
    rmSync(outside, { recursive: true });
  });

  function linked(links: Readonly<Record<string, string>>): Project {
    project.files({ 's/lib/real.so.1': 'x', 's/data/a': 'a' });
    for (const [path, target] of Object.entries(links)) symlinkSync(target, project.path(path));
    return project;
  }

  it('stay links inside the distribution', () => {
    const entry = entryAt(linked({ 's/lib/real.so': 'real.so.1' }).stage([{ from: 's' }]), 'lib/real.so');
    assert.deepEqual(entry, {
      type: 'symlink',
      path: 'lib/real.so',
      target: 'real.so.1',
      mode: 0o777,
      owner: 'root',
      group: 'root',
      role: 'library',
      component: 'main',
    });
  });

  it('to directories are not walked', () => {
    const distribution = linked({ 's/also': 'lib' }).stage([{ from: 's/**', to: './' }]);
    assert.deepEqual(pathsOf(distribution), ['also', 'data', 'data/a', 'lib', 'lib/real.so.1']);
  });

  it('may lead through other links', () => {
    linked({ 's/also': 'lib', 's/deep': 'also/../lib/real.so.1' });
    assert.equal(entryAt(project.stage([{ from: 's' }]), 'deep')?.type, 'symlink');
  });

  for (const [what, target] of [
    ['climb out', '../../etc/passwd'],
    ['climb out through nothing', 'nope/../../../x'],
    ['are absolute', '/etc/passwd'],
  ] as const) {
    it(`that ${what} are an error`, () => {
      assert.deepEqual(linked({ 's/bad': target }).complaints([{ from: 's' }]), [
        `stage-symlink-escapes: Cannot stage the symlink "bad": its target "${target}" is outside the distribution`,
      ]);
    });
  }

  it('that climb out through another link are an error', () => {
    linked({ 's/data/up': '..', 's/data/out': 'up/../x' });
    assert.match(project.complaints([{ from: 's' }])[0] ?? '', /^stage-symlink-escapes: .*"data\/out"/);
  });

  it('in a loop are an error each', () => {
    assert.deepEqual(linked({ 's/a': 'b', 's/b': 'a', 's/c': 'c' }).complaints([{ from: 's' }]), [
      'stage-symlink-loop: Cannot stage the symlink "a": its target "b" leads back to itself',
      'stage-symlink-loop: Cannot stage the symlink "b": its target "a" leads back to itself',
      'stage-symlink-loop: Cannot stage the symlink "c": its target "c" leads back to itself',
    ]);
  });

  it('to what is not staged are an error', () => {
    linked({ 's/lib/x': '../data/a' });
    assert.deepEqual(project.complaints([{ from: 's', exclude: ['data'] }]), [
      'stage-symlink-dangling: Cannot stage the symlink "lib/x": its target "../data/a" is not in the distribution',
    ]);
  });

  it('become copies for Windows', () => {
    const entry = entryAt(linked({ 's/lib/real.so': 'again', 's/lib/again': 'real.so.1' }).stage([{ from: 's' }], { os: 'windows' }), 'lib/real.so');
    assert.equal(entry?.type === 'file' && 'file' in entry.source && entry.source.file, project.path('s/lib/real.so.1'));
  });

  it('to directories are an error for Windows', () => {
    assert.match(linked({ 's/also': 'lib' }).complaints([{ from: 's' }], { os: 'windows' })[0] ?? '', /^stage-symlink-windows: /);
  });

  describe('written as a source', () => {
    it('are followed inside the project', () => {
      const entry = entryAt(linked({ current: 's/data/a' }).stage([{ from: 'current', to: 'bin/' }]), 'bin/current');
      assert.equal(entry?.type, 'file');
    });

    it('are followed to a directory', () => {
      assert.deepEqual(pathsOf(linked({ current: 's/data' }).stage([{ from: 'current/*' }])), ['a']);
    });

    it('are refused when they leave the project', () => {
      linked({ leak: join(outside, 'secret'), folder: outside });
      assert.deepEqual(project.complaints([{ from: 'leak' }, { from: 'folder' }, { from: 'folder/*' }, { from: 'folder/secret' }]), [
        `stage-outside-project: Cannot stage "${project.path('leak')}": it leads to "${outside}/secret", outside the project`,
        `stage-outside-project: Cannot stage "${project.path('folder')}": it leads to "${outside}", outside the project`,
        `stage-outside-project: Cannot stage "${project.path('folder')}": it leads to "${outside}", outside the project`,
        `stage-outside-project: Cannot stage "${project.path('folder/secret')}": it leads to "${outside}/secret", outside the project`,
      ]);
    });

    it('are refused in a loop', () => {
      assert.match(linked({ x: 'y', y: 'x' }).complaints([{ from: 'x' }])[0] ?? '', /^stage-unreadable: .*\(ELOOP\)$/);
    });

    it('are an error when they lead nowhere', () => {
      assert.match(linked({ x: 'gone' }).complaints([{ from: 'x' }])[0] ?? '', /^stage-unreadable: .*\(ENOENT\)$/);
    });
  });

  describe('by a rule', () => {
    it('are made as written', () => {
      const distribution = linked({}).stage([{ from: 's' }, { type: 'symlink', from: '../lib/real.so.1', to: 'bin/tool', role: 'binary' }]);
      const entry = entryAt(distribution, 'bin/tool');
      assert.equal(entry?.type === 'symlink' && entry.target, '../lib/real.so.1');
    });

    it('may be absolute or lead to nothing yet', () => {
      const rules = [
        { type: 'symlink', from: '/usr/bin/env', to: 'bin/env' },
        { type: 'symlink', from: '../lib/later', to: 'bin/' },
      ] as const;
      assert.deepEqual(pathsOf(project.stage(rules)), ['bin', 'bin/env', 'bin/later']);
    });

    it('may not climb out', () => {
      assert.match(project.complaints([{ type: 'symlink', from: '../../x', to: 'bin/x' }])[0] ?? '', /^stage-symlink-escapes/);
    });

    it('need a target', () => {
      assert.match(project.complaints([{ type: 'symlink', to: 'bin/x' }])[0] ?? '', /a symlink needs a target$/);
    });

    it('refuse control characters', () => {
      assert.match(project.complaints([{ type: 'symlink', from: 'a\0b', to: 'bin/x' }])[0] ?? '', /it holds a control character$/);
    });
  });
});
