import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { result } from '../cli.ts';
import { sandbox, snapshot } from '../project.ts';
import { type Packaged, packageOnce } from './packaged.ts';
import { breakUploads, mend, type Place, type Servers, startServers } from './servers.ts';

/** What must not be seen outside: dry runs, and releases that fail on the way. */

interface Summary {
  readonly effects: readonly { readonly instance: string; readonly key: string; readonly visible: boolean; readonly state: string }[];
}

describe('publishing to three registries', function () {
  this.timeout(120_000);
  const box = sandbox();
  let servers: Servers;
  let packaged: Packaged;
  before('packages', async () => {
    servers = await startServers();
    packaged = await packageOnce(box, '1.2.3');
  });
  after('ends the servers', () => servers?.close());

  /** Where each effect shows: `PUT` on a server with a log, a file on the other one. */
  function shown({ effects }: Summary, { prefix }: Place): readonly string[] {
    const root = `${servers.web.url}/${prefix}`;
    return effects
      .filter(({ instance }) => instance !== 'files')
      .map(({ instance, key }) => `${instance} PUT ${instance === 'web' ? key.slice(root.length) : `/${key}`}`.replace(/@[^@/]*$/, ''))
      .toSorted();
  }

  it('changes nothing in a dry run', async () => {
    const copy = packaged.copy(servers.place());
    const before = snapshot(copy.project.root);
    const { effects } = result<Summary>(await copy.succeed('publish', '--dry-run', '--json'));
    assert.equal(effects.length, 12);
    assert.deepEqual([...new Set(effects.map(({ state }) => state))], ['dry']);
    assert.equal(copy.place.unsafe(), 0);
    assert.deepEqual(copy.place.state(), []);
    assert.deepEqual(snapshot(copy.project.root), before);
  });

  it('asks for what a dry run lists, one to one', async () => {
    const copy = packaged.copy(servers.place());
    const dry = result<Summary>(await copy.succeed('publish', '--dry-run', '--json'));
    const real = result<Summary>(await copy.succeed('publish', '--json'));
    const list = ({ effects }: Summary): readonly string[] => effects.map(({ instance, key, visible }) => `${instance} ${key} ${visible}`).toSorted();
    assert.deepEqual(list(dry), list(real));
    assert.deepEqual(copy.place.changes(), shown(dry, copy.place));
    const files = dry.effects.filter(({ instance }) => instance === 'files').map(({ key }) => `files /${key.replace(/@[^@/]*$/, '')}`);
    assert.deepEqual(
      copy.place
        .state()
        .filter((line) => line.startsWith('files '))
        .map((line) => line.replace(/ \S+$/, '')),
      files.toSorted(),
    );
  });

  it('changes nothing in a dry run of what is published', async () => {
    const copy = packaged.copy(servers.place());
    await copy.succeed('publish');
    const [state, asked, before] = [copy.place.state(), copy.place.unsafe(), snapshot(copy.project.root)];
    await copy.succeed('publish', '--dry-run');
    assert.deepEqual([copy.place.state(), copy.place.unsafe(), snapshot(copy.project.root)], [state, asked, before]);
  });

  for (const id of ['web', 'bucket'] as const) {
    it(`shows nothing when ${id} fails, and goes on when it is mended`, async () => {
      const copy = packaged.copy(servers.place());
      breakUploads(servers, copy.place, id);
      const { exit } = await copy.run(['publish']);
      mend(servers);
      assert.equal(exit, 1);
      assert.deepEqual(copy.place.pointers(), []);
      await copy.succeed('resume', '--version', '1.2.3');
      assert.equal(copy.place.pointers().length, 3);
      assert.equal(copy.place.state().length, 12);
    });
  }

  it('shows nothing when files fails', async () => {
    const copy = packaged.copy(servers.place());
    const folder = join(servers.files.root, copy.place.prefix, 'acme');
    mkdirSync(folder, { recursive: true });
    // in the place of a folder
    writeFileSync(join(folder, '1.2.3'), '');
    assert.notEqual((await copy.run(['publish'])).exit, 0);
    assert.deepEqual(copy.place.pointers(), []);
  });
});
