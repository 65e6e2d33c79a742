import assert from 'node:assert/strict';
import { EMPTY, parseState, printState, type State } from '../../src/apt/state.ts';

const HASH = `main/binary-amd64/by-hash/SHA256/${'0'.repeat(64)}`;
const STATE: State = {
  schema: 1,
  packages: [
    {
      ...{ component: 'main', package: 'acme', version: '1.0-1', architecture: 'amd64', key: 'pool/main/a/acme/acme_1.0-1_amd64.deb' },
      ...{ sha256: 'a'.repeat(64), name: 'acme', release: '1.0.0', stanza: 'Package: acme\nDescription: ü\n more', files: ['usr/bin/acme'] },
    },
  ],
  architectures: ['amd64'],
  generations: [{ superseded: 1, objects: [HASH] }],
  purged: ['pool/main/a/acme/acme_0.9-1_amd64.deb'],
};

function changed(change: (state: Record<string, unknown>) => void): string {
  const state = structuredClone(STATE) as unknown as Record<string, unknown>;
  change(state);
  return printState(state as unknown as State);
}

describe('the state of a suite', () => {
  it('is read as it was written', () => {
    for (const state of [STATE, EMPTY]) assert.deepEqual(parseState(printState(state)), state);
  });

  for (const [what, text] of Object.entries({
    text: 'hello',
    emptiness: '',
    null: 'null\n',
    'another schema': changed((state) => Object.assign(state, { schema: 2 })),
    'a key that climbs': changed((state) => Object.assign(state, { purged: ['../../etc/passwd'] })),
    'a key from the root': changed((state) => Object.assign(state, { purged: ['/etc/passwd'] })),
    'a package outside of the pool': changed((state) =>
      Object.assign(state, { packages: [{ ...STATE.packages[0], key: 'dists/stable/InRelease' }] }),
    ),
    'an index outside of by-hash': changed((state) => Object.assign(state, { generations: [{ superseded: 1, objects: ['InRelease'] }] })),
    'an architecture that is a path': changed((state) => Object.assign(state, { architectures: ['../x'] })),
    'a text for a list': changed((state) => Object.assign(state, { purged: 'all' })),
  })) {
    it(`refuses ${what}`, () => assert.equal(parseState(text), undefined));
  }
});
