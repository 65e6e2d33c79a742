import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createOutput } from '../../src/lifecycle/exec-output.ts';

/** What reaches the log, and the tail, of output that comes in these pieces. */
function follow(...pieces: readonly (string | Uint8Array)[]): { readonly lines: readonly string[]; readonly tail: readonly string[] } {
  const lines: string[] = [];
  const output = createOutput((line) => lines.push(line));
  for (const piece of pieces) output.take(Buffer.from(piece));
  output.end();
  return { lines, tail: output.tail() };
}

describe('the output of a program', () => {
  it('is logged by lines, whatever ends them', () => assert.deepEqual(follow('a\nb\r\nc\rd\n\ne').lines, ['a', 'b', 'c', 'd', 'e']));

  it('is the same however it is cut', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '日', '\n', '\r', '\r\n'), { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.nat(), (whole, at) => {
        const bytes = Buffer.from(whole);
        const cut = at % (bytes.length + 1);
        assert.deepEqual(follow(bytes.subarray(0, cut), bytes.subarray(cut)), follow(bytes));
      }),
    );
  });

  it('ends in a tail of twenty lines', () => {
    const { tail } = follow(Array.from({ length: 50 }, (_, index) => `line ${index + 1}\n`).join(''));
    assert.deepEqual([tail.length, tail[0], tail.at(-1)], [20, 'line 31', 'line 50']);
  });

  it('has no part of a line that is too long', () => {
    const secret = 'hunter22';
    const { lines, tail } = follow('a\n', 'x'.repeat(65_530), secret, 'y'.repeat(65_530), '\nb\n');
    assert.deepEqual(lines, ['a', '(a line of more than 64 KiB)', 'b']);
    assert.deepEqual(tail, lines);
  });

  it('has no part of a long line in its tail', () => {
    const { lines, tail } = follow(`${'x'.repeat(1001)}\n`);
    assert.deepEqual([lines[0]?.length, tail], [1001, ['(a line of 1001 characters)']]);
  });

  it('stops at 16 MiB in the log, not in the tail', () => {
    const mib = `${'x'.repeat(1023)}\n`.repeat(1024);
    const { lines, tail } = follow(...Array.from({ length: 17 }, () => mib), 'end\n');
    assert.equal(lines.length, 16 * 1024);
    assert.equal(lines.at(-1), '(more than 16 MiB: the rest is left out)');
    assert.equal(tail.at(-1), 'end');
  });
});
