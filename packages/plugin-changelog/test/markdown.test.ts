import assert from 'node:assert/strict';
import { markdownText, printable } from '../src/markdown.ts';

describe('markdownText', () => {
  it('shows markup instead of obeying it', () => {
    assert.equal(markdownText('<img src=x onerror=y> [a](javascript:b) **c**'), '\\<img src=x onerror=y\\> \\[a\\](javascript:b) \\*\\*c\\*\\*');
    assert.equal(markdownText('![x](https://t.example/p)'), '\\!\\[x\\](https\\://t.example/p)');
  });

  it('begins no heading, list or rule', () => {
    assert.deepEqual(['# a', '- a', '1. a', '=== a'].map(markdownText), ['\\# a', '\\- a', '1\\. a', '\\=== a']);
  });

  it('keeps code spans', () => {
    assert.equal(markdownText('use `a_b*` and `'), 'use `a_b*` and \\`');
  });

  it('lets no backslash undo an escape', () => {
    assert.equal(markdownText('\\<b>'), '\\\\\\<b\\>');
  });
});

describe('printable', () => {
  it('drops what a terminal obeys', () => {
    assert.equal(printable('a\u001b[31mred\u001b]8;;http://x\u0007b\u009b2J'), 'a[31mred]8;;http://xb2J');
  });

  it('drops what turns or hides text', () => {
    assert.equal(printable('user\u202Efdp.exe\u200B'), 'userfdp.exe');
  });

  it('is one line', () => {
    assert.equal(printable('a\r\n\n# b\u2028c'), 'a # b c');
  });
});
