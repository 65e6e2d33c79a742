import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs, {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { readStagedTree, writeStagedTree } from '../../src/lifecycle/staged-tree.ts';
import type { Distribution } from '../../src/model/distribution.ts';
import type { Platform } from '../../src/model/platform.ts';
import { PLATFORMS } from '../../src/model/platform-table.ts';
import { entryAt, Project, pathsOf } from './stage-fixture.ts';

const DATE = 1_700_000_000;
const ELF = Buffer.from('7f454c4602010100', 'hex');

const [LINUX, WINDOWS] = ['linux-amd64', 'windows-amd64'].map(row) as [Platform, Platform];

function row(name: string): Platform | undefined {
  return PLATFORMS.find((platform) => platform.name === name);
}

function replace(path: string, by: (path: string) => void): void {
  rmSync(path);
  by(path);
}

function setRead(read: typeof fs.readSync): void {
  fs.readSync = read;
  syncBuiltinESMExports();
}

describe('staged trees', () => {
  let project: Project;
  let dir: string;
  beforeEach(() => {
    project = new Project();
    dir = project.path('dist/acme-1.0.0-linux-amd64');
    project.files({ 's/tool': ELF, 's/a.txt': 'a\nb\n', 's/lib/real': 'real' });
    symlinkSync('real', project.path('s/lib/link'));
    mkdirSync(project.path('s/empty'));
  });
  afterEach(() => project.remove());

  function sample(): Distribution {
    return project.stage([
      { from: 's', exclude: ['tool'] },
      { from: 's/tool', to: 'bin/', component: 'server', owner: 'acme', mode: 0o4750 },
      { type: 'directory', to: 'locked', mode: 0o555 },
    ]);
  }

  function manifest(): { entries: { path: string; [field: string]: unknown }[]; [field: string]: unknown } {
    return JSON.parse(readFileSync(`${dir}.manifest.json`, 'utf8'));
  }

  function rewriteManifest(change: (data: ReturnType<typeof manifest>) => void): void {
    const data = manifest();
    change(data);
    writeFileSync(`${dir}.manifest.json`, JSON.stringify(data));
  }

  describe('written', () => {
    it('hold modes whatever the umask', async () => {
      const umask = process.umask(0o077);
      await writeStagedTree(sample(), dir, DATE).finally(() => process.umask(umask));
      const modes = ['.', 'bin', 'bin/tool', 'a.txt', 'locked'].map((path) => (lstatSync(join(dir, path)).mode & 0o7777).toString(8));
      assert.deepEqual(modes, ['755', '755', '4750', '644', '555']);
    });

    it('hold one time throughout', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const times = ['', ...pathsOf(sample())].map((path) => lstatSync(join(dir, path)).mtimeMs);
      assert.deepEqual([...new Set(times)], [DATE * 1000]);
    });

    it('hold links and empty directories', async () => {
      await writeStagedTree(sample(), dir, DATE);
      assert.equal(readlinkSync(join(dir, 'lib/link')), 'real');
      assert.deepEqual(readdirSync(join(dir, 'empty')), []);
    });

    it('hold converted line ends', async () => {
      await writeStagedTree(project.stage([{ from: 's/a.txt' }], { os: 'windows' }), dir, DATE);
      assert.equal(readFileSync(join(dir, 'a.txt'), 'latin1'), 'a\r\nb\r\n');
      assert.equal(manifest().entries[0]?.size, 6);
    });

    it('are described by a manifest', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const { schema, date, variant, entries } = manifest();
      assert.deepEqual([schema, date, variant], [1, DATE, null]);
      assert.deepEqual(
        entries.find(({ path }) => path === 'bin/tool'),
        {
          path: 'bin/tool',
          type: 'file',
          mode: '04750',
          owner: 'acme',
          group: 'root',
          role: 'binary',
          component: 'server',
          size: 8,
          sha256: createHash('sha256').update(ELF).digest('hex'),
        },
      );
      assert.equal(entries.find(({ path }) => path === 'lib/link')?.target, 'real');
    });

    it('have the same manifest every time', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const first = readFileSync(`${dir}.manifest.json`, 'utf8');
      await writeStagedTree(sample(), dir, DATE);
      assert.equal(readFileSync(`${dir}.manifest.json`, 'utf8'), first);
    });

    it('replace an earlier one', async () => {
      await writeStagedTree(sample(), dir, DATE);
      project.files({ only: 'x' });
      await writeStagedTree(project.stage([{ from: 'only' }]), dir, DATE);
      assert.deepEqual(readdirSync(dir), ['only']);
    });

    it('leave nothing else behind', async () => {
      await writeStagedTree(sample(), dir, DATE);
      assert.deepEqual(readdirSync(project.path('dist')).sort(), ['acme-1.0.0-linux-amd64', 'acme-1.0.0-linux-amd64.manifest.json']);
    });

    it('never replace a folder of others', async () => {
      project.files({ 'dist/acme-1.0.0-linux-amd64/mine': 'x' });
      await assert.rejects(writeStagedTree(sample(), dir, DATE), { code: 'staged-foreign', exit: 3 });
      assert.deepEqual(readdirSync(dir), ['mine']);
    });

    it('leave nothing when a source changes', async () => {
      const distribution = sample();
      project.files({ 's/lib/real': 'longer than before' });
      await assert.rejects(writeStagedTree(distribution, dir, DATE), { code: 'file-changed' });
      assert.deepEqual(readdirSync(project.path('dist')), []);
    });

    it('keep the earlier one when a source vanishes', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const again = sample();
      rmSync(project.path('s/lib/real'));
      await assert.rejects(writeStagedTree(again, dir, DATE), { code: 'file-vanished' });
      assert.ok(existsSync(join(dir, 'bin/tool')));
    });

    it('say which folder cannot be written', async () => {
      project.files({ 'dist/file': '' });
      const below = project.path('dist/file/tree');
      await assert.rejects(writeStagedTree(sample(), below, DATE), {
        code: 'staged-unwritable',
        message: `Cannot write the staged tree "${below}": ENOTDIR`,
      });
    });
  });

  describe('read with their manifest', () => {
    it('give the distribution back', async () => {
      const staged = sample();
      await writeStagedTree(staged, dir, DATE);
      const read = readStagedTree(dir);
      const withoutSource = ({ entries }: Distribution): object[] => entries.map((entry) => ({ ...entry, source: undefined }));
      assert.deepEqual(withoutSource(read), withoutSource(staged));
      assert.deepEqual([read.platform, read.variant], [staged.platform, staged.variant]);
    });

    it('say where the bytes are now', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const entry = entryAt(readStagedTree(dir), 'bin/tool');
      assert.deepEqual(entry?.type === 'file' && entry.source, { file: join(dir, 'bin/tool'), size: 8, mtimeMs: DATE * 1000 });
    });

    it('may have lost their modes and times', async () => {
      await writeStagedTree(sample(), dir, DATE);
      chmodSync(join(dir, 'bin/tool'), 0o644);
      utimesSync(join(dir, 'bin/tool'), DATE + 5, DATE + 5);
      assert.equal(entryAt(readStagedTree(dir), 'bin/tool')?.mode, 0o4750);
    });

    const changes: readonly (readonly [what: string, change: (dir: string) => void, message: RegExp])[] = [
      ['a missing file', (root) => rmSync(join(root, 'a.txt')), /"a\.txt" .*: it is missing$/],
      ['a surplus file', (root) => writeFileSync(join(root, 'new'), ''), /"new" .*: it is not in the manifest$/],
      ['another size', (root) => writeFileSync(join(root, 'a.txt'), 'x'), /"a\.txt" .*: it has 1 bytes and was staged with 4$/],
      ['other content', (root) => writeFileSync(join(root, 'a.txt'), 'b\na\n'), /"a\.txt" .*: its content is not what was staged$/],
      ['another type', (root) => replace(join(root, 'a.txt'), (path) => mkdirSync(path)), /"a\.txt" .*: it is a directory and was staged as a file$/],
      [
        'another target',
        (root) => replace(join(root, 'lib/link'), (path) => symlinkSync('/etc/passwd', path)),
        /"lib\/link" .*: it leads to "\/etc\/passwd"/,
      ],
    ];
    for (const [what, change, message] of changes) {
      it(`refuse ${what}`, async () => {
        await writeStagedTree(sample(), dir, DATE);
        change(dir);
        assert.throws(() => readStagedTree(dir), { code: 'staged-differs', message });
      });
    }

    it('notice a change while they are read', async () => {
      await writeStagedTree(sample(), dir, DATE);
      const path = join(dir, 'a.txt');
      utimesSync(path, DATE + 5, DATE + 5);
      const { readSync } = fs;
      setRead(((...call: Parameters<typeof readSync>) => {
        utimesSync(path, DATE + 6, DATE + 6);
        return readSync(...call);
      }) as typeof readSync);
      try {
        assert.throws(() => readStagedTree(dir), { code: 'file-changed' });
      } finally {
        setRead(readSync);
      }
    });

    const forgeries: readonly (readonly [what: string, change: Parameters<typeof rewriteManifest>[0]])[] = [
      ['a path that climbs out', ({ entries }) => entries.unshift({ ...entries[0], path: '../x' })],
      ['an absolute path', ({ entries }) => entries.unshift({ ...entries[0], path: '/etc' })],
      ['a path twice', ({ entries }) => entries.splice(0, 0, ...entries.slice(0, 1))],
      [
        'a path without its directory',
        ({ entries }) =>
          entries.splice(
            entries.findIndex(({ path }) => path === 'lib'),
            1,
          ),
      ],
      ['a mode that is none', ({ entries }) => Object.assign(entries[0] ?? {}, { mode: '0999' })],
      ['an unknown field', (data) => Object.assign(data, { surprise: 1 })],
      ['another schema', (data) => Object.assign(data, { schema: 2 })],
    ];
    for (const [what, change] of forgeries) {
      it(`refuse a manifest with ${what}`, async () => {
        await writeStagedTree(sample(), dir, DATE);
        rewriteManifest(change);
        assert.throws(() => readStagedTree(dir), { code: 'staged-manifest' });
      });
    }

    it('refuse a manifest that is not JSON', async () => {
      await writeStagedTree(sample(), dir, DATE);
      writeFileSync(`${dir}.manifest.json`, '{');
      assert.throws(() => readStagedTree(dir), { code: 'staged-manifest', message: /: it is not JSON$/ });
    });

    it('refuse another platform', async () => {
      await writeStagedTree(sample(), dir, DATE);
      assert.throws(() => readStagedTree(dir, { platform: WINDOWS }), {
        code: 'staged-platform',
        message: /for windows-amd64: it was staged for linux-amd64$/,
      });
    });
  });

  describe('read without a manifest', () => {
    it('need a platform', () => {
      project.files({ 'dist/acme-1.0.0-linux-amd64/x': '' });
      assert.throws(() => readStagedTree(dir), { code: 'staged-platform', hint: 'say what it is for with --platform' });
    });

    it('take modes from first bytes, never disk', () => {
      project.files({ 'tree/bin/tool': 'x', 'tree/libexec/run': ELF, 'tree/share/.hidden': '' });
      chmodSync(project.path('tree/share/.hidden'), 0o777);
      const read = readStagedTree(project.path('tree'), { platform: LINUX, variant: 'minimal' });
      const modes = read.entries.map(({ path, mode }) => `${mode.toString(8)} ${path}`);
      assert.deepEqual(modes, ['755 bin', '755 bin/tool', '755 libexec', '755 libexec/run', '755 share', '644 share/.hidden']);
      assert.equal(read.variant, 'minimal');
    });

    it('convert no line ends', () => {
      project.files({ 'tree/a.txt': 'a\n' });
      const entry = entryAt(readStagedTree(project.path('tree'), { platform: WINDOWS }), 'a.txt');
      assert.equal(entry?.type === 'file' && entry.size, 2);
    });

    it('refuse links that climb out', () => {
      project.files({ 'tree/a': '' });
      symlinkSync('../../x', project.path('tree/link'));
      assert.throws(() => readStagedTree(project.path('tree'), { platform: LINUX }), { code: 'stage-symlink-escapes' });
    });

    it('refuse an empty folder', () => {
      mkdirSync(project.path('tree'));
      assert.throws(() => readStagedTree(project.path('tree'), { platform: LINUX }), { code: 'stage-empty' });
    });

    it('refuse a folder that is not there', () => {
      assert.throws(() => readStagedTree(project.path('nope')), { code: 'staged-missing', exit: 2 });
    });
  });
});
