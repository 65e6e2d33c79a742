import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { readTar } from '@provisioning-dist/payload';
import { writeParts } from '../../../core/src/lifecycle/output.ts';
import { arHeader } from '../../src/deb/ar.ts';
import { debParts } from '../../src/deb/write.ts';
import { codeOf, collect, DATE, directory, file, makeDeb, sampleEntries, sorted, symlink, withContents } from '../package.ts';

interface Member {
  readonly name: string;
  readonly header: string;
  readonly bytes: Buffer;
}

/** ar as ar(5) tells it, read without our own code. */
function unpack(deb: Buffer): readonly Member[] {
  const members: Member[] = [];
  for (let at = 8; at < deb.length; ) {
    const header = deb.toString('latin1', at, at + 60);
    const size = Number(header.slice(48, 58));
    members.push({ name: header.slice(0, 16).trimEnd(), header, bytes: deb.subarray(at + 60, at + 60 + size) });
    at += 60 + size + (size % 2);
  }
  return members;
}

function member(deb: Buffer, name: string): Buffer {
  return unpack(deb).find((each) => each.name === name)?.bytes ?? Buffer.alloc(0);
}

async function paths(tar: Buffer): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { path } of readTar([tar])) found.push(path);
  return found;
}

describe('ar headers', () => {
  it('are 60 bytes of text', () => {
    assert.equal(
      Buffer.from(arHeader('debian-binary', 4, 1_700_000_000)).toString('latin1'),
      'debian-binary   1700000000  0     0     100644  4         `\n',
    );
  });
  it('hold ten digits of a size', () =>
    assert.equal(
      Buffer.from(arHeader('data.tar', 9_999_999_999, 0))
        .toString('latin1')
        .slice(48, 58),
      '9999999999',
    ));
  it('refuse eleven', () =>
    assert.equal(
      codeOf(() => arHeader('data.tar', 10_000_000_000, 0)),
      'deb-too-large',
    ));
  it('refuse a long name', () => assert.throws(() => arHeader('a-name-of-17-char', 1, 0), RangeError));
});

