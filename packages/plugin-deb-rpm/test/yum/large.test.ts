import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '@provisioning-dist/storage';
import { added } from '../../src/yum/change.ts';
import type { Package } from '../../src/yum/state.ts';
import { changeRepository } from '../../src/yum/write.ts';
import { filesIn, listsIn, openWorld, testKey, type World } from './bench.ts';
import { sha256 } from './rpms.ts';
import { DATE, publish } from './runner.ts';

/** None of them is there: whoever reads one fails. */
function packages(count: number): readonly Package[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, pkgid, version] = [`package-${index}`, sha256(String(index)), '<version epoch="0" ver="1.0" rel="1"/>'];
    const [key, about] = [`Packages/p/${name}-1.0-1.x86_64.rpm`, `<package pkgid="${pkgid}" name="${name}" arch="x86_64">\n  ${version}`];
    const checksum = `<checksum type="sha256" pkgid="YES">${pkgid}</checksum>`;
    return {
      ...{ package: name, epoch: '0', version: '1.0', release: '1', arch: 'x86_64', key, pkgid, name, of: '1.0.0' },
      primary: `<package type="rpm">\n  <name>${name}</name>\n  <arch>x86_64</arch>\n  ${version}\n  ${checksum}\n  <location href="${key}"/>\n</package>`,
      filelists: `${about}\n  <file>/usr/bin/${name}</file>\n</package>`,
      other: `${about}\n</package>`,
    };
  });
}

describe('a yum repository of 2,000 packages', () => {
  const worlds: World[] = [];
  const rpms = mkdtempSync(join(tmpdir(), 'yum-rpms-'));
  after(async () => {
    for (const world of worlds) await world.close();
    rmSync(rpms, { recursive: true });
  });

  async function filled(all: readonly Package[]): Promise<World> {
    const world = openWorld();
    worlds.push(world);
    const writing = { compression: 'gz', overlap: 0, date: DATE, key: testKey('release'), signal: new AbortController().signal } as const;
    await changeRepository(fileStorage(world.folder), writing, (state, date) => added(state, all, { keep: 2, date }));
    return world;
  }

  const lists = ({ folder }: World): readonly string[] => filesIn(folder).filter((name) => /-(?:primary|filelists|other)\.xml\.gz$/.test(name));

  it('takes one more without a look at the others, as if made anew', async () => {
    const all = packages(2000);
    const anew = openWorld();
    worlds.push(anew);
    await publish({ options: anew.options, folder: rpms }, { version: '1.0.0' });
    const world = await filled(all);
    const before = lists(world);
    await publish({ options: world.options, folder: rpms }, { version: '1.0.0' });
    const writing = { compression: 'gz', overlap: 0, date: DATE, key: testKey('release'), signal: new AbortController().signal } as const;
    await changeRepository(fileStorage(anew.folder), writing, (state, date) => added(state, all.toReversed(), { keep: 2, date }));
    const fresh = lists(world).filter((name) => !before.includes(name));
    assert.equal(fresh.length, 3);
    for (const name of fresh) assert.ok(readFileSync(join(world.folder, name)).equals(readFileSync(join(anew.folder, name))), name);
    const primary = listsIn(world.folder).get('primary') ?? '';
    for (const { primary: element } of all) assert.ok(primary.includes(element));
    assert.match(primary, /packages="2001"/);
  }).timeout(20_000);
});
