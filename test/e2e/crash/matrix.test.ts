import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { records, start } from '../cli.ts';
import { sandbox } from '../project.ts';
import { each, IS_QUICK, sample, seeded, upTo } from './each.ts';
import { type Copy, type Packaged, packageOnce, pointsOf } from './packaged.ts';
import { type Servers, startServers } from './servers.ts';

/** A release of twelve changes on three registries, killed wherever a crash matters. CI_FULL=1 takes all the time it needs. */
describe('a release that dies', function () {
  this.timeout(900_000);
  const box = sandbox();
  let servers: Servers;
  let packaged: Packaged;
  let points: readonly string[] = [];
  let reference: readonly string[] = [];
  let changes: readonly string[] = [];
  before('publishes once without dying', async () => {
    servers = await startServers();
    packaged = await packageOnce(box, '1.2.3');
    const copy = packaged.copy(servers.place());
    points = await pointsOf(copy, ['publish']);
    reference = copy.place.state();
    changes = copy.place.changes();
  });
  after('ends the servers', () => servers?.close());

  /** Nothing lost, nothing doubled. */
  function isAsEver({ place }: Copy): void {
    assert.deepEqual(place.state(), reference);
    assert.deepEqual(place.changes(), changes);
  }

  async function killed(args: readonly string[], at: number, copy: Copy = packaged.copy(servers.place())): Promise<Copy> {
    assert.equal((await copy.run(args, at)).exit, null);
    return copy;
  }

  /** By `resume` where there is something to resume. */
  async function resumed(copy: Copy): Promise<void> {
    const { exit, stdout } = await copy.run(['resume', '--version', '1.2.3', '--json']);
    if (exit === 0) return;
    assert.match(JSON.stringify(records({ stdout })), /"nothing-to-resume"/);
    await copy.succeed('publish');
  }

  it('makes at least twelve changes', () => {
    assert.equal(reference.length, 12);
    assert.ok(points.length > 12 * 4, `${points.length} points`);
  });

  it('is as if it had not died, at every point', async () => {
    await each(IS_QUICK ? upTo(points.length) : sample(upTo(points.length), 5), async (at) => {
      const copy = await killed(['publish'], at);
      await (at % 2 === 0 ? copy.succeed('publish') : resumed(copy));
      isAsEver(copy);
    });
  });

  it('is finished by another machine that knows nothing', async () => {
    await each(sample(upTo(points.length), 10), async (at) => {
      const copy = await killed(['publish'], at);
      await copy.forget();
      await copy.succeed('publish');
      isAsEver(copy);
    });
  });

  it('is finished by another machine with the journal a registry keeps', async () => {
    await each(sample(upTo(points.length), 16), async (at) => {
      const from = await killed(['publish'], at);
      const copy = packaged.copy(from.place);
      await copy.succeed('publish');
      isAsEver(copy);
    });
  });

  it('may die again while it is finished', async () => {
    const random = seeded(4);
    const pairs = upTo(process.env.CI_FULL === undefined ? 8 : 80).map(() => [random(), random()] as const);
    await each(pairs, async ([first, second]) => {
      const copy = await killed(['publish'], 1 + Math.floor(first * points.length));
      await copy.run(['publish'], 1 + Math.floor(second * points.length));
      await copy.succeed('publish');
      isAsEver(copy);
    });
  });

  it('may be killed at any time', async () => {
    const copy = packaged.copy(servers.place());
    const began = performance.now();
    await copy.succeed('publish');
    const duration = performance.now() - began;
    const random = seeded(7);
    await each(
      upTo(process.env.CI_FULL === undefined ? 6 : 200).map(() => random()),
      async (share) => {
        const one = packaged.copy(servers.place());
        const { child, done } = start(one.project, ['publish'], { env: one.place.env });
        await sleep(duration * share);
        child.kill('SIGKILL');
        await done;
        await one.succeed('publish');
        isAsEver(one);
      },
    );
  });
});
