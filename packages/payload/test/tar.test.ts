import assert from 'node:assert/strict';
import { type Member, SEGMENT_MIN, type TarDialect, type TarOptions, tar, tarLength } from '../src/index.ts';
import { directory, file, joinPlain, memory, symlink } from './drive.ts';

const GNU: TarOptions = { dialect: 'gnu', mtime: 1_700_000_000 };
const PAX: TarOptions = { dialect: 'pax', mtime: 1_700_000_000 };

function write(members: Iterable<Member>, options: TarOptions): Buffer {
  const content = memory();
  return joinPlain(tar(members, content, options), content);
}

/** A field's bytes as text, NULs shown as dots. */
function field(block: Buffer, offset: number, width: number): string {
  return block.toString('latin1', offset, offset + width).replaceAll('\0', '.');
}

/** A block of 512 bytes by number. */
function block(archive: Buffer, index: number): Buffer {
  return archive.subarray(index * 512, (index + 1) * 512);
}

describe('tar', () => {
  it('spells every field of a ustar header', () => {
    const header = block(write([file('bin/app', 'hello', 0o4755)], PAX), 0);
    assert.equal(field(header, 0, 100), `bin/app${'.'.repeat(93)}`);
    assert.equal(field(header, 100, 24), '0004755.0000000.0000000.');
    assert.equal(field(header, 124, 24), '00000000005.14524770400.');
    assert.equal(field(header, 148, 8), '012334. ');
    assert.equal(field(header, 156, 1), '0');
    assert.equal(field(header, 157, 100), '.'.repeat(100));
    assert.equal(field(header, 257, 8), 'ustar.00');
    assert.equal(field(header, 265, 64), `root${'.'.repeat(28)}root${'.'.repeat(28)}`);
    assert.equal(field(header, 329, 16), '0000000.0000000.');
    assert.equal(field(header, 345, 167), '.'.repeat(167));
  });

  it('leaves device numbers empty in GNU headers', () => {
    const header = block(write([file('a')], GNU), 0);
    assert.equal(field(header, 257, 8), 'ustar  .');
    assert.equal(field(header, 329, 16), '.'.repeat(16));
  });

  it('pads contents to whole blocks', () => {
    const archive = write([file('a', 'hello'), file('b', 'x'.repeat(512))], GNU);
    assert.equal(archive.length, 512 * (2 + 2 + 2));
    assert.equal(field(block(archive, 1), 0, 8), 'hello...');
    assert.equal(field(block(archive, 2), 0, 2), 'b.');
  });

  it('ends with two zero blocks', () => {
    assert.deepEqual(write([], GNU), Buffer.alloc(1024));
  });

  it('leaves the end out on request', () => {
    assert.equal(write([file('a')], { ...GNU, end: false }).length, 512);
  });

  it('pads to the blocking factor', () => {
    assert.equal(write([file('a')], { ...GNU, blocking: 20 }).length, 10_240);
  });

  it('ends directories with a slash', () => {
    const header = block(write([directory('share', 0o750)], GNU), 0);
    assert.equal(field(header, 0, 8), 'share/..');
    assert.equal(field(header, 100, 8), '0000750.');
    assert.equal(field(header, 156, 1), '5');
  });

  it('stores links in their header', () => {
    const archive = write([symlink('latest', 'v1')], GNU);
    assert.equal(archive.length, 512 * 3);
    assert.equal(field(archive, 124, 12), '00000000000.');
    assert.equal(field(archive, 156, 5), '2v1..');
  });

  it('puts the prefix before paths', () => {
    const archive = write([directory(''), file('usr')], { ...GNU, prefix: './' });
    assert.equal(field(block(archive, 0), 0, 4), './..');
    assert.equal(field(block(archive, 1), 0, 6), './usr.');
  });

  it('writes one owner for all', () => {
    const archive = write([file('a')], { ...GNU, owner: { uid: 8, gid: 0o777, user: 'root', group: 'wheel' } });
    assert.equal(field(archive, 108, 16), '0000010.0000777.');
    assert.equal(field(archive, 265, 6), 'root..');
    assert.equal(field(archive, 297, 6), 'wheel.');
  });

  it('writes owners of the members', () => {
    const archive = write([{ ...file('a'), owner: 'acme', group: 'adm' }, file('b')], { ...GNU, owner: 'member' });
    assert.equal(field(archive, 265, 6), 'acme..');
    assert.equal(field(archive, 297, 6), 'adm...');
    assert.equal(field(block(archive, 1), 265, 6), 'root..');
  });

  it('refers to big contents by digest', () => {
    const plain = [...tar([file('big', Buffer.alloc(SEGMENT_MIN, 1)), file('small', Buffer.alloc(SEGMENT_MIN - 1, 1))], memory(), GNU)];
    assert.deepEqual(plain[1], { sha256: '916b144867c340614f515c7b0e5415c74832d899c05264ded2a277a6e81d81ff', length: SEGMENT_MIN });
    assert.equal(plain.length, 3);
  });

  it('gathers small files in few pieces', () => {
    const members = Array.from({ length: 3000 }, (_, index) => file(`f${index}`, 'x'.repeat(700)));
    const plain = [...tar(members, memory(), GNU)] as Uint8Array[];
    assert.equal(plain.length, 5);
    assert.equal(
      plain.reduce((sum, { length }) => sum + length, 0),
      3000 * 1536 + 1024,
    );
  });

  it('knows its length beforehand', () => {
    const members = [directory('d'), file(`d/${'n'.repeat(300)}`, 'hello'), file('d/big', Buffer.alloc(SEGMENT_MIN + 1))];
    assert.equal(tarLength(members, PAX), write(members, PAX).length);
    assert.equal(tarLength(members, { ...GNU, blocking: 7 }), write(members, { ...GNU, blocking: 7 }).length);
  });
});

