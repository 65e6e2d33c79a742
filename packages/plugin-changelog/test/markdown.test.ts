import assert from 'node:assert/strict';
import { markdownText, printable } from '../src/markdown.ts';

describe('markdownText', () => {
  it('shows markup instead of obeying it', () => {
    assert.equal(markdownText('<img src=x onerror=y> [a](javascript:b) **c**'), '\\<img src=x onerror=y> \\[a\\](javascript:b) \\*\\*c\\*\\*');
    assert.equal(markdownText('![x](https://t.example/p)'), '!\\[x\\](https\\://t.example/p)');
  });

  it('begins no heading, list or rule', () => {
    assert.deepEqual(['# a', '- a', '1. a', '=== a', '> a'].map(markdownText), ['\\# a', '\\- a', '1\\. a', '\\=== a', '\\> a']);
  });

  it('escapes no more than it must', () => {
    assert.equal(markdownText('snake_case _x_ a & b &lt; #12 1.5!'), 'snake_case \\_x\\_ a & b \\&lt; #12 1.5!');
  });

  it('makes no link of an address', () => {
    assert.equal(markdownText('http://a.example www.b.example c@d.example'), 'http\\://a.example www\\.b.example c\\@d.example');
  });

  it('keeps code spans', () => {
    assert.equal(markdownText('use `a_b*` and `'), 'use `a_b*` and \\`');
  });

  it('lets no backslash undo an escape', () => {
    assert.equal(markdownText('\\<b>'), '\\\\\\<b>');
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
