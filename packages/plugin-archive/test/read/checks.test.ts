import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type Content, type Member, tar } from '@provisioning-dist/payload';
import { checkArchive } from '../../src/read/checks.ts';
import { type Listed, summarize } from '../../src/read/listed.ts';
import { readTarGz } from '../../src/read/tar-gz.ts';
import { readZipArchive } from '../../src/read/zip.ts';
import { brief, DATE, directory, distribution, file, LINUX, MACOS, symlink, WINDOWS } from '../package.ts';

const TOP: Listed = { path: 'app', type: 'directory', mode: 0o755, mtime: DATE };

async function listed(path: string, text: string | Uint8Array = '', fields: Partial<Listed> = {}): Promise<Listed> {
  return { path: `app/${path}`, type: 'file', mode: 0o644, mtime: DATE, content: await summarize([Buffer.from(text)]), ...fields };
}

function check(entries: readonly Listed[], of?: ReturnType<typeof distribution>): string[] {
  return brief(checkArchive({ name: 'app.zip', top: { folder: 'app', certain: false }, entries, distribution: of }));
}

function tarGz(members: readonly Member[], owner?: { uid: number; gid: number; user: string; group: string }): Buffer {
  const read = ({ bytes = Buffer.alloc(0) }: { bytes?: Uint8Array }, target: Buffer) => target.set(bytes);
  const pieces = tar(members, { read } as unknown as Content, { dialect: 'pax', mtime: DATE, ...(owner ? { owner } : {}) });
  return gzipSync(Buffer.concat([...pieces] as Uint8Array[]));
}

function source(path: string, bytes: Buffer) {
  return { path: `/out/${path}`, size: bytes.length, read: (position: number, length: number) => bytes.subarray(position, position + length) };
}

describe('checks of an archive', () => {
  it('find nothing in a good one', async () => {
    assert.deepEqual(check([TOP, await listed('a'), await listed('b')]), []);
  });

  it('ask for one top folder', async () => {
    assert.deepEqual(check([]), ['archive-top-folder app.zip']);
    assert.deepEqual(check([TOP, { ...TOP, path: 'other' }]), ['archive-top-folder app.zip']);
    assert.deepEqual(check([{ ...TOP, path: 'other' }]), ['archive-top-folder app.zip']);
    assert.deepEqual(check([await listed('a')]), ['archive-top-folder app.zip']);
  });

  for (const path of ['../up', '/root', 'app/../../up', 'app//a']) {
    it(`refuse the path ${path}`, () => {
      assert.deepEqual(check([TOP, { ...TOP, path }]), [`archive-path ${path}`]);
    });
  }

  it('ask for sorted entries', async () => {
    assert.deepEqual(check([TOP, await listed('b'), await listed('a')]), ['archive-order app/a']);
  });

  it('ask for one time', async () => {
    assert.deepEqual(check([TOP, await listed('a', '', { mtime: 1 })]), ['archive-time app/a']);
  });

  it('ask for root as the owner', () => {
    assert.deepEqual(check([{ ...TOP, owner: 'jenkins:jenkins (1000:1000)' }]), ['archive-owner app']);
  });

  it('refuse what everybody may write', async () => {
    assert.deepEqual(check([TOP, await listed('a', '', { mode: 0o666 })]), ['archive-mode a']);
  });

  for (const path of ['.DS_Store', '._a', '__MACOSX', 'Thumbs.db']) {
    it(`refuse ${path}`, async () => {
      assert.deepEqual(check([TOP, await listed(path)]), [`archive-forbidden-name ${path}`]);
    });
  }

  it('find paths that are there twice', async () => {
    assert.deepEqual(check([TOP, await listed('a'), await listed('a')]), ['archive-duplicate a']);
  });

  it('find paths that differ in case only', async () => {
    const entries = [TOP, await listed('A'), await listed('a')];
    const of = (platform: typeof LINUX) => distribution([file('A'), file('a')], platform);
    assert.deepEqual(check(entries, of(MACOS)), ['archive-case-collision a']);
    assert.deepEqual(check(entries, of(LINUX)), []);
  });

  for (const path of ['con', 'lib/NUL.txt', 'a.', 'a ', 'a:b', 'a?']) {
    it(`find that Windows has no "${path}"`, async () => {
      const entry = await listed(path);
      assert.deepEqual(check([TOP, entry], distribution([file(path)], WINDOWS)), [`archive-path ${path}`]);
      assert.deepEqual(check([TOP, entry], distribution([file(path)], LINUX)), []);
    });
  }

  it('refuse hard links and devices', () => {
    assert.deepEqual(check([TOP, { ...TOP, path: 'app/d', type: 'other' }, { ...TOP, path: 'app/l', type: 'link' }]), [
      'archive-type d',
      'archive-type l',
    ]);
  });

  it('refuse links that leave the folder', () => {
    assert.deepEqual(check([TOP, { ...TOP, path: 'app/l', type: 'symlink', target: '../../etc' }]), ['archive-link l']);
  });

  it('find links to nothing', () => {
    assert.deepEqual(check([TOP, { ...TOP, path: 'app/l', type: 'symlink', target: 'missing' }]), ['archive-link l']);
    assert.deepEqual(check([TOP, { ...TOP, path: 'app/l', type: 'symlink', target: '.' }]), []);
  });
});

