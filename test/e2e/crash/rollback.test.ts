import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { sandbox } from '../project.ts';
import { each, sample, upTo } from './each.ts';
import { type Copy, type Packaged, packageOnce, pointsOf } from './packaged.ts';
import { type Servers, startServers } from './servers.ts';

/** Two releases on three registries, of which the second is taken back. */
describe('a release that is taken back', function () {
  this.timeout(600_000);
  const box = sandbox();
  const back = ['rollback', '--version', '1.3.0'];
  let servers: Servers;
  let older: Packaged;
  let newer: Packaged;
  before('packages two versions', async () => {
    servers = await startServers();
    older = await packageOnce(box, '1.2.3');
    newer = await packageOnce(box, '1.3.0');
  });
  after('ends the servers', () => servers?.close());

  /** Both published; what was there in between. */
  async function published(): Promise<{ readonly copy: Copy; readonly between: readonly string[] }> {
    const first = older.copy(servers.place());
    await first.succeed('publish');
    const copy = newer.copy(first.place);
    const between = first.place.state();
    await copy.succeed('publish');
    return { copy, between };
  }

  it('leaves what was there before, and nothing to take back', async () => {
    const { copy, between } = await published();
    assert.notDeepEqual(copy.place.state(), between);
    await copy.succeed(...back);
    assert.deepEqual(copy.place.state(), between);
    const asked = copy.place.unsafe();
    await copy.run(back);
    assert.deepEqual(copy.place.state(), between);
    assert.equal(copy.place.unsafe(), asked);
  });

  it('is taken back by another machine', async () => {
    const { copy, between } = await published();
    const other = newer.copy(copy.place);
    await other.succeed(...back);
    assert.deepEqual(other.place.state(), between);
  });

  it('is taken back although the way back dies, at any point', async () => {
    const { copy: counted } = await published();
    const points = await pointsOf(counted, back);
    await each(sample(upTo(points.length), 24), async (at) => {
      const { copy, between } = await published();
      assert.equal((await copy.run(back, at)).exit, null);
      // the last point comes after the last note
      await copy.run(back);
      assert.deepEqual(copy.place.state(), between);
    });
  });

  it('is taken back although it was never finished', async () => {
    const first = older.copy(servers.place());
    await first.succeed('publish');
    const points = await pointsOf(newer.copy(servers.place()), ['publish']);
    await each(sample(upTo(points.length), 24).slice(1), async (at) => {
      const before = older.copy(servers.place());
      await before.succeed('publish');
      const copy = newer.copy(before.place);
      assert.equal((await copy.run(['publish'], at)).exit, null);
      const between = first.place.state();
      await copy.succeed(...back);
      assert.deepEqual(copy.place.state(), between);
    });
  });

  it("leaves somebody else's change alone, and says so", async () => {
    const { copy } = await published();
    const path = `/${copy.place.prefix}/acme/latest.json`;
    servers.web.set(path, '{"version":"9.9.9"}');
    const { stdout, stderr } = await copy.run(back);
    assert.match(`${stdout}${stderr}`, /latest\.json.*left alone: somebody else changed it/);
    assert.equal(Buffer.from(servers.web.objects().get(path)?.bytes ?? []).toString(), '{"version":"9.9.9"}');
  });
});
