import assert from 'node:assert/strict';
import { readElf } from '@provisioning-dist/payload';
import { elf } from '../../../payload/test/elf-file.ts';
import { suggestedDepends } from '../../src/deb/read/programs.ts';

describe('suggested relations', () => {
  it('are the packages of libraries, with the newest libc asked for', () => {
    const program = readElf(
      elf({
        needed: ['libc.so.6', 'libssl.so.3', 'libfoo-2.0.so.0', 'libown.so.1'],
        interpreter: '/x',
        versions: [['libc.so.6', ['GLIBC_2.9', 'GLIBC_2.34', 'GLIBC_2.3.4']]],
      }),
    );
    assert.deepEqual(suggestedDepends(program ? [program] : [], new Set(['libown.so.1'])), ['libc6 (>= 2.34)', 'libfoo-2.0-0', 'libssl3']);
  });

  it('are none for static programs', () => {
    const program = readElf(elf({ type: 2, dynamic: false }));
    assert.deepEqual(suggestedDepends(program ? [program] : []), []);
  });
});
