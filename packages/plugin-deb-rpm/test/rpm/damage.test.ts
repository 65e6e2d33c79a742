import assert from 'node:assert/strict';
import { ENTRY_LENGTH, INTRO_LENGTH } from '../../src/rpm/header.ts';
import { LEAD_LENGTH } from '../../src/rpm/lead.ts';
import { readRpm } from '../../src/rpm/read/read.ts';
import { file, makeRpm, sorted, sourceOf, symlink } from './rpm-package.ts';

/** What no writer of ours makes: tags and payload are changed in finished packages. */

/** The data of a tag, to its header's end, and its entry in the index. */
interface Found {
  readonly data: Buffer;
  readonly entry: Buffer;
}

function tagIn(bytes: Buffer, start: number, tag: number): Found {
  const [count, size] = [bytes.readUInt32BE(start + 8), bytes.readUInt32BE(start + 12)];
  const index = start + INTRO_LENGTH;
  const at =
    Array.from({ length: count }, (_, each) => index + each * ENTRY_LENGTH).find((each) => bytes.readUInt32BE(each) === tag) ?? assert.fail();
  const data = index + count * ENTRY_LENGTH;
  return { entry: bytes.subarray(at, at + ENTRY_LENGTH), data: bytes.subarray(data + bytes.readUInt32BE(at + 8), data + size) };
}

function mainHeader(bytes: Buffer): number {
  const length = INTRO_LENGTH + bytes.readUInt32BE(LEAD_LENGTH + 8) * ENTRY_LENGTH + bytes.readUInt32BE(LEAD_LENGTH + 12);
  return LEAD_LENGTH + Math.ceil(length / 8) * 8;
}

function signatureTag(bytes: Buffer, tag: number): Buffer {
  return tagIn(bytes, LEAD_LENGTH, tag).data;
}

function tag(bytes: Buffer, number: number): Buffer {
  return tagIn(bytes, mainHeader(bytes), number).data;
}

function swap(where: Buffer, before: string, after: string): void {
  const at = where.indexOf(before);
  assert.notEqual(at, -1, `"${before}" is not there`);
  where.write(after, at);
}

/** `usr/bin/acme`, `usr/share/abc` and three files and a link in it. */
const ENTRIES = sorted([
  file('bin/acme', '#!/bin/sh\n', { mode: 0o755, role: 'binary' }),
  file('share/abc/first', 'one\n'),
  symlink('share/abc/later', 'first', { role: 'data' }),
  file('share/abc/other', 'two\n'),
  file('share/man/man1/acme.1', '.TH ACME 1\n', { role: 'man' }),
]);
const [FOLDER_MODE, LINK_MODE] = [0o040755, 0o120777];

function mode(bytes: Buffer, before: number, after: number): void {
  const data = tag(bytes, 1030);
  const index = Array.from({ length: 8 }, (_, each) => each * 2).find((each) => data.readUInt16BE(each) === before) ?? assert.fail();
  data.writeUInt16BE(after, index);
}