describe('long names in tar', () => {
  const name100 = `d/${'n'.repeat(98)}`;

  it('keeps 100 bytes in the name field', () => {
    const archive = write([file(name100)], GNU);
    assert.equal(archive.length, 512 * 3);
    assert.equal(field(archive, 0, 100), name100);
  });

  it('splits at the last slash the prefix holds', () => {
    const archive = write([file(`${'p'.repeat(60)}/${'q'.repeat(60)}/${'n'.repeat(90)}`)], PAX);
    assert.equal(archive.length, 512 * 3);
    assert.equal(field(archive, 0, 91), `${'n'.repeat(90)}.`);
    assert.equal(field(archive, 345, 122), `${'p'.repeat(60)}/${'q'.repeat(60)}.`);
  });

  it('fills prefix and name to their last bytes', () => {
    const archive = write([file(`${'p'.repeat(155)}/${'n'.repeat(100)}`)], PAX);
    assert.equal(archive.length, 512 * 3);
    assert.equal(field(archive, 0, 100), 'n'.repeat(100));
    assert.equal(field(archive, 345, 155), 'p'.repeat(155));
  });

  it('never splits before the final slash', () => {
    assert.equal(write([directory('n'.repeat(100))], PAX).length, 512 * 5);
  });

  it('writes GNU long names', () => {
    const archive = write([file('n'.repeat(101))], GNU);
    assert.equal(field(archive, 0, 14), '././@LongLink.');
    assert.equal(field(archive, 100, 48), '0000644.0000000.0000000.00000000146.00000000000.');
    assert.equal(field(archive, 156, 1), 'L');
    assert.equal(field(block(archive, 1), 0, 103), `${'n'.repeat(101)}..`);
    assert.equal(field(block(archive, 2), 0, 100), 'n'.repeat(100));
  });

  it('writes GNU long targets before long names', () => {
    const archive = write([symlink('n'.repeat(101), 't'.repeat(101))], GNU);
    assert.deepEqual(
      [0, 2, 4].map((index) => field(block(archive, index), 156, 1)),
      ['K', 'L', '2'],
    );
    assert.equal(field(block(archive, 4), 157, 100), 't'.repeat(100));
  });

  it('writes PAX records for what does not fit', () => {
    const archive = write([file('n'.repeat(101), 'hi')], PAX);
    assert.equal(field(archive, 0, 15), '././@PaxHeader.');
    assert.equal(field(archive, 156, 1), 'x');
    assert.equal(field(block(archive, 1), 0, 113), `111 path=${'n'.repeat(101)}\n..`);
  });

  it('counts the digits of a record in its length', () => {
    const lengths = [985, 986].map((length) => {
      const archive = write([symlink('l', 't'.repeat(length))], PAX);
      return field(block(archive, 1), 0, 14);
    });
    assert.deepEqual(lengths, ['999 linkpath=t', '1001 linkpath=']);
  });

  it('names the character set of raw names first', () => {
    const archive = write([file('é'.repeat(51))], { ...PAX, dialect: 'pax-binary' });
    assert.equal(block(archive, 1).toString('utf8', 0, 38), '21 hdrcharset=BINARY\n112 path=éééé');
    assert.equal(field(block(write([file('n'.repeat(101))], { ...PAX, dialect: 'pax-binary' }), 1), 0, 9), '111 path=');
  });

  it('keeps short non-ASCII names raw', () => {
    const archive = write([file('é'.repeat(50))], PAX);
    assert.equal(archive.length, 512 * 3);
    assert.equal(archive.toString('utf8', 0, 100), 'é'.repeat(50));
  });
});