describe('checks of contents', () => {
  for (const [what, head] of [
    ['ELF', '\x7fELF'],
    ['Mach-O', '\xcf\xfa\xed\xfe'],
    ['a script', '#!/bin/sh\n'],
  ] as const) {
    it(`find ${what} nobody can run`, async () => {
      const bytes = Buffer.from(head, 'latin1');
      assert.deepEqual(check([TOP, await listed('run', bytes)]), ['archive-executable run']);
      assert.deepEqual(check([TOP, await listed('run', bytes, { mode: 0o755 })]), []);
    });
  }

  it('leave shared libraries alone', async () => {
    assert.deepEqual(check([TOP, await listed('libz.so.1', '\x7fELF')]), []);
  });

  it('find text with the line ends of others', async () => {
    const of = async (path: string, text: string, platform: typeof LINUX) =>
      check([TOP, await listed(path, text)], distribution([file(path, text)], platform));
    assert.deepEqual(await of('README', 'a\nb\n', WINDOWS), ['archive-line-ends README']);
    assert.deepEqual(await of('README', 'a\r\nb\r\n', WINDOWS), []);
    assert.deepEqual(await of('README', 'a\r\nb\n', LINUX), ['archive-line-ends README']);
    assert.deepEqual(await of('run.bat', 'a\n', LINUX), ['archive-line-ends run.bat']);
    assert.deepEqual(await of('data', 'a\r\n\0', LINUX), []);
  });
});

describe('an archive against its distribution', () => {
  it('finds what is missing and what is extra', async () => {
    assert.deepEqual(check([TOP, await listed('b')], distribution([file('a')])), ['archive-missing a', 'archive-extra b']);
  });

  it('finds another type, mode, size and content', async () => {
    const entries = [await listed('a', 'hello', { mode: 0o755 }), await listed('b', 'hello'), await listed('c', 'hello'), await listed('d')];
    const of = distribution([file('a', 'hello'), file('b', 'hello!'), file('c', 'hallo'), directory('d')]);
    assert.deepEqual(
      check([TOP, ...entries], of),
      ['a', 'b', 'c', 'd'].map((path) => `archive-different ${path}`),
    );
  });

  it('finds another target', () => {
    const link: Listed = { ...TOP, path: 'app/l', type: 'symlink', target: '.' };
    assert.deepEqual(check([TOP, link], distribution([symlink('l', 'a')])), ['archive-different l']);
  });

  it('takes copies for links on Windows', async () => {
    const entries = [TOP, await listed('a', 'x'), await listed('l', 'x')];
    assert.deepEqual(check(entries, distribution([file('a', 'x'), symlink('l', 'a')], WINDOWS)), []);
  });
});

describe('readers of archives', () => {
  const members = [directory('app'), file('app/a', 'hello')];

  it('tell owners of the machine', async () => {
    const findings = await readTarGz(source('app.tar.gz', tarGz(members, { uid: 1000, gid: 1000, user: 'me', group: 'me' })), { ext: 'tar.gz' });
    assert.deepEqual(brief(findings), ['archive-owner app', 'archive-owner app/a']);
  });

  it('tell a gzip header with a time', async () => {
    const bytes = tarGz(members);
    bytes.writeUInt32LE(DATE, 4);
    assert.deepEqual(brief(await readTarGz(source('app.tar.gz', bytes), { ext: 'tar.gz' })), ['archive-gzip-header app.tar.gz']);
  });

  for (const [what, bytes] of [
    ['cut', tarGz(members).subarray(0, -20)],
    ['changed', Buffer.from(tarGz(members).fill(0x55, 60, 70))],
    ['empty', Buffer.alloc(0)],
    ['something else', gzipSync('hello')],
  ] as const) {
    it(`tell a tar.gz that is ${what}`, async () => {
      assert.ok(brief(await readTarGz(source('app.tar.gz', bytes), { ext: 'tar.gz' })).includes('archive-unreadable app.tar.gz'));
    });
  }

  it('tell a zip that is none', async () => {
    assert.deepEqual(brief(await readZipArchive(source('app.zip', Buffer.from('hello')), { ext: 'zip' })), ['archive-unreadable app.zip']);
  });
});
