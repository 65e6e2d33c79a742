import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DistErrors } from '../../src/errors.ts';
import { type AnnounceOptions, announce, type NotifySummary, notifyRelease } from '../../src/lifecycle/notify-release.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { notifyProject, said } from './notify-project.ts';
import type { SessionProject } from './session-project.ts';

const STATE = '.provisioning-dist/releases/acme-1.0.0';

describe('the command notify', () => {
  let project: SessionProject;
  let shown: NotifySummary[] = [];

  beforeEach(() => {
    shown = [];
  });
  afterEach(() => project.remove());

  /** `--channel` is `only` to the session. */
  async function announced(options: Partial<AnnounceOptions> = {}, session: Partial<SessionOptions> = {}): Promise<NotifySummary> {
    return announce(await project.run({ only: options.channels ?? [], ...session }), {
      channels: [],
      show: (summary) => shown.push(summary),
      ...options,
    });
  }

  it('tells the channels named', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say } }');
    const { channels } = await announced({ channels: ['two'] });
    assert.deepEqual(
      channels.map(({ id, state, reason }) => [id, state, reason]),
      [
        ['one', 'skipped', '--only two'],
        ['two', 'sent', undefined],
      ],
    );
    assert.deepEqual(said(project), ['two: acme 1.0.0 is released']);
  });

  it('fails with what channels failed with', async () => {
    project = notifyProject('{ bad: { use: say, status: 404 }, doubt: { use: say, status: 500 }, good: { use: say } }');
    await assert.rejects(announced(), (error: DistErrors) => {
      assert.deepEqual(
        error.errors.map(({ code, where, exit }) => [code, where?.subject, exit]),
        [
          ['effect-failed', 'notify.bad', 1],
          ['message-in-doubt', 'notify.doubt', 1],
        ],
      );
      return true;
    });
    assert.deepEqual(
      shown.flatMap(({ channels }) => channels.map(({ id, state }) => `${id} ${state}`)),
      ['bad failed', 'doubt doubt', 'good sent'],
    );
    assert.deepEqual(said(project), ['good: acme 1.0.0 is released']);
    const run = JSON.parse(project.read(`${STATE}/run.json`));
    assert.deepEqual([run.command, run.exit], ['notify', 1]);
  });

  it('shows findings before anybody is told', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say, missing: true } }');
    await assert.rejects(announced(), { code: 'no-token', exit: 3 });
    assert.deepEqual(said(project), []);
    await announced({ channels: ['one'] });
    assert.equal(said(project).length, 1);
  });

  const NOBODY: Readonly<
    Record<string, readonly [notify: string, options: Partial<AnnounceOptions>, session: Partial<SessionOptions>, said: RegExp]>
  > = {
    'there is no channel': ['{}', {}, {}, /nothing is under "notify:"/],
    'no channel is told of it': ['{ one: { use: say } }', { type: 'failure' }, {}, /\(failure\): no channel is told of it/],
    'it is a snapshot': ['{ one: { use: say } }', {}, { snapshot: true }, /snapshots are announced to nobody/],
  };

  for (const [what, [notify, options, session, message]] of Object.entries(NOBODY)) {
    it(`is a mistake where ${what}`, async () => {
      project = notifyProject(notify);
      await assert.rejects(announced(options, session), { code: 'nobody-told', exit: 2, message });
    });
  }

  it('is a mistake for a channel that is not told of it', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say, on: [release] } }');
    await assert.rejects(announced({ channels: ['one', 'two'], type: 'security' }), {
      code: 'not-told',
      exit: 2,
      message: 'Cannot tell "two" of type "security": it is told of release',
    });
    assert.deepEqual(said(project), []);
  });

  it('does without the lock when it only shows', async () => {
    project = notifyProject('{ one: { use: say } }');
    const before = project.names('.');
    await announced({ dryRun: true });
    assert.deepEqual(project.names('.'), before);
  });

  it('knows on another machine who was told', async () => {
    project = notifyProject('{ one: { use: say }, two: { use: say } }', 'publish: { store: { use: keeper } }');
    await notifyRelease(await project.run({ skip: ['two'] }));
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    const { channels } = await announced();
    assert.deepEqual(
      channels.map(({ state }) => state),
      ['known', 'sent'],
    );
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    assert.deepEqual(
      (await announced({ dryRun: true })).channels.map(({ state }) => state),
      ['known', 'known'],
    );
  });
});
