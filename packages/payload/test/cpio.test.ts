import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArchiveError, type CpioEntry, type CpioForm, type CpioLimits, cpio, cpioLength, type Member, readCpio, SEGMENT_MIN } from '../src/index.ts';
import { directory, file, joinPlain, memory, symlink } from './drive.ts';
import { anyMembers } from './members.ts';

const MTIME = 1_700_000_000;

function write(members: Iterable<Member>, form: CpioForm, prefix = './'): Buffer {
  const content = memory();
  return joinPlain(cpio(members, content, { form, mtime: MTIME, prefix }), content);
}

async function list(archive: Uint8Array | Iterable<Uint8Array>, limits?: CpioLimits): Promise<(Omit<CpioEntry, 'body'> & { text: string })[]> {
  const found = [];
  for await (const { body, ...entry } of readCpio(archive instanceof Uint8Array ? [archive] : archive, limits)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    found.push({ ...entry, text: Buffer.concat(pieces).toString('latin1') });
  }
  return found;
}

const NEWC_END = '070701 00000000 00000000 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 0000000b 00000000';
const ODC_END = '070707 000000 000000 000000 000000 000000 000001 000000 00000000000 000013 00000000000';

/** Spaces are for people, dots are NULs. */
function spelled(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', '').replaceAll('.', '\0').replaceAll('~', './'), 'latin1');
}

describe('cpio', () => {
  it('spells every field of newc', () => {
    const header = '070701 00000001 000089ed 00000000 00000000 00000001 6553f100 00000005 00000000 00000000 00000000 00000000 00000006 00000000';
    const archive = spelled(`${header} ~app. hello... ${NEWC_END} TRAILER!!!. ...`);
    assert.equal(write([file('app', 'hello', 0o4755)], 'newc').toString('latin1'), archive.toString('latin1'));
  });

  it('spells every field of odc', () => {
    const header = '070707 000000 000001 104755 000000 000000 000001 000000 14524770400 000006 00000000005';
    const archive = spelled(`${header} ~app. hello ${ODC_END} TRAILER!!!.`);
    assert.equal(write([file('app', 'hello', 0o4755)], 'odc').toString('latin1'), archive.toString('latin1'));
  });

  it("spells rpm's stripped form", () => {
    const archive = spelled(`07070X 00000000 .. 07070X 00000001 .. hello... ${NEWC_END} TRAILER!!!. ...`);
    assert.equal(write([directory('usr'), file('usr/app', 'hello')], 'stripped').toString('latin1'), archive.toString('latin1'));
  });

  it('numbers entries of the stripped form as told', () => {
    const plain = [...cpio([directory('usr'), file('usr/app', '')], memory(), { form: 'stripped', mtime: 0, numbers: [3, 255] })];
    assert.equal(Buffer.concat(plain as Uint8Array[]).toString('latin1', 0, 32), '07070X00000003\0\x0007070X000000ff\0\0');
  });

  it('stores targets as content', () => {
    const archive = write([symlink('l', 'target')], 'odc').toString('latin1');
    assert.equal(archive.slice(18, 24), '120777');
    assert.equal(archive.slice(76, 86), './l\0target');
  });

  it('names the root entry', () => {
    assert.equal(write([directory('')], 'odc').toString('latin1', 76, 78), '.\0');
  });

  it('refers to big contents by digest', () => {
    const plain = [...cpio([file('big', Buffer.alloc(SEGMENT_MIN, 1))], memory(), { form: 'odc', mtime: 0 })];
    assert.deepEqual(plain[1], { sha256: '916b144867c340614f515c7b0e5415c74832d899c05264ded2a277a6e81d81ff', length: SEGMENT_MIN });
  });

  it('knows its length beforehand', () => {
    const members = [directory('d'), file('d/a', 'hello'), symlink('l', 'd/a'), file('big', Buffer.alloc(SEGMENT_MIN + 1))];
    for (const form of ['newc', 'odc', 'stripped'] as const) {
      assert.equal(cpioLength(members, { form, mtime: MTIME, prefix: './' }), write(members, form).length);
    }
  });

  it('refuses sizes its forms cannot tell', () => {
    const sized = (size: number): Member => ({ type: 'file', path: 'a', mode: 0o644, size, source: { bytes: Buffer.alloc(0) } });
    const length = (form: CpioForm, size: number) => cpioLength([sized(size)], { form, mtime: 0 });
    assert.throws(() => length('newc', 2 ** 32), RangeError);
    assert.throws(() => length('odc', 8 ** 11), RangeError);
    assert.equal(length('newc', 2 ** 32 - 4), 112 + 2 ** 32 - 4 + 124);
    assert.ok(length('stripped', 2 ** 40) > 2 ** 40);
  });

  it('refuses what no archive may hold', () => {
    for (const member of [file('../a'), file('/a'), file('a\0b'), symlink('a', ''), { ...file('a', 'hello'), size: 4 }]) {
      assert.throws(() => write([member], 'newc'), RangeError);
    }
    assert.throws(() => write([file('a'), file('a')], 'newc'), RangeError);
  });
});

