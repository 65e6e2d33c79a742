import assert from 'node:assert/strict';
import { parseManifest } from '../../src/lifecycle/release-manifest.ts';

const CHANGE = { commit: 'a'.repeat(40), subject: 'x', references: ['#1'] };

function manifest(facts: object): string {
  return JSON.stringify({ schema: 1, product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0, artifacts: [], ...facts });
}

describe('facts of a manifest', () => {
  it('are read', () => {
    const { notes, changes } = parseManifest(manifest({ notes: 'text', changes: [{ ...CHANGE, type: 'fix', breaking: 'all' }] }), 'release.json');
    assert.deepEqual([notes, changes?.length], ['text', 1]);
  });

  it('are refused in another form', () => {
    const wrong = [
      { notes: 1 },
      { changes: {} },
      { changes: [null] },
      { changes: [{ ...CHANGE, commit: '../x' }] },
      { changes: [{ ...CHANGE, references: [1] }] },
      { changes: [{ ...CHANGE, author: {} }] },
      { changes: [{ ...CHANGE, subject: undefined }] },
    ];
    for (const facts of wrong)
      assert.throws(() => parseManifest(manifest(facts), 'release.json'), { code: 'manifest-broken' }, JSON.stringify(facts));
  });
});
