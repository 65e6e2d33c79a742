import assert from 'node:assert/strict';
import { type Changelog, changelogText } from '../../src/versions/preview.ts';

describe('changelogText', () => {
  /** C1 control, soft hyphen, direction, Mongolian separator, Hangul filler, variation selector, tag letter. */
  const HIDDEN = ['\u009b', '\u00ad', '\u202e', '\u180e', '\u3164', '\ufe0f', '\u{e0041}'];

  function changelog(text: string): Changelog {
    return { name: 'a', version: '1.0.0', to: 'HEAD', notes: text, changes: [{ commit: 'a'.repeat(40), subject: text, references: [] }] };
  }

  it('holds nothing unseen as text', () => {
    for (const hidden of HIDDEN) assert.equal(changelogText(changelog(`x${hidden}y`), 'text'), 'aaaaaaa x y');
  });

  it('escapes what is unseen in JSON', () => {
    const given = changelog(`x${HIDDEN.join('')}y ü 😀`);
    const json = changelogText(given, 'json');
    assert.ok(json.includes('"x\\u009b\\u00ad\\u202e\\u180e\\u3164\\ufe0f\\udb40\\udc41y ü 😀"'), json);
    assert.deepEqual(JSON.parse(json), given);
  });
});