describe('a deb', () => {
  it('begins with the version of the format', async () => {
    const deb = await makeDeb();
    assert.equal(deb.toString('latin1', 0, 72), `!<arch>\ndebian-binary   ${DATE}  0     0     100644  4         \`\n2.0\n`);
  });

  for (const [codec, suffix] of [
    ['gzip', '.gz'],
    ['xz', '.xz'],
    ['zstd', '.zst'],
    ['none', ''],
  ] as const) {
    it(`of ${codec} has three members at even offsets`, async () => {
      const deb = await makeDeb({ options: { codec } });
      assert.deepEqual(
        unpack(deb).map(({ name }) => name),
        ['debian-binary', `control.tar${suffix}`, `data.tar${suffix}`],
      );
      assert.equal(deb.length % 2, 0);
    });

    it(`of ${codec} is the same twice`, async () => {
      assert.deepEqual(await makeDeb({ options: { codec } }), await makeDeb({ options: { codec } }));
    });
  }

  it('holds the root, every parent, links last', async () => {
    const entries = sorted([symlink('bin/ac', 'acme', { role: 'binary' }), file('bin/acme', 'x', { mode: 0o755, role: 'binary' })]);
    const deb = await makeDeb({ entries, options: { copyright: 'x\n', changelog: false } });
    assert.deepEqual(await paths(gunzipSync(member(deb, 'data.tar.gz'))), [
      ...['.', './usr', './usr/bin', './usr/bin/acme', './usr/share', './usr/share/doc', './usr/share/doc/acme'],
      ...['./usr/share/doc/acme/copyright', './usr/bin/ac'],
    ]);
  });

  it('names its control files from the root on', async () => {
    const tar = gunzipSync(member(await makeDeb(), 'control.tar.gz'));
    assert.deepEqual(await paths(tar), ['.', './conffiles', './control', './md5sums', './postinst', './postrm', './prerm']);
  });

  it('holds GNU headers, never PAX', async () => {
    const entries = [file(`share/acme/${'é'.repeat(120)}`, 'x'), symlink('share/acme/z', 'y'.repeat(200))];
    const tar = gunzipSync(member(await makeDeb({ entries }), 'data.tar.gz'));
    const types = new Set<string>();
    for (let at = 0; at < tar.length; at += 512)
      if (tar.toString('latin1', at + 257, at + 265) === 'ustar  \0') types.add(tar.toString('latin1', at + 156, at + 157));
    assert.deepEqual([...types].toSorted(), ['0', '2', '5', 'K', 'L']);
  });

  it('counts its size as dpkg-gencontrol', async () => {
    const entries = [file('share/acme/a', Buffer.alloc(1025)), file('share/acme/b'), symlink('share/acme/c', 'a'), directory('share/acme/d')];
    const control = gunzipSync(member(await makeDeb({ entries, options: { copyright: 'x\n', changelog: false } }), 'control.tar.gz')).toString();
    // 2 + 0 + 1 for a, b, c, 1 for copyright; /, usr, usr/share, usr/share/acme, its d, usr/share/doc, usr/share/doc/acme
    assert.match(control, /^Installed-Size: 11$/m);
  });

  it('keeps owners by name', async () => {
    const tar = gunzipSync(member(await makeDeb({ entries: [file('var/x', 'x', { owner: 'www-data', group: 'adm' })] }), 'data.tar.gz'));
    const owners: string[] = [];
    for await (const { path, owner, group, uid } of readTar([tar])) if (path === './var/x') owners.push(`${owner}:${group} ${uid}`);
    assert.deepEqual(owners, ['www-data:adm 0']);
  });

  it('refuses two entries at one place', async () => {
    const entries = sorted([file('README.md', '1', { role: 'doc' }), file('docs/README.md', '2', { role: 'doc' })]);
    await assert.rejects(makeDeb({ entries }), {
      code: 'deb-path-taken',
      message: /"docs\/README.md": "README.md" is installed as "\/usr\/share\/doc\/acme\/README.md" too/,
    });
  });

  it('refuses a file where a folder must be', async () => {
    const entries = sorted([file('x', '1', { role: 'config' }), file('etc/acme', '2', { role: 'config' })]);
    await assert.rejects(makeDeb({ entries }), { code: 'deb-path-taken' });
  });

  it('refuses names and targets of several lines', async () => {
    const problem = (found: string) => ({ code: 'deb-path', message: `Cannot package "share/acme/a": its ${found} holds a line feed` });
    await assert.rejects(makeDeb({ entries: [symlink('share/acme/a', 'b\nc')] }), problem('target'));
    await assert.rejects(makeDeb({ entries: [file('share/acme/a\nb')] }), { code: 'deb-path', message: /its name holds a line feed$/ });
  });

  it('keeps setuid', async () => {
    const tar = gunzipSync(member(await makeDeb({ entries: [file('bin/su', 'x', { mode: 0o4755, role: 'binary' })] }), 'data.tar.gz'));
    const modes: number[] = [];
    for await (const { path, mode } of readTar([tar])) if (path === './usr/bin/su') modes.push(mode);
    assert.deepEqual(modes, [0o4755]);
  });

  it('is one zstd frame', async () => {
    const entries = [...sampleEntries(), file('share/acme/zz', Buffer.alloc(300_000, 'zstd '))];
    const bytes = member(await makeDeb({ entries, options: { codec: 'zstd' } }), 'data.tar.zst');
    // Node's decoder stops after the first frame.
    assert.ok((await paths(zstdDecompressSync(bytes))).includes('./usr/share/acme/zz'));
    assert.equal(bytes.indexOf(Buffer.from('28b52ffd', 'hex'), 4), -1);
  });

  it('makes man pages that gzip cannot make smaller', async () => {
    const tar = gunzipSync(member(await makeDeb(), 'data.tar.gz'));
    for await (const { path, body } of readTar([tar])) {
      const bytes = await collect(body);
      if (path.endsWith('.1.gz')) assert.equal(bytes.toString('hex', 0, 10), '1f8b0800000000000203');
    }
    assert.ok((await paths(tar)).includes('./usr/share/man/man1/acme.1.gz'));
  });

  it('takes links to man pages along', async () => {
    const entries = sorted([file('share/man/man1/acme.1', 'x', { role: 'man' }), symlink('share/man/man1/ac.1', 'acme.1', { role: 'man' })]);
    const tar = gunzipSync(member(await makeDeb({ entries }), 'data.tar.gz'));
    const targets: unknown[] = [];
    for await (const { path, target } of readTar([tar])) if (target !== undefined) targets.push([path, target]);
    assert.deepEqual(targets, [['./usr/share/man/man1/ac.1.gz', 'acme.1.gz']]);
  });

  it('holds what is made here, however large', async () => {
    const page = Buffer.from(Array.from({ length: 60_000 }, (_, index) => ((index * 7919) % 104_729).toString(36)).join(' '));
    const tar = gunzipSync(member(await makeDeb({ entries: [file('share/man/man1/big.1', page, { role: 'man' })] }), 'data.tar.gz'));
    for await (const { path, body, size } of readTar([tar])) {
      const bytes = await collect(body);
      if (path.endsWith('big.1.gz')) assert.ok(size > 65_536 && gunzipSync(bytes).equals(page));
    }
  });

  it('encodes every byte once, and nothing again', async () => {
    const entries = sorted([file('bin/acme', Buffer.alloc(3_000_000, 'large '), { mode: 0o755, role: 'binary' }), file('share/acme/a', 'small')]);
    const folder = mkdtempSync(join(tmpdir(), 'deb-test-'));
    const path = join(folder, 'acme.deb');
    await withContents({ entries }, async (job, store) => {
      await writeParts(debParts(job), { path, store });
      const first = store.counters.encoderInputBytes;
      const tars = ['control.tar.gz', 'data.tar.gz'].map((name) => gunzipSync(member(readFileSync(path), name)).length);
      assert.equal(
        first,
        tars.reduce((sum, length) => sum + length),
      );
      await writeParts(debParts(job), { path, store });
      assert.equal(store.counters.encoderInputBytes, first);
    });
    rmSync(folder, { recursive: true });
  });
});
