import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { readJournal } from '../../src/lifecycle/journal-read.ts';
import { type NotifyRelease, type NotifySummary, notifyRelease } from '../../src/lifecycle/notify-release.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { notifyProject, said } from './notify-project.ts';
import type { SessionProject } from './session-project.ts';

describe('notifying', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  async function notify(options: NotifyRelease = {}, session: Partial<SessionOptions> = {}): Promise<NotifySummary> {
    return notifyRelease(await project.run(session), options);
  }

  function states({ channels }: NotifySummary): Readonly<Record<string, string>> {
    return Object.fromEntries(channels.map(({ id, state }) => [id, state]));
  }

  async function keys(): Promise<readonly string[]> {
    const { effects } = await readJournal(project.path('.provisioning-dist/releases/acme-1.0.0'));
    return [...effects.values()].map(({ instance, key, state }) => `${instance} ${key} ${state}`);
  }

  it('tells every channel', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say } }');
    assert.deepEqual(states(await notify()), { one: 'sent', two: 'sent' });
    assert.deepEqual(said(project), ['one: acme 1.0.0 is released', 'two: acme 1.0.0 is released']);
  });

  it('tells nobody twice', async () => {
    project = notifyProject('{ one: { use: say } }');
    await notify();
    assert.deepEqual(states(await notify()), { one: 'known' });
    assert.equal(said(project).length, 1);
  });

  it('tells nobody twice in other words', async () => {
    project = notifyProject('{ one: { use: say } }');
    await notify();
    assert.deepEqual(states(await notify({ title: 'Something else', body: 'entirely' })), { one: 'known' });
  });

  it('tells who joined later', async () => {
    project = notifyProject('{ one: { use: say } }');
    await notify();
    project.write({ 'provisioning-dist.yaml': `${project.read('provisioning-dist.yaml')}  # more\n`.replace('{ one:', '{ two: { use: say }, one:') });
    assert.deepEqual(states(await notify()), { two: 'sent', one: 'known' });
  });

  it('tells of a rollback after the release', async () => {
    project = notifyProject('{ one: { use: say } }');
    await notify();
    await notify({ type: 'rollback', to: '0.9.0' });
    assert.deepEqual(said(project), ['one: acme 1.0.0 is released', 'one: acme 1.0.0 is withdrawn, 0.9.0 is current again']);
    assert.deepEqual(await keys(), ['notify:one acme 1.0.0 release done', 'notify:one acme 1.0.0 rollback done']);
  });

  it('tells the same again when asked to', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: lines } }');
    for (const again of [true, true, true]) await notify({ again });
    assert.equal(said(project).filter((line) => line.startsWith('one')).length, 3);
    assert.deepEqual((await keys()).toSorted(), [
      'notify:one acme 1.0.0 release #2 done',
      'notify:one acme 1.0.0 release #3 done',
      'notify:one acme 1.0.0 release done',
      'notify:two acme 1.0.0 release #2: line 1 done',
      'notify:two acme 1.0.0 release #2: line 2 done',
      'notify:two acme 1.0.0 release #3: line 1 done',
      'notify:two acme 1.0.0 release #3: line 2 done',
      'notify:two acme 1.0.0 release: line 1 done',
      'notify:two acme 1.0.0 release: line 2 done',
    ]);
  });

  it('calls a pre-release by its name', async () => {
    project = notifyProject('{ one: { use: say } }');
    const { type, title } = await notify({}, { version: '2.0.0-rc.1+build-7' });
    assert.deepEqual([type, title], ['pre-release', 'acme 2.0.0-rc.1+build-7 is out as a pre-release']);
  });

  it('takes build metadata for no pre-release', async () => {
    project = notifyProject('{ one: { use: say } }');
    assert.equal((await notify({}, { version: '2.0.0+build-7' })).type, 'release');
  });

  describe('a channel that fails', () => {
    it('keeps nobody else from being told', async () => {
      project = notifyProject('{ bad: { use: say, status: 400 }, worse: { use: broken }, good: { use: say } }');
      assert.deepEqual(states(await notify()), { bad: 'failed', worse: 'failed', good: 'sent' });
      assert.deepEqual(said(project), ['good: acme 1.0.0 is released']);
    });

    it('is warned of by its name', async () => {
      project = notifyProject('{ bad: { use: say, status: 400 }, worse: { use: broken } }');
      await notify();
      assert.match(project.screen.text(), /warning.*bad.*Cannot say bad: acme 1\.0\.0 is released: it failed with 400/);
      assert.match(project.screen.text(), /warning.*worse.*plugin "test" failed: slip/);
      assert.doesNotMatch(project.screen.text(), /notify:|publish\./);
    });

    it('is told later when it surely was not', async () => {
      project = notifyProject('{ one: { use: say, status: 400 } }');
      await notify();
      project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace(', status: 400', '') });
      assert.deepEqual(states(await notify()), { one: 'sent' });
    });

    it('is listed when it perhaps was', async () => {
      project = notifyProject('{ one: { use: say, status: 500 } }');
      assert.deepEqual(states(await notify()), { one: 'doubt' });
      project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace(', status: 500', '') });
      const again = await notify();
      assert.deepEqual(states(again), { one: 'doubt' });
      assert.match(again.channels[0]?.error ?? '', /^Cannot tell whether "one" got the message .*did not see the end$/);
      assert.deepEqual(said(project), []);
      assert.deepEqual(states(await notify({ again: true })), { one: 'sent' });
    });

    for (const [use, reason] of [
      ['quiet', /its plugin sent nothing/],
      ['stranger', /does not list it/],
      ['hidden', /it failed with 400/],
    ] as const) {
      it(`cannot pretend: ${use}`, async () => {
        project = notifyProject(`{ one: { use: ${use}${use === 'hidden' ? ', status: 400' : ''} } }`);
        const { channels } = await notify();
        assert.equal(channels[0]?.state, 'failed');
        assert.match(channels[0]?.error ?? '', reason);
      });
    }
  });

  it('leaves out who is not told of the type', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say, on: [security] } }');
    const { channels } = await notify();
    assert.deepEqual(channels[1], { id: 'two', use: 'say', state: 'skipped', reason: 'it is not told of release messages', effects: [] });
    assert.equal(said(project).length, 1);
  });

  for (const [what, session] of [
    ['--skip notify', { skip: ['notify'] }],
    ['--skip ID', { skip: ['one'] }],
    ['--only publish', { only: ['publish'] }],
  ] as const) {
    it(`tells nobody by ${what}`, async () => {
      project = notifyProject('{ one: { use: say } }');
      assert.deepEqual(states(await notify({}, session)), { one: 'skipped' });
      assert.deepEqual(said(project), []);
    });
  }

  it('tells nobody of a snapshot', async () => {
    project = notifyProject('{ one: { use: say } }');
    assert.deepEqual(states(await notify({}, { snapshot: true })), { one: 'skipped' });
    assert.deepEqual(said(project), []);
  });

  it('shows what would be sent', async () => {
    project = notifyProject('{ one: { use: say } }');
    const before = project.names('.');
    const { channels } = await notify({ dryRun: true });
    assert.deepEqual(channels, [
      {
        id: 'one',
        use: 'say',
        state: 'dry',
        effects: [{ effect: 'test.say', key: 'acme 1.0.0 release', description: 'say one: acme 1.0.0 is released', state: 'dry' }],
        inputs: [{ text: 'one: acme 1.0.0 is released' }],
      },
    ]);
    assert.deepEqual(project.names('.'), before);
  });

  it('shows who was told before', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say, status: 500 } }');
    await notify();
    assert.deepEqual(states(await notify({ dryRun: true })), { one: 'known', two: 'doubt' });
    assert.deepEqual(states(await notify({ dryRun: true, again: true })), { one: 'dry', two: 'dry' });
  });

  it('ends when it is interrupted', async () => {
    project = notifyProject('{ one: { use: say } }');
    const controller = new AbortController();
    const run = await project.run({}, controller.signal);
    controller.abort(new Error('stop'));
    await assert.rejects(notifyRelease(run), /stop/);
    assert.deepEqual(said(project), []);
  });

  it('tells no secret', async () => {
    project = notifyProject('{ one: { use: say, token: { file: token.txt } } }');
    project.write({ 'token.txt': 'hunter2hunter2' });
    await notify({ type: 'release', body: 'the token is hunter2hunter2' });
    assert.deepEqual(said(project), ['one: acme 1.0.0 is released / the token is ***']);
  });
});
