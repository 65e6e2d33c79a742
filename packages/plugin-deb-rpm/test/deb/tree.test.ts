import assert from 'node:assert/strict';
import type { Entry } from '@provisioning-dist/core';
import fc from 'fast-check';
import { ancestors } from '../../src/common/paths.ts';
import { readDeb } from '../../src/deb/read/read.ts';
import { completeTree, placeEntries } from '../../src/deb/tree.ts';
import { directory, distribution, file, makeDeb, sorted, sourceOf, symlink } from '../package.ts';

const RULES = { package: 'acme', prefix: 'usr', paths: {} };
const NAME = fc.stringMatching(/^[a-zA-Z0-9é+_~ -]{1,12}$/).filter((name) => name.trim() === name);
const PATH = fc.array(NAME, { minLength: 1, maxLength: 4 }).map((parts) => `share/acme/${parts.join('/')}`);

/** Files and links at paths none of which is above another. */
const TREE: fc.Arbitrary<readonly Entry[]> = fc
  .uniqueArray(fc.tuple(PATH, fc.constantFrom('file', 'symlink', 'directory'), fc.string()), { selector: ([path]) => path, maxLength: 12 })
  .map((nodes) => {
    const parents = new Set(nodes.flatMap(([path]) => ancestors(path)));
    const leaves = nodes
      .filter(([path]) => !parents.has(path))
      .map(([path, type, text]) =>
        type === 'file' ? file(path, text) : type === 'symlink' ? symlink(path, 'target') : directory(path, { mode: 0o750 }),
      );
    const taken = new Set(leaves.flatMap(({ path }) => ancestors(path)));
    return sorted([...leaves, ...[...taken].map((path) => directory(path))]);
  });

describe('the tree of a deb', () => {
  it('has every parent before what is in it, whatever there is', () => {
    fc.assert(
      fc.property(TREE, (entries) => {
        const seen = new Set<string>();
        for (const { path, type } of completeTree(placeEntries(entries, RULES))) {
          assert.ok(ancestors(path).every((parent) => seen.has(parent)));
          if (type === 'directory') seen.add(path);
        }
      }),
    );
  });

  it('reads back equal, whatever there is', async () => {
    await fc.assert(
      fc.asyncProperty(TREE, async (entries) => {
        const findings = await readDeb(sourceOf(await makeDeb({ entries })), distribution(entries));
        assert.deepEqual(
          findings.filter(({ level }) => level === 'error'),
          [],
        );
      }),
      { numRuns: 40 },
    );
  });

  it('does not depend on the order of entries', async () => {
    const entries = sorted([file('bin/acme', 'x', { mode: 0o755, role: 'binary' }), directory('bin'), symlink('bin/ac', 'acme', { role: 'binary' })]);
    assert.deepEqual(await makeDeb({ entries }), await makeDeb({ entries: entries.toReversed() }));
  });

  it('keeps a folder that says something of its own', () => {
    const entries = [directory('var/lib/acme', { owner: 'acme', mode: 0o700 }), file('var/lib/acme/x')];
    const [, , , folder] = completeTree(placeEntries(entries, RULES));
    assert.deepEqual([folder?.path, folder?.mode, folder?.owner], ['var/lib/acme', 0o700, 'acme']);
  });
});
