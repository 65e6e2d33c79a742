import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { splitArgv } from '../../src/config/hook-argv.ts';

describe('a hook written as text', () => {
  const split: readonly (readonly [string, readonly string[]])[] = [
    ['cargo audit', ['cargo', 'audit']],
    ['  a \t b  ', ['a', 'b']],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`a b"c d"'e f'g`, ['a', 'bc de fg']],
    [`a "" ''`, ['a', '', '']],
    [`a 'it is "said"' "it's"`, ['a', 'it is "said"', "it's"]],
    [`a 'x | y && $z \`w\`'`, ['a', 'x | y && $z `w`']],
    [`a "x | y > z; (w)"`, ['a', 'x | y > z; (w)']],
    ['tools\\scan.exe C:\\x', ['tools\\scan.exe', 'C:\\x']],
    ['a {version} {{x}} ~ * ? [y] # !', ['a', '{version}', '{{x}}', '~', '*', '?', '[y]', '#', '!']],
    ['a -- --b', ['a', '--', '--b']],
    ['./é "日本 語"', ['./é', '日本 語']],
  ];
  for (const [text, expected] of split) it(`is split: ${text}`, () => assert.deepEqual(splitArgv(text), expected));

  const refused: readonly (readonly [string, RegExp])[] = [
    ['a | b', /holds \|/],
    ['a > b', /holds >/],
    ['a < b', /holds </],
    ['a && b', /holds &/],
    ['a; b', /holds ;/],
    ['a $HOME', /holds \$/],
    ['a "$HOME"', /holds \$/],
    ['a "`id`"', /holds `/],
    ['a $(id)', /holds \$/],
    ['(a)', /holds \(/],
    ['a\nb', /line break/],
    ['a \0', /control character/],
    ['a \u001b[2J', /control character/],
    ['a "b', /" is never closed/],
    ["a 'b", /' is never closed/],
    ['', /names no program/],
    ['   ', /names no program/],
    ['"" a', /names no program/],
    ['--version', /begins with an option/],
    ['X=1 a', /begins with a variable/],
  ];
  for (const [text, state] of refused) {
    it(`is refused: ${JSON.stringify(text)}`, () => {
      const answer = splitArgv(text);
      assert.ok('state' in answer);
      assert.match(answer.state, state);
      assert.ok(answer.hint.length > 0);
    });
  }

  it('is split in linear time', () => {
    const begun = performance.now();
    const argv = splitArgv(`a ${`"b"'c' `.repeat(50_000)}`) as readonly string[];
    assert.equal(argv.length, 50_001);
    assert.ok(performance.now() - begun < 1000);
  });
});
