import assert from 'node:assert/strict';
import { type Elf, readElf } from '@provisioning-dist/payload';
import { type Building, elf } from '../../../payload/test/elf-file.ts';
import { suggestedDepends } from '../../src/deb/libraries.ts';
import { debContents } from '../../src/deb/package.ts';
import { readDeb } from '../../src/deb/read/read.ts';
import { file, makeDeb, sampleEntries, sorted, sourceOf, withContents } from '../package.ts';

function program(building: Building): readonly Elf[] {
  const found = readElf(elf({ interpreter: '/lib/ld.so', ...building }));
  assert.ok(found);
  return [found];
}

const GLIBC = (...names: readonly string[]): Building => ({ needed: ['libc.so.6'], versions: [['libc.so.6', names]] });

describe('suggested relations', () => {
  it('are the packages of libraries, with the newest libc asked for', () => {
    const asked = program({ ...GLIBC('GLIBC_2.9', 'GLIBC_2.34', 'GLIBC_2.3.4'), needed: ['libc.so.6', 'libssl.so.3', 'libz.so.1'] });
    assert.deepEqual(suggestedDepends(asked), { relations: ['libc6 (>= 2.34)', 'libssl3', 'zlib1g'], unknown: [] });
  });

  it('guess no package from a name', () => {
    const asked = program({ needed: ['libfoo-2.0.so.0', 'libc.musl-x86_64.so.1', 'libown.so.1'] });
    assert.deepEqual(suggestedDepends(asked, new Set(['libown.so.1'])), { relations: [], unknown: ['libc.musl-x86_64.so.1', 'libfoo-2.0.so.0'] });
  });

  it('know the version relative relocations came with', () => {
    assert.deepEqual(suggestedDepends(program(GLIBC('GLIBC_2.34', 'GLIBC_ABI_DT_RELR'))).relations, ['libc6 (>= 2.36)']);
    assert.deepEqual(suggestedDepends(program(GLIBC('GLIBC_ABI_DT_RELR', 'GLIBC_2.38'))).relations, ['libc6 (>= 2.38)']);
  });

  it('are none for static programs', () => {
    assert.deepEqual(suggestedDepends([readElf(elf({ type: 2, dynamic: false })) as Elf]), { relations: [], unknown: [] });
  });
});

/** Its tables are behind everything that is read at once. */
const LARGE = elf({ interpreter: '/lib/ld.so', ...GLIBC('GLIBC_2.17'), needed: ['libc.so.6', 'libz.so.1', 'libfoo.so.1'], away: 20_000_000 });

function withProgram(path = 'bin/large') {
  return sorted([...sampleEntries(), file(path, LARGE, { mode: 0o755, role: 'binary' })]);
}

async function dependsOf(options: Readonly<Record<string, unknown>>, path?: string): Promise<string | undefined> {
  return withContents({ entries: withProgram(path), options }, (job) => {
    const control = debContents(job).control.find((member) => member.path === 'control');
    assert.ok(control?.type === 'file' && 'bytes' in control.source);
    return /^Depends: (.+)$/m.exec(Buffer.from(control.source.bytes).toString())?.[1];
  });
}

describe('programs in a deb', () => {
  it('are told when they are not stripped', async () => {
    const entries = sorted(
      (
        [
          [2, 2],
          [3, 2],
          [3, 11],
          [1, 2],
        ] as const
      ).map(([type, section], index) => file(`libexec/acme/${index}`, elf({ type, section }), { mode: 0o755, role: 'binary' })),
    );
    const problems = await readDeb(sourceOf(await makeDeb({ entries })));
    assert.deepEqual(
      problems.filter(({ code }) => code === 'deb-symbols').map(({ subject }) => subject),
      ['usr/libexec/acme/0', 'usr/libexec/acme/1'],
    );
  });

  it('are told when their packages are not named', async () => {
    const deb = await makeDeb({ entries: withProgram(), options: { depends: 'zlib1g', codec: 'none' } });
    const problems = await readDeb(sourceOf(deb));
    assert.deepEqual(
      problems.filter(({ code }) => /depends|libraries/.test(code)).map(({ code, message }) => `${code}: ${message}`),
      [
        'deb-depends: Its programs need what "depends" does not name: libc6 (>= 2.17)',
        'deb-libraries: Its programs need libraries whose packages only "depends" can name: libfoo.so.1',
      ],
    );
  });

  it('add nothing unless asked', async () => assert.equal(await dependsOf({}), undefined));

  it('add the packages that are known', async () => {
    assert.equal(await dependsOf({ autoDepends: true, depends: 'adduser' }), 'adduser, libc6 (>= 2.17), zlib1g');
    assert.equal(await dependsOf({ autoDepends: true, depends: 'libc6 (>= 2.31) | musl' }), 'libc6 (>= 2.31) | musl, zlib1g');
  });

  it('need none of their own libraries', async () => {
    assert.equal(await dependsOf({ autoDepends: true }, 'lib/libz.so.1'), 'libc6 (>= 2.17)');
  });
});
