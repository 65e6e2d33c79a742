import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clean, cleanBlock, cleanLine, cut, formatBytes, formatDuration, formatTable, isLive, painter } from '../../src/report/terminal.ts';
import { keptStream } from './stream.ts';

describe('clean', () => {
  it('removes colours and cursor moves', () => {
    assert.equal(clean('\u001b[31mred\u001b[0m \u001b[2Aup'), 'red up');
  });

  it('removes window titles and links', () => {
    assert.equal(clean('\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b'), 'ab');
  });

  it('removes single-byte escapes', () => {
    assert.equal(clean('a\u009b31mb\u0007\u0008c'), 'abc');
  });

  it('removes bidirectional overrides', () => {
    assert.equal(clean('user\u202e\u2066exe\u2069'), 'userexe');
  });

  it('keeps tabs, newlines and letters of any script', () => {
    assert.equal(clean('naïve\t日本\nпуть'), 'naïve\t日本\nпуть');
  });

  it('leaves no control character of any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        assert.doesNotMatch(clean(text), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('cleanLine', () => {
  it('joins lines with a space', () => {
    assert.equal(cleanLine('one\r\n  two\nthree'), 'one two three');
  });
});

describe('cleanBlock', () => {
  it('marks continued lines', () => {
    assert.equal(cleanBlock('one\n::error::two\n'), 'one\n  | ::error::two');
  });
});

describe('painter', () => {
  const terminal = keptStream({ isTTY: true });
  const pipe = keptStream();

  it('paints on a terminal', () => {
    assert.equal(painter(terminal, {})('red', 'x'), '\u001b[31mx\u001b[39m');
  });

  it('leaves pipes alone', () => {
    assert.equal(painter(pipe, {})('red', 'x'), 'x');
  });

  it('obeys NO_COLOR', () => {
    assert.equal(painter(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' })('red', 'x'), 'x');
  });

  it('obeys FORCE_COLOR', () => {
    assert.equal(painter(pipe, { FORCE_COLOR: '1' })('red', 'x'), '\u001b[31mx\u001b[39m');
  });

  it('takes FORCE_COLOR=0 as no', () => {
    assert.equal(painter(terminal, { FORCE_COLOR: '0' })('red', 'x'), 'x');
  });

  it('leaves dumb terminals alone', () => {
    assert.equal(painter(terminal, { TERM: 'dumb' })('red', 'x'), 'x');
  });
});

describe('isLive', () => {
  it('is a terminal outside CI', () => {
    const answers = [isLive(keptStream({ isTTY: true }), {}), isLive(keptStream({ isTTY: true }), { CI: 'true' }), isLive(keptStream(), {})];
    assert.deepEqual(answers, [true, false, false]);
  });
});

describe('cut', () => {
  it('keeps what fits', () => {
    assert.equal(cut('12345', 6), '12345');
  });

  it('marks what it cuts', () => {
    assert.equal(cut('1234567', 6), '12345…');
  });

  it('counts wide characters twice', () => {
    assert.equal(cut('日本語', 6), '日本…');
  });
});

describe('formatBytes', () => {
  it('uses powers of 1000', () => {
    assert.deepEqual([0, 999, 1000, 1_234_567, 999_950_000, 5e13].map(formatBytes), ['0 B', '999 B', '1.0 kB', '1.2 MB', '1.0 GB', '50.0 TB']);
  });
});

describe('formatDuration', () => {
  it('takes the unit that reads well', () => {
    assert.deepEqual([0.4, 85, 1234, 59_940, 59_960, 185_000].map(formatDuration), ['0 ms', '85 ms', '1.2 s', '59.9 s', '1m 00s', '3m 05s']);
  });
});

describe('formatTable', () => {
  it('aligns columns and cleans cells', () => {
    assert.equal(
      formatTable([
        ['a\u001b[2J', 'one'],
        ['long', 'two\nthree'],
      ]),
      '  a     one\n  long  two three',
    );
  });
});
