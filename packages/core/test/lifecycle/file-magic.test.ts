import assert from 'node:assert/strict';
import { isExecutable, magicOf } from '../../src/lifecycle/file-magic.ts';

describe('magicOf', () => {
  const cases: readonly (readonly [what: string, hex: string, magic: string | undefined])[] = [
    ['ELF', '7f454c4602010100', 'elf'],
    ['64-bit little-endian Mach-O', 'cffaedfe07000001', 'macho'],
    ['32-bit big-endian Mach-O', 'feedface00000012', 'macho'],
    ['a universal binary', 'cafebabe00000002', 'macho'],
    ['a 64-bit universal binary', 'cafebabf00000002', 'macho'],
    ['a Java class', 'cafebabe00000034', undefined],
    ['a script', '23212f62696e2f73', 'script'],
    ['a two-byte script', '2321', 'script'],
    ['PE', '4d5a900003000000', 'pe'],
    ['text', '68656c6c6f0a0a0a', undefined],
    ['an empty file', '', undefined],
    ['a torn ELF', '7f454c', undefined],
  ];
  for (const [what, hex, magic] of cases) it(`knows ${what}`, () => assert.equal(magicOf(Buffer.from(hex, 'hex')), magic));
});

describe('isExecutable', () => {
  it('takes PE for run as .exe only', () => assert.deepEqual([isExecutable('pe', 'a.EXE'), isExecutable('pe', 'a.dll')], [true, false]));
  it('takes scripts for run', () => assert.equal(isExecutable('script', 'a'), true));
  it('takes the rest for data', () => assert.equal(isExecutable(undefined, 'a.exe'), false));
});