describe('readCpio', () => {
  for (const form of ['newc', 'odc'] as const) {
    it(`gives any members back from ${form}`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMembers({ lineFeeds: true }), fc.integer({ min: 1, max: 2000 }), async (members, cut) => {
          const archive = write(members, form, '');
          const chunks = Array.from({ length: Math.ceil(archive.length / cut) }, (_, index) => archive.subarray(index * cut, (index + 1) * cut));
          assert.deepEqual((await list(chunks)).map(plainEntry), members.map(plainMember));
        }),
        { numRuns: 60 },
      );
    });
  }

  it('reads the stripped form by its list', async () => {
    const members = [directory('usr'), file('usr/app', 'hello', 0o755), symlink('l', 'usr')];
    const modes = [0o040755, 0o100755, 0o120777];
    const entries = await list(write(members, 'stripped'), { file: (index) => ({ mode: modes[index] as number, size: [0, 5, 3][index] as number }) });
    assert.deepEqual(
      entries.map(({ index, type, text, target }) => [index, type, text, target]),
      [
        [0, 'directory', '', undefined],
        [1, 'file', 'hello', undefined],
        [2, 'symlink', '', 'usr'],
      ],
    );
  });

  it('skips contents nobody reads', async () => {
    const seen: string[] = [];
    for await (const entry of readCpio([write([file('a', 'x'.repeat(99)), file('b')], 'newc', '')])) seen.push(entry.path);
    assert.deepEqual(seen, ['a', 'b']);
  });
});

describe('hostile cpio', () => {
  const good = write([file('a', 'hello')], 'newc', '');
  const changed = (at: number, text: string) => {
    const copy = Buffer.from(good);
    copy.write(text, at, 'latin1');
    return copy;
  };
  const cases: readonly [string, string, Buffer][] = [
    ['nothing', 'truncated', Buffer.alloc(0)],
    ['another magic', 'malformed', changed(0, '070709')],
    ['a number with other letters', 'malformed', changed(54, '0000000g')],
    ['a negative number', 'malformed', changed(54, '-0000001')],
    ['a name without end', 'malformed', changed(110, 'ab')],
    ['a name of no bytes', 'malformed', changed(94, '00000000')],
    ['a name of 4 GiB', 'malformed', changed(94, 'ffffffff')],
    ['a name with a NUL', 'malformed', changed(94, '00000003')],
    ['a directory with content', 'malformed', changed(14, '000041ed')],
    ['a size beyond the end', 'truncated', changed(54, '00ffffff')],
    ['no end', 'truncated', good.subarray(0, good.length - 124)],
    ['a cut end', 'truncated', good.subarray(0, good.length - 10)],
    ['bytes behind the end', 'malformed', Buffer.concat([good, Buffer.from('x')])],
    ['the stripped form without a list', 'unsupported', write([file('a')], 'stripped')],
  ];
  for (const [what, code, archive] of cases) {
    it(`refuses ${what}`, () => assert.rejects(list(archive), (error) => error instanceof ArchiveError && error.code === code));
  }

  it('keeps to its limits', async () => {
    await assert.rejects(list(good, { entries: 0 }), { code: 'limit' });
    await assert.rejects(list(good, { totalSize: 4 }), { code: 'limit' });
  });

  it('takes zeros behind the end', async () => {
    assert.equal((await list(Buffer.concat([good, Buffer.alloc(512)]))).length, 1);
  });
});

function plainEntry({ path, type, mode, size, target, text }: Omit<CpioEntry, 'body'> & { text: string }): object {
  return { path, type, mode, size, target, text };
}

function plainMember(member: Member): object {
  const bytes = member.type === 'file' && 'bytes' in member.source ? member.source.bytes : Buffer.alloc(0);
  const target = member.type === 'symlink' ? member.target : undefined;
  const size = target === undefined ? bytes.length : Buffer.byteLength(target);
  return { path: member.path, type: member.type, mode: member.mode, size, target, text: Buffer.from(bytes).toString('latin1') };
}
