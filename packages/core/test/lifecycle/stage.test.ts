import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, DistErrors } from '../../src/errors.ts';
import { entryAt, Project, pathsOf } from './stage-fixture.ts';

const ELF = Buffer.from('7f454c4602010100', 'hex');

describe('stageDistribution', () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());

  describe('destinations', () => {
    it('keeps the base name in a folder', () => {
      project.files({ 'out/tool': ELF });
      assert.deepEqual(pathsOf(project.stage([{ from: 'out/tool', to: 'bin/' }])), ['bin', 'bin/tool']);
    });

    it('renames to a path', () => {
      project.files({ 'out/tool': ELF });
      assert.deepEqual(pathsOf(project.stage([{ from: 'out/tool', to: 'bin/acme' }])), ['bin', 'bin/acme']);
    });

    it('strips the parts before a pattern', () => {
      project.files({ 'core/lib/a.nu': 'a', 'core/lib/x/b.nu': 'b' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'core/**', to: 'share/' }])), [
        'share',
        'share/lib',
        'share/lib/a.nu',
        'share/lib/x',
        'share/lib/x/b.nu',
      ]);
    });

    it('takes the destination of a pattern for a folder', () => {
      project.files({ 'conf/a.toml': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'conf/*.toml', to: 'etc' }])), ['etc', 'etc/a.toml']);
    });

    it("puts a directory's tree below, empty ones too", () => {
      project.files({ 'data/x/a': 'a' });
      mkdirSync(project.path('data/empty'));
      assert.deepEqual(pathsOf(project.stage([{ from: 'data', to: 'share/' }])), ['share', 'share/empty', 'share/x', 'share/x/a']);
    });

    it('brings the tree of a matched directory', () => {
      project.files({ 'lib/a/deep/x': '', 'lib/b/y': '', 'lib/c.txt': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'lib/[ab]', to: './' }])), ['a', 'a/deep', 'a/deep/x', 'b', 'b/y']);
    });

    it('never finds what earlier runs wrote', () => {
      project.files({ 'a.txt': 'a', 'sub/b.txt': 'b', 'dist/acme-1.0.0/a.txt': 'a', 'packages/x.txt': 'x' });
      assert.deepEqual(pathsOf(project.stage([{ from: '**/*.txt', to: './' }])), ['a.txt', 'sub', 'sub/b.txt']);
    });

    it('stages to the root', () => {
      project.files({ 'README.md': 'x' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'README.md', to: './' }])), ['README.md']);
    });

    it('makes an empty directory', () => {
      const distribution = project.stage([{ type: 'directory', to: 'var/lib/acme/', mode: 0o700, owner: 'acme', group: 'staff' }]);
      assert.deepEqual(entryAt(distribution, 'var/lib/acme'), {
        type: 'directory',
        path: 'var/lib/acme',
        mode: 0o700,
        owner: 'acme',
        group: 'staff',
        role: 'data',
        component: 'main',
      });
      assert.equal(entryAt(distribution, 'var/lib')?.mode, 0o755);
    });

    it('sorts by the bytes of paths', () => {
      project.files({ 's/b': '', 's/B': '', 's/a/x': '', 's/a-b': '', 's/é': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 's', to: './' }])), ['B', 'a', 'a-b', 'a/x', 'b', 'é']);
    });

    it('gives the same entries every time', () => {
      project.files({ 's/b': 'x', 's/a': 'y' });
      assert.deepEqual(project.stage([{ from: 's', to: './' }]), project.stage([{ from: 's', to: './' }]));
    });
  });

  describe('patterns', () => {
    it('match hidden files below the project root', () => {
      project.files({ 'share/.defaults': '', 'share/a': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'share/*', to: './' }])), ['.defaults', 'a']);
    });

    it('leave hidden files of the project root', () => {
      project.files({ '.env': 'SECRET', '.config/x': '', 'a.txt': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: '**', to: './' }])), ['a.txt']);
      assert.deepEqual(pathsOf(project.stage([{ from: '.', to: './' }])), ['a.txt']);
    });

    it('match hidden files there when written', () => {
      project.files({ '.config/x': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: '.con*/**', to: './' }])), ['.config', '.config/x']);
    });

    it('never take what systems leave behind', () => {
      project.files({ 's/.DS_Store': '', 's/._a': '', 's/__MACOSX/a': '', 's/.git/config': '', 's/.gitignore': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 's/**', to: './' }])), ['.gitignore']);
    });

    it('take parentheses for themselves', () => {
      project.files({ 'app (x86)/a.txt': '', 'app x86/b.txt': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'app (x86)/*', to: './' }])), ['a.txt']);
    });

    it('that match nothing are an error', () => {
      assert.deepEqual(project.complaints([{ from: 'nope/*.x' }, { from: 'nope' }, { from: '*.zzz' }]), [
        `stage-nothing-matches: Cannot stage "nope/*.x": nothing in "${project.root}" matches`,
        `stage-nothing-matches: Cannot stage "nope": nothing in "${project.root}" matches`,
        `stage-nothing-matches: Cannot stage "*.zzz": nothing in "${project.root}" matches`,
      ]);
    });

    it('may match nothing when optional', () => {
      project.files({ a: '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 'nope/*', optional: true }, { from: 'no', optional: true }, { from: 'a' }])), ['a']);
    });
  });

  describe('build outputs', () => {
    it('are found by name wherever they are', () => {
      project.files({ 'target/release/orchestrator': ELF });
      const outputs = [{ name: 'orchestrator', file: project.path('target/release/orchestrator') }];
      const distribution = project.stage([{ from: '{build}/orchestrator', to: 'bin/' }], { outputs });
      const entry = entryAt(distribution, 'bin/orchestrator');
      assert.equal(entry?.type === 'file' && 'file' in entry.source && entry.source.file, project.path('target/release/orchestrator'));
    });

    it('match patterns by their names', () => {
      project.files({ x: ELF, y: ELF });
      const outputs = [
        { name: 'a.bin', file: project.path('x') },
        { name: 'b.bin', file: project.path('y') },
      ];
      assert.deepEqual(pathsOf(project.stage([{ from: '{build}/*.bin', to: 'bin/' }], { outputs })), ['bin', 'bin/a.bin', 'bin/b.bin']);
      assert.deepEqual(pathsOf(project.stage([{ from: '{build}/', to: './' }], { outputs })), ['a.bin', 'b.bin']);
    });

    it('bring a tree when they are a folder', () => {
      project.files({ 'out/site/a.html': '', 'out/site/b/c': '' });
      const outputs = [{ name: 'site', file: project.path('out/site') }];
      assert.deepEqual(pathsOf(project.stage([{ from: '{build}/site', to: 'www/' }], { outputs })), ['www', 'www/a.html', 'www/b', 'www/b/c']);
    });

    it('that are missing list what there is', () => {
      const outputs = [{ name: 'orchestrator', file: project.path('x') }];
      assert.throws(() => project.stage([{ from: '{build}/orchestrater', to: 'bin/' }], { outputs }), {
        code: 'stage-output-missing',
        message: 'Cannot stage "{build}/orchestrater": the builders made orchestrator',
        hint: 'did you mean "{build}/orchestrator"?',
        exit: 2,
      });
    });

    it('whose file is gone are an error', () => {
      const outputs = [{ name: 'tool', file: project.path('gone') }];
      assert.deepEqual(project.complaints([{ from: '{build}/tool', to: 'bin/' }], { outputs }), [
        `stage-vanished: Cannot stage "${project.path('gone')}": it vanished while it was staged`,
      ]);
    });
  });

  describe('templates', () => {
    const template = (text: string): string => text.replaceAll('{exe}', '.exe').replaceAll('{os}', 'win');

    it('are rendered in from and to', () => {
      project.files({ 'win/tool.exe': 'MZ' });
      assert.deepEqual(pathsOf(project.stage([{ from: '{os}/tool{exe}', to: 'bin/{os}{exe}' }], { template })), ['bin', 'bin/win.exe']);
    });

    it('are rendered behind {build}', () => {
      project.files({ x: 'MZ' });
      const outputs = [{ name: 'tool.exe', file: project.path('x') }];
      assert.deepEqual(pathsOf(project.stage([{ from: '{build}/tool{exe}', to: 'bin/' }], { template, outputs })), ['bin', 'bin/tool.exe']);
    });

    it('that fail are collected with the rest', () => {
      const failing = (text: string): string => {
        if (text.includes('{nope}')) throw new DistError('template-field', 'no such field');
        return text;
      };
      const complaints = project.complaints([{ from: '{nope}' }, { from: 'x', to: '{nope}' }, { from: 'missing' }], { template: failing });
      assert.deepEqual(
        complaints.map((text) => text.split(':')[0]),
        ['template-field', 'template-field', 'stage-nothing-matches'],
      );
    });
  });

  describe('selection', () => {
    it('leaves out by exclude of the rule', () => {
      project.files({ 's/a': '', 's/doc/b': '', 's/c.tmp': '' });
      assert.deepEqual(pathsOf(project.stage([{ from: 's', to: 'x/', exclude: ['x/doc', '**/*.tmp'] }])), ['x', 'x/a']);
    });

    it('leaves out by exclude of the variant', () => {
      project.files({ 'lib/core/a': '', 'lib/extras/b': '' });
      const options = { variant: 'minimal', variants: { complete: {}, minimal: { exclude: ['lib/extras/**'] } } };
      assert.deepEqual(pathsOf(project.stage([{ from: 'lib', to: 'lib/' }], options)), ['lib', 'lib/core', 'lib/core/a']);
    });

    it('applies rules of the variant only', () => {
      project.files({ a: '', b: '' });
      const rules = [{ from: 'a' }, { from: 'b', variants: ['complete'] }];
      assert.deepEqual(pathsOf(project.stage(rules, { variant: 'minimal', variants: { minimal: {} } })), ['a']);
      assert.deepEqual(pathsOf(project.stage(rules, { variant: 'complete', variants: { complete: {} } })), ['a', 'b']);
    });

    it('applies rules of the platform only', () => {
      project.files({ a: '', b: '' });
      const rules = [{ from: 'a' }, { from: 'b', platforms: ['windows', 'darwin/x64'] }];
      assert.deepEqual(pathsOf(project.stage(rules, { os: 'linux' })), ['a']);
      assert.deepEqual(pathsOf(project.stage(rules, { os: 'macos' })), ['a', 'b']);
      assert.deepEqual(pathsOf(project.stage(rules, { os: 'any' })), ['a']);
    });

    it('keeps the component, parents included', () => {
      project.files({ a: '' });
      const distribution = project.stage([{ from: 'a', to: 'lib/server/', component: 'server' }]);
      assert.deepEqual(
        distribution.entries.map(({ component }) => component),
        ['server', 'server', 'server'],
      );
    });

    it('that leaves nothing is an error', () => {
      project.files({ a: '' });
      const options = { variant: 'minimal', variants: { minimal: { exclude: ['**'] } } };
      assert.deepEqual(project.complaints([{ from: 'a' }], options), [
        'stage-empty: Cannot stage linux-amd64, variant minimal: no rule of "contents" puts anything there',
      ]);
    });
  });

  it('collects all problems with their places', () => {
    const rules = [{ from: 'nope' }, { from: 'x', to: '../x' }, { from: 'x', to: '/x' }, { from: 'x', to: 'C:\\x' }, { from: 'a\0b' }, {}];
    const listsAll = (error: unknown): boolean => {
      assert.ok(error instanceof DistErrors);
      assert.deepEqual(
        error.errors.map(({ code, where }) => `${code} ${where?.file}:${where?.line} ${where?.subject}`),
        [
          'stage-nothing-matches dist.yaml:10 contents[0].from',
          'stage-destination dist.yaml:11 contents[1].to',
          'stage-destination dist.yaml:12 contents[2].to',
          'stage-destination dist.yaml:13 contents[3].to',
          'stage-source dist.yaml:14 contents[4].from',
          'stage-source dist.yaml:15 contents[5]',
        ],
      );
      return true;
    };
    assert.throws(() => project.stage(rules), listsAll);
  });

  it('reports a file that vanishes meanwhile', () => {
    project.files({ a: 'x', b: 'y' });
    const template = (text: string): string => {
      if (text === 'b') rmSync(join(project.root, 'a'));
      return text;
    };
    assert.deepEqual(project.complaints([{ from: 'a' }, { from: 'b' }], { template }), [
      `stage-vanished: Cannot stage "${project.path('a')}": it vanished while it was staged`,
    ]);
  });
});
