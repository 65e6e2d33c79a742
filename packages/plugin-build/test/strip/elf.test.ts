import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stripElf } from '../../src/strip/elf.ts';

/** Elf64_Shdr of a small program, little-endian: name, type, flags, contents, link, info. */
type Row = readonly [name: string, type: number, flags: number, content: string, link?: number, info?: number];

/** A program of sections that follow each other, the table of them last, as linkers write it. */
function program(rows: readonly Row[], tail = ''): Buffer {
  const all: readonly Row[] = [['', 0, 0, ''], ...rows, ['.shstrtab', 3, 0, `\0${rows.map(([name]) => `${name}\0`).join('')}.shstrtab\0`]];
  const names = `\0${[...rows.map(([name]) => name), '.shstrtab'].map((name) => `${name}\0`).join('')}`;
  const header = Buffer.alloc(64);
  header.write('7f454c46020101', 0, 'hex');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  let at = 64;
  const table = all.map(([name, type, flags, content, link = 0, info = 0]) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(name === '' ? 0 : names.indexOf(`\0${name}\0`) + 1, 0);
    entry.writeUInt32LE(type, 4);
    entry.writeBigUInt64LE(BigInt(flags), 8);
    entry.writeBigUInt64LE(BigInt(at), 24);
    entry.writeBigUInt64LE(BigInt(content.length), 32);
    entry.writeUInt32LE(link, 40);
    entry.writeUInt32LE(info, 44);
    at += content.length;
    return entry;
  });
  header.writeBigUInt64LE(BigInt(at), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(all.length, 60);
  header.writeUInt16LE(all.length - 1, 62);
  return Buffer.concat([header, Buffer.from(all.map(([, , , content]) => content).join(''), 'latin1'), ...table, Buffer.from(tail)]);
}

const [PROGBITS, SYMTAB, STRTAB, RELA] = [1, 2, 3, 4];
const ALLOC = 2;
const TEXT: Row = ['.text', PROGBITS, ALLOC, 'code of the program'];
const COMMENT: Row = ['.comment', PROGBITS, 0, 'made by hand'];
const FULL: readonly Row[] = [
  TEXT,
  ['.debug_info', PROGBITS, 0, 'the lines of it'],
  ['.rela.debug_info', RELA, 0, 'relocation', 5, 2],
  COMMENT,
  ['.symtab', SYMTAB, 0, 'symbols', 6],
  ['.strtab', STRTAB, 0, 'names of symbols'],
];

/** Name and content of each section, by the gABI's offsets. */
function sectionsOf(bytes: Buffer): readonly (readonly [string, string])[] {
  const [table, count, names] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(60), bytes.readUInt16LE(62)];
  const contentOf = (index: number): string => {
    const at = Number(bytes.readBigUInt64LE(table + index * 64 + 24));
    return bytes.toString('latin1', at, at + Number(bytes.readBigUInt64LE(table + index * 64 + 32)));
  };
  return Array.from({ length: count }, (_, index) => {
    const nameAt = bytes.readUInt32LE(table + index * 64);
    return [contentOf(names).slice(nameAt).split('\0')[0] ?? '', contentOf(index)] as const;
  });
}

describe('stripElf', () => {
  it('takes symbols, debug sections and their relocations', () => {
    const stripped = stripElf(program(FULL)) ?? Buffer.alloc(0);
    assert.deepEqual(sectionsOf(stripped).slice(0, 3), [
      ['', ''],
      ['.text', 'code of the program'],
      ['.comment', 'made by hand'],
    ]);
    assert.equal(sectionsOf(stripped).length, 4);
    assert.ok(!stripped.includes('symbols'));
  });

  it('leaves what is loaded where it is', () => {
    const whole = program(FULL);
    const at = whole.indexOf('code of the program');
    assert.equal(stripElf(whole)?.indexOf('code of the program'), at);
  });

  it('changes nothing the second time', () => {
    const once = stripElf(program(FULL)) ?? Buffer.alloc(0);
    assert.equal(stripElf(once), once);
  });

  it('keeps a program without symbols as it is', () => {
    const whole = program([TEXT, COMMENT]);
    assert.equal(stripElf(whole), whole);
  });

  it('refuses data behind the program', () => {
    assert.equal(stripElf(program(FULL, 'an archive that unpacks itself')), undefined);
  });

  it('refuses to move the number of what is loaded', () => {
    assert.equal(stripElf(program([['.debug_info', PROGBITS, 0, 'x'], TEXT])), undefined);
  });

  for (const [what, bytes] of [
    ['text', Buffer.from('#!/bin/sh\n'.repeat(20))],
    ['a header alone', program(FULL).subarray(0, 64)],
    ['a program cut off', program(FULL).subarray(0, 400)],
  ] as const)
    it(`refuses ${what}`, () => assert.equal(stripElf(bytes), undefined));

  it('reads any bytes without failing', () => {
    const whole = program(FULL);
    const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at, value } of changes) bytes[at] = value;
        const stripped = stripElf(bytes);
        assert.ok(stripped === undefined || stripped.length <= bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});
