import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import type { ContentRule } from '../../src/config/config.ts';
import type { FileEntry } from '../../src/model/entry.ts';
import { entryAt, Project } from './stage-fixture.ts';

const ELF = Buffer.from('7f454c4602010100', 'hex');

describe('file entries', () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());

  function staged(content: string | Uint8Array, rule: Partial<ContentRule> & { readonly to: string }, os = 'linux'): FileEntry {
    const entry = entryAt(project.files({ source: content }).stage([{ from: 'source', ...rule }], { os }), rule.to);
    assert.equal(entry?.type, 'file');
    return entry as FileEntry;
  }

  describe('modes', () => {
    const cases: readonly (readonly [
      what: string,
      mode: number,
      content: string | Uint8Array,
      rule: Partial<ContentRule> & { readonly to: string },
    ])[] = [
      ['a binary by role', 0o755, 'text', { to: 'x', role: 'binary' }],
      ['what is in bin', 0o755, 'text', { to: 'bin/x' }],
      ['an ELF file', 0o755, ELF, { to: 'libexec/x' }],
      ['a script', 0o755, '#!/bin/sh\n', { to: 'share/x.sh' }],
      ['an .exe', 0o755, 'MZ\0\0', { to: 'x.exe' }],
      ['a DLL', 0o644, 'MZ\0\0', { to: 'x.dll' }],
      ['data', 0o644, 'text', { to: 'x' }],
      ['an empty file', 0o644, '', { to: 'x' }],
      ['a written mode', 0o600, ELF, { to: 'x', mode: 0o600 }],
      ['a written mode in bin', 0o4755, ELF, { to: 'bin/x', mode: 0o4755 }],
    ];
    for (const [what, mode, content, rule] of cases) it(`${mode.toString(8)} for ${what}`, () => assert.equal(staged(content, rule).mode, mode));

    it('never come from disk', () => {
      project.files({ source: 'text' });
      chmodSync(project.path('source'), 0o777);
      assert.equal(staged('text', { to: 'x' }).mode, 0o644);
    });
  });

  describe('roles', () => {
    it('are those of the rule', () => assert.equal(staged(ELF, { to: 'bin/x', role: 'config' }).role, 'config'));
    it('come from the place', () => assert.equal(staged('x', { to: 'share/man/man1/x.1' }).role, 'man'));
    it('come from the first bytes', () => assert.equal(staged(ELF, { to: 'libexec/x' }).role, 'binary'));
    it('take scripts for data', () => assert.equal(staged('#!/bin/sh', { to: 'lib/x' }).role, 'data'));
    it('take object files for data', () => assert.equal(staged(ELF, { to: 'lib/x.o' }).role, 'data'));
  });

  it('carry the owner of the rule', () => {
    const { owner, group } = staged('x', { to: 'x', owner: 'acme' });
    assert.deepEqual([owner, group], ['acme', 'root']);
  });

  it('say where the bytes are', () => {
    const { size, source } = staged('12345', { to: 'x' });
    assert.equal(size, 5);
    assert.deepEqual(Object.keys(source), ['file', 'size', 'mtimeMs']);
  });

  describe('line ends', () => {
    function eolOf(
      content: string | Uint8Array,
      to: string,
      { os = 'windows', ...rule }: Partial<ContentRule> & { readonly os?: string } = {},
    ): readonly unknown[] {
      const { size, source } = staged(content, { to, ...rule }, os);
      return [size, 'eol' in source ? source.eol : undefined];
    }

    it('become CRLF in text for Windows', () => assert.deepEqual(eolOf('a\nb\n', 'x.txt'), [6, 'crlf']));
    it('become CRLF in a LICENSE', () => assert.deepEqual(eolOf('a\nb', 'LICENSE-MIT'), [4, 'crlf']));
    it('count only bare LFs', () => assert.deepEqual(eolOf('a\r\nb\n\rc\r', 'x.md'), [9, 'crlf']));
    it('stay in text that has CRLF', () => assert.deepEqual(eolOf('a\r\nb\r\n', 'x.txt'), [6, undefined]));
    it('stay in data', () => assert.deepEqual(eolOf('a\nb\n', 'x.json'), [4, undefined]));
    it('stay in scripts', () => assert.deepEqual(eolOf('a\nb\n', 'x.nu'), [4, undefined]));
    it('stay behind #!', () => assert.deepEqual(eolOf('#!/bin/sh\n', 'x.txt'), [10, undefined]));
    it('stay in what holds a NUL', () => assert.deepEqual(eolOf('a\n\0\n', 'x.txt'), [4, undefined]));
    it('become CRLF in batch files', () => assert.deepEqual(eolOf('@echo off\n', 'x.CMD'), [11, 'crlf']));
    it('stay elsewhere', () => assert.deepEqual(eolOf('a\n', 'x.txt', { os: 'linux' }), [2, undefined]));
    it('stay where the rule says keep', () => assert.deepEqual(eolOf('a\n', 'x.txt', { eol: 'keep' }), [2, undefined]));
    it('become LF where the rule says so', () => assert.deepEqual(eolOf('a\r\nb\r', 'x.json', { eol: 'lf', os: 'linux' }), [4, 'lf']));
    it('become CRLF where the rule says so', () => assert.deepEqual(eolOf('#!x\n', 'x.sh', { eol: 'crlf', os: 'linux' }), [5, 'crlf']));
    it('are counted over the pieces read', () => {
      const text = `${'x'.repeat(256 * 1024 - 1)}\r\n${'y'.repeat(10)}\n`;
      assert.deepEqual(eolOf(text, 'x.txt'), [text.length + 1, 'crlf']);
    });
  });

  it('cannot be made of sockets', async () => {
    const server = createServer().listen(project.path('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const complaints = project.complaints([{ from: 'socket' }, { from: '*' }]);
    await new Promise((resolve) => server.close(resolve));
    const expected = `stage-special-file: Cannot stage "${project.path('socket')}": it is a socket, a pipe or a device`;
    assert.deepEqual(complaints, [expected, expected]);
  });
});
