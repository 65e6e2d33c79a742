import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { checkedTitle, readBody } from '../../src/lifecycle/notify-texts.ts';

describe('a title', () => {
  it('is one line', () => assert.equal(checkedTitle('Größer – schneller 🚀'), 'Größer – schneller 🚀'));

  for (const [what, title] of [
    ['nothing', ' '],
    ['two lines', 'a\nb'],
    ['an escape sequence', 'a\x1b[31mb'],
    ['a novel', 'x'.repeat(301)],
  ] as const) {
    it(`is not ${what}`, () => assert.throws(() => checkedTitle(title), { code: 'message-title', exit: 2 }));
  }
});

describe('a body', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'body-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function body(content: string | Uint8Array): string {
    const file = join(folder, 'notes.md');
    writeFileSync(file, content);
    return readBody(file);
  }

  it('has line feeds', () => assert.equal(body('# A\r\n\r\n\t- b\rc\n'), '# A\n\n\t- b\nc\n'));
  it('has no byte order mark', () => assert.equal(body('\ufeff# A\n'), '# A\n'));

  for (const [what, content] of [
    ['nothing', '\n\n'],
    ['an escape sequence', 'a\x1b]0;x\x07'],
    ['another encoding', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65])],
  ] as const) {
    it(`is not ${what}`, () => assert.throws(() => body(content), { code: 'message-body', exit: 2 }));
  }

  it('is not a folder', () => {
    mkdirSync(join(folder, 'notes'));
    assert.throws(() => readBody(join(folder, 'notes')), { code: 'message-body', message: /it is no file$/ });
  });

  it('is not missing', () => {
    assert.throws(() => readBody(join(folder, 'none.md')), { code: 'message-body', message: /ENOENT/ });
  });

  it('is not a book', () => {
    const file = join(folder, 'book.md');
    writeFileSync(file, 'x');
    truncateSync(file, 1024 * 1024 + 1);
    assert.throws(() => readBody(file), { code: 'message-body', message: /it has 1048577 bytes$/ });
  });
});
