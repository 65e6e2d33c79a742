import assert from 'node:assert/strict';
import { convertLineEnds } from '../src/index.ts';

function convert(text: string, eol: 'lf' | 'crlf'): string {
  return Buffer.from(convertLineEnds(Buffer.from(text), eol)).toString();
}

describe('convertLineEnds', () => {
  it('puts a CR before bare LFs', () => {
    assert.equal(convert('a\nb\r\n\nc', 'crlf'), 'a\r\nb\r\n\r\nc');
  });

  it('starts with an LF', () => {
    assert.equal(convert('\n', 'crlf'), '\r\n');
  });

  it('leaves a lone CR alone', () => {
    assert.equal(convert('a\rb\n', 'crlf'), 'a\rb\r\n');
    assert.equal(convert('a\rb\r\n', 'lf'), 'a\rb\n');
  });

  it('removes only the CR of a CRLF', () => {
    assert.equal(convert('a\r\r\nb\r\n', 'lf'), 'a\r\nb\n');
  });

  it('takes empty text', () => {
    assert.equal(convert('', 'crlf'), '');
    assert.equal(convert('', 'lf'), '');
  });
});
