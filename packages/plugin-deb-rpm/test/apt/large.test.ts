import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '@provisioning-dist/storage';
import { added } from '../../src/apt/change.ts';
import type { Package, State } from '../../src/apt/state.ts';
import { changeSuite } from '../../src/apt/suite-write.ts';
import { filesIn, openWorld, testKey, type World } from './bench.ts';
import { sha256 } from './debs.ts';
import { DATE, publish } from './runner.ts';

/** None of them is in the pool: whoever reads one fails. */
function packages(count: number): readonly Package[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, digest] = [`package-${index}`, sha256(String(index))];
    return {
      ...{ component: 'main', package: name, version: '1.0-1', architecture: 'amd64', key: `pool/main/p/${name}/${name}_1.0-1_amd64.deb` },
      ...{ sha256: digest, name, release: '1.0.0', files: [`usr/bin/${name}`, `usr/share/doc/${name}/copyright`] },
      stanza: `Package: ${name}\nVersion: 1.0-1\nArchitecture: amd64\nDescription: Tool\n of many words\nSHA256: ${digest}`,
    };
  });
}

describe('an apt repository of 2,000 packages', () => {
  const worlds: World[] = [];
  const debs = mkdtempSync(join(tmpdir(), 'apt-debs-'));
  after(async () => {
    for (const world of worlds) await world.close();
    rmSync(debs, { recursive: true });
  });

  async function filled(...changes: readonly ((state: State, date: number) => State)[]): Promise<World> {
    const world = openWorld();
    worlds.push(world);
    const names = { origin: 'acme', label: 'acme', suite: 'stable', codename: 'stable' };
    const signal = new AbortController().signal;
    for (const change of changes)
      await changeSuite(
        fileStorage(world.folder),
        { names, component: 'main', architectures: [], contents: true, date: DATE, key: testKey('release'), signal },
        change,
      );
    return world;
  }

  const adding = (all: readonly Package[]) => (state: State, date: number) => added(state, all, { keep: 2, date });

  it('takes one more without a look at the others, as if made anew', async () => {
    const all = packages(2000);
    const world = await filled(adding(all));
    await publish({ options: world.options, folder: debs }, { version: '1.0.0' });
    const text = readFileSync(join(world.folder, 'dists/stable/main/binary-amd64/Packages'), 'utf8');
    const [own = assert.fail()] = text.split('\n\n');
    const { sha256: digest = '' } = /^SHA256: (?<sha256>.*)$/m.exec(own)?.groups ?? {};
    const one: Package = {
      ...{ component: 'main', package: 'acme', version: '1.0.0-1', architecture: 'amd64', key: 'pool/main/a/acme/acme_1.0.0-1_amd64.deb' },
      ...{ sha256: digest, name: 'acme', release: '1.0.0', files: ['usr/share/acme/version'], stanza: own },
    };
    const anew = await filled(adding([...all.toReversed(), one]));
    const indexes = ({ folder }: World): readonly string[] =>
      filesIn(folder).filter((name) => /main\/(?:binary-amd64\/Packages|Contents)[^/]*$/.test(name));
    assert.equal(indexes(world).length, 4);
    for (const name of indexes(world)) assert.ok(readFileSync(join(world.folder, name)).equals(readFileSync(join(anew.folder, name))), name);
    assert.equal(text.split('\n\n').length, 2002);
  });
});