const DAMAGE: Readonly<Record<string, readonly [code: string, change: (bytes: Buffer) => void]>> = {
  'another size of all': ['rpm-installed-size', (bytes) => tag(bytes, 1009).writeUInt32BE(5)],
  'digests of another kind': ['rpm-file-digests', (bytes) => tag(bytes, 5011).writeUInt32BE(10)],
  'lists of unequal length': ['rpm-files', (bytes) => tagIn(bytes, mainHeader(bytes), 1034).entry.writeUInt32BE(2, 12)],
  'another size of header and payload': ['rpm-size', (bytes) => signatureTag(bytes, 1000).writeUInt32BE(5)],
  'another size of the payload': ['rpm-payload-size', (bytes) => signatureTag(bytes, 1007).writeUInt32BE(5)],
  'a path the list lacks': ['rpm-not-listed', (bytes) => swap(bytes, './usr/share/abc/first', './usr/share/abc/fixed')],
  'a path the payload lacks': ['rpm-not-packed', (bytes) => swap(tag(bytes, 1117), 'first', 'fir_t')],
  'another content': ['rpm-file-digest', (bytes) => swap(bytes, 'two\n', 'twq\n')],
  'another target': ['rpm-target', (bytes) => swap(tag(bytes, 1036), 'first', 'fixed')],
  'another mode': ['rpm-mode', (bytes) => mode(bytes, 0o100755, 0o100711)],
  'one path twice': ['rpm-duplicate', (bytes) => swap(tag(bytes, 1117), 'later', 'first')],
  'paths out of order': ['rpm-unsorted', (bytes) => swap(tag(bytes, 1117), 'first', 'xirst')],
  'a path upwards': ['rpm-path', (bytes) => swap(tag(bytes, 1118), '/usr/share/abc/', '/usr/share/../x')],
  'a folder nobody owns': ['rpm-unowned-folder', (bytes) => swap(tag(bytes, 1117), 'abc', 'abd')],
  'a folder of the system': ['rpm-shared-folder', (bytes) => swap(tag(bytes, 1117), 'abc', 'doc')],
  'files below a file': ['rpm-parent', (bytes) => mode(bytes, FOLDER_MODE, 0o100755)],
  'a device': ['rpm-type', (bytes) => mode(bytes, LINK_MODE, 0o020666)],
  'a page that is not compressed': ['rpm-man-page', (bytes) => swap(tag(bytes, 1117), 'acme.1.gz', 'acme.1xgz')],
  'no provides of itself': ['rpm-provides', (bytes) => tag(bytes, 1047).write('acmf')],
  'no needs of what it uses': ['rpm-rpmlib', (bytes) => swap(tag(bytes, 1049), 'rpmlib(FileDigests)', 'rpmlib(FileDigestX)')],
  'another digest of the payload': ['rpm-payload-digest', (bytes) => tag(bytes, 5092).write('0000000000')],
};

describe('the reader of rpms finds', () => {
  for (const [what, [code, change]] of Object.entries(DAMAGE)) {
    it(what, async () => {
      const bytes = await makeRpm({ entries: ENTRIES, options: { codec: 'none' } });
      change(bytes);
      const codes = (await readRpm(sourceOf(bytes))).map((finding) => finding.code);
      assert.ok(codes.includes(code), codes.join(', '));
    });
  }

  it('nothing in them before that', async () => {
    const bytes = await makeRpm({ entries: ENTRIES, options: { codec: 'none' } });
    assert.deepEqual(await readRpm(sourceOf(bytes)), []);
  });

  it('a compressor nobody knows', async () => {
    const bytes = await makeRpm({ entries: ENTRIES });
    tag(bytes, 1125).write('gzop');
    const codes = (await readRpm(sourceOf(bytes))).map((finding) => finding.code);
    assert.ok(codes.includes('rpm-compressor'), codes.join(', '));
  });

  for (const codec of ['gzip', 'xz', 'zstd', 'none']) {
    it(`a payload in ${codec} that ends early`, async () => {
      const bytes = await makeRpm({ entries: ENTRIES, options: { codec } });
      const codes = (await readRpm(sourceOf(bytes.subarray(0, -40)))).map((finding) => finding.code);
      for (const code of ['rpm-size', 'rpm-payload-digest', 'rpm-unreadable']) assert.ok(codes.includes(code), `${code}: ${codes.join(', ')}`);
    });
  }

  it('files of /etc that upgrades overwrite', async () => {
    const bytes = await makeRpm({ entries: [file('etc/acme.conf', 'x', { role: 'config' })], options: { flags: { '/etc/acme.conf': [] } } });
    assert.deepEqual(
      (await readRpm(sourceOf(bytes))).map((finding) => finding.code),
      ['rpm-config'],
    );
  });
});