describe('big sizes in tar', () => {
  /** A file of that size nobody has to hold: only the pieces before it are looked at. */
  function header(size: number, dialect: TarDialect): Buffer {
    const source = { bytes: Buffer.alloc(0) };
    const content = { ...memory(), facts: () => ({ size, crc32: 0, digests: { sha256: '00' } }) };
    const [first] = tar([{ type: 'file', path: 'big', mode: 0o644, size, source }], content, { dialect, mtime: 0 });
    return first as Buffer;
  }

  it('keeps 8 GiB - 1 octal', () => {
    assert.equal(field(header(8 ** 11 - 1, 'gnu'), 124, 12), '77777777777.');
    assert.equal(header(8 ** 11 - 1, 'pax').length, 512);
  });

  it('writes 8 GiB and more in base 256', () => {
    assert.equal(header(8 ** 11, 'gnu').toString('hex', 124, 136), '800000000000000200000000');
    assert.equal(header(2 ** 53 - 1, 'gnu').toString('hex', 124, 136), '80000000001fffffffffffff');
  });

  it('writes 8 GiB and more as PAX record', () => {
    const pieces = header(8 ** 11, 'pax');
    assert.equal(field(block(pieces, 1), 0, 20), '19 size=8589934592\n.');
    assert.equal(field(block(pieces, 2), 124, 12), '00000000000.');
  });
});

describe('what tar refuses', () => {
  const bad: readonly [string, Member][] = [
    ['a NUL in a path', file('a\0b')],
    ['a NUL in a target', symlink('a', 'b\0c')],
    ['an empty path', file('')],
    ['an empty target', symlink('a', '')],
    ['an absolute path', file('/etc/passwd')],
    ['a climbing path', file('a/../../b')],
    ['a dot in a path', file('./a')],
    ['an empty part', file('a//b')],
    ['a trailing slash', directory('a/')],
    ['a lone surrogate', file('a\ud800')],
    ['a path over 64 KiB', file('n'.repeat(65_536))],
    ['a negative size', { ...file('a'), size: -1 }],
    ['a fractional size', { ...file('a'), size: 0.5 }],
    ['a mode with type bits', file('a', '', 0o100644)],
    ['a negative mode', file('a', '', -1)],
    ['content of another size', { ...file('a', 'hello'), size: 4 }],
    ['big content of another size', { ...file('a', Buffer.alloc(SEGMENT_MIN)), size: SEGMENT_MIN + 1 }],
  ];
  for (const [what, member] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(() => write([member], PAX), RangeError);
    });
  }

  it('refuses a path met twice', () => {
    assert.throws(() => write([file('a'), directory('a')], PAX), /another member has this path/);
  });

  it('refuses line feeds dpkg stops at', () => {
    assert.throws(() => write([file('a\nb')], GNU), RangeError);
    assert.throws(() => write([symlink('a', 'b\nc')], GNU), RangeError);
    assert.equal(write([file('a\nb')], PAX).length, 512 * 3);
  });

  it('refuses times before 1970 and fractions', () => {
    assert.throws(() => write([], { ...PAX, mtime: -1 }), RangeError);
    assert.throws(() => write([], { ...PAX, mtime: 1.5 }), RangeError);
    assert.throws(() => write([], { ...PAX, mtime: 8 ** 11 }), RangeError);
  });

  it('refuses owners no header holds', () => {
    const owner = { uid: 0, gid: 0, user: 'root', group: 'root' };
    assert.throws(() => write([], { ...PAX, owner: { ...owner, user: 'u'.repeat(32) } }), RangeError);
    assert.throws(() => write([], { ...PAX, owner: { ...owner, uid: 8 ** 7 } }), RangeError);
    assert.throws(() => write([], { ...PAX, owner: { ...owner, group: 'a\0b' } }), RangeError);
  });
});
