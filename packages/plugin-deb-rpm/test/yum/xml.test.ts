import assert from 'node:assert/strict';
import { attributes, childrenOf, escapeText, firstElement } from '../../src/yum/xml.ts';

describe('the XML of yum', () => {
  it('escapes what would be markup', () => {
    assert.equal(escapeText('a < b & "c" > d'), 'a &lt; b &amp; "c" &gt; d');
    assert.equal(attributes({ a: '"<&\n', b: undefined, c: 1 }), ' a="&quot;&lt;&amp;&#10;" c="1"');
  });

  it('drops what XML has no place for', () => assert.equal(escapeText('a\0\u0008b\u001b[0m\ud800c\u{1f600}'), 'ab[0mc\u{1f600}'));

  it('reads attributes in any order and both quotes', () => {
    const { attributes: found } = firstElement(`<x b='2' a="&lt;&#65;&#x42;"/>`, 'x') ?? assert.fail();
    assert.deepEqual(
      [...found],
      [
        ['b', '2'],
        ['a', '<AB'],
      ],
    );
  });

  it('takes no element for one that begins like it', () =>
    assert.equal(firstElement('<packager>x</packager><package>y</package>', 'package')?.text, 'y'));

  it('gives children as they are written', () => {
    const xml = `<?xml version="1.0"?>\n<r packages="2">\n<p a="1">\n x</p> <p><pq/></p>\n</r>\n`;
    assert.deepEqual(childrenOf(xml, 'r', 'p'), ['<p a="1">\n x</p>', '<p><pq/></p>']);
  });

  for (const [what, xml] of Object.entries({
    'another root': '<q></q>',
    'a root cut off': '<r><p></p>',
    'a child cut off': '<r><p></r>',
    'another child': '<r><q></q></r>',
    'text between children': '<r>x<p></p></r>',
    'something after it': '<r></r><r></r>',
    comments: '<r><!-- <p></p> --></r>',
    'a document type': '<!DOCTYPE r [<!ENTITY a "b">]><r></r>',
  })) {
    it(`refuses ${what}`, () => assert.equal(childrenOf(xml, 'r', 'p'), undefined));
  }
});
