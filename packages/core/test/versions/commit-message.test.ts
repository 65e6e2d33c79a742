import assert from 'node:assert/strict';
import { parseCommitMessage } from '../../src/model/commit-message.ts';

describe('parseCommitMessage', () => {
  it('reads type, scope and subject', () => {
    assert.deepEqual(parseCommitMessage('feat(cli): add a flag'), { type: 'feat', scope: 'cli', subject: 'add a flag', references: [] });
  });

  it('takes what follows no convention whole', () => {
    assert.deepEqual(parseCommitMessage('Add a flag\n\nBecause.'), { subject: 'Add a flag', references: [] });
    assert.equal(parseCommitMessage('feat:no space').type, undefined);
    assert.equal(parseCommitMessage('two words: text').type, undefined);
  });

  it('reads types in any case', () => {
    assert.equal(parseCommitMessage('FIX: it').type, 'fix');
  });

  it('sees what breaks by a mark', () => {
    assert.equal(parseCommitMessage('refactor(api)!: drop v1').breaking, 'drop v1');
  });

  it('sees what breaks by a footer of several lines', () => {
    const message = 'feat: x\n\nWhy.\n\nBREAKING CHANGE: the old\n key is gone\nReviewed-by: Z\n';
    assert.equal(parseCommitMessage(message).breaking, 'the old key is gone');
    assert.equal(parseCommitMessage('fix: y\n\nBREAKING-CHANGE: gone').breaking, 'gone');
  });

  it('sees what breaks by text on the next line', () => {
    for (const footer of ['BREAKING CHANGE:', 'BREAKING-CHANGE:', 'BREAKING CHANGE: '])
      assert.equal(parseCommitMessage(`fix: y\n\n${footer}\nthe key\nis gone\n\nMore.`).breaking, 'the key is gone', footer);
    assert.equal(parseCommitMessage('fix: y\r\n\r\nBREAKING CHANGE:\r\ngone\r\n').breaking, 'gone');
  });

  it('sees what breaks by a footer without text', () => {
    assert.equal(parseCommitMessage('fix: y\n\nBREAKING CHANGE:\nReviewed-by: Z').breaking, 'y');
  });

  it('takes no footer in lower case for it', () => {
    assert.equal(parseCommitMessage('fix: y\n\nbreaking change: no').breaking, undefined);
  });

  it('finds references once, and not in addresses', () => {
    const message = 'fix: a (#12)\n\nCloses #12, acme/tools#7\nhttps://example.org/x#99 &#39;';
    assert.deepEqual(parseCommitMessage(message).references, ['#12', 'acme/tools#7']);
  });

  it('takes no time over hostile text', () => {
    const start = performance.now();
    for (const text of ['a'.repeat(200_000), `feat(${'('.repeat(100_000)}`, `x ${'a/'.repeat(100_000)}#`, `f: ${' '.repeat(100_000)}`])
      parseCommitMessage(text);
    assert.ok(performance.now() - start < 1000);
  });
});
