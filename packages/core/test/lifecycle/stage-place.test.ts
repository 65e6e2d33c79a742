import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { entryAt, Project, pathsOf } from './stage-fixture.ts';

describe('placing entries', () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());

  it('refuses two rules for one path', () => {
    project.files({ a: '', b: '' });
    assert.deepEqual(
      project.complaints([
        { from: 'a', to: 'bin/x' },
        { from: 'b', to: 'bin/x' },
      ]),
      ['stage-duplicate-path: Cannot stage "bin/x" by contents[1] (dist.yaml:11): contents[0] (dist.yaml:10) puts another thing there'],
    );
  });

  it('refuses the same rule twice', () => {
    project.files({ a: '' });
    assert.equal(project.complaints([{ from: 'a' }, { from: 'a' }]).length, 1);
  });

  it('refuses a file where others have a directory', () => {
    project.files({ a: '', b: '' });
    assert.deepEqual(
      project.complaints([
        { from: 'a', to: 'lib' },
        { from: 'b', to: 'lib/b' },
      ]),
      ['stage-duplicate-path: Cannot stage "lib/b" by contents[1] (dist.yaml:11): contents[0] (dist.yaml:10) makes "lib" a file, not a directory'],
    );
  });

  it('lets trees share directories', () => {
    project.files({ 'x/lib/a': '', 'y/lib/b': '' });
    assert.deepEqual(pathsOf(project.stage([{ from: 'x' }, { from: 'y' }])), ['lib', 'lib/a', 'lib/b']);
  });

  it('lets a rule decide over a directory', () => {
    project.files({ 'x/lib/a': '' });
    const rules = [{ from: 'x' }, { type: 'directory', to: 'lib', mode: 0o750 }] as const;
    assert.equal(entryAt(project.stage(rules), 'lib')?.mode, 0o750);
    assert.equal(entryAt(project.stage(rules.toReversed()), 'lib')?.mode, 0o750);
  });

  for (const os of ['windows', 'macos']) {
    it(`refuses names that differ in case on ${os}`, () => {
      project.files({ 's/Makefile': '', 't/makefile': '' });
      assert.match(
        project.complaints([{ from: 's' }, { from: 't' }], { os })[0] ?? '',
        /^stage-case-collision: .*"makefile".*it differs from "Makefile" only in case$/,
      );
    });

    it(`refuses names that differ in composition on ${os}`, () => {
      project.files({ a: '', b: '' });
      const rules = [
        { from: 'a', to: 'caf\u00e9' },
        { from: 'b', to: 'cafe\u0301' },
      ];
      assert.match(project.complaints(rules, { os })[0] ?? '', /^stage-case-collision/);
    });
  }

  it('reports directories that differ in case once', () => {
    project.files({ a: '', b: '' });
    const rules = [
      { from: 'a', to: 'Lib/x/a' },
      { from: 'b', to: 'lib/x/a' },
    ];
    assert.equal(project.complaints(rules, { os: 'windows' }).length, 1);
  });

  it('allows names that differ in case on Linux', () => {
    project.files({ a: '', b: '' });
    assert.deepEqual(
      pathsOf(
        project.stage([
          { from: 'a', to: 'X' },
          { from: 'b', to: 'x' },
        ]),
      ),
      ['X', 'x'],
    );
  });

  it('refuses names Windows cannot have', () => {
    project.files({ 's/a:b': '', 's/con.txt': '', 's/end.': '', 's/ok': '' });
    assert.deepEqual(project.complaints([{ from: 's' }], { os: 'windows' }), [
      'stage-illegal-name: Cannot stage "a:b" for windows-amd64: Windows does not allow : in names',
      'stage-illegal-name: Cannot stage "con.txt" for windows-amd64: Windows reserves the name for a device',
      'stage-illegal-name: Cannot stage "end." for windows-amd64: Windows drops a dot or space at the end of a name',
    ]);
  });

  it('refuses control characters everywhere', () => {
    project.files({ 's/a\nb': '' });
    assert.deepEqual(project.complaints([{ from: 's' }]), [
      'stage-illegal-name: Cannot stage "a\\nb" for linux-amd64: the name holds a control character',
    ]);
  });

  it('refuses names that are not UTF-8', () => {
    mkdirSync(project.path('s'));
    mkdirSync(Buffer.concat([Buffer.from(`${project.path('s')}/caf`), Buffer.of(0xe9)]));
    assert.match(project.complaints([{ from: 's' }])[0] ?? '', /the name is not valid UTF-8$/);
  });

  it('leaves excluded names alone', () => {
    project.files({ 's/a:b': '', 's/ok': '' });
    assert.deepEqual(pathsOf(project.stage([{ from: 's', exclude: ['a:b'] }], { os: 'windows' })), ['ok']);
  });
});
