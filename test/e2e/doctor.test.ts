import assert from 'node:assert/strict';
import { records, result, run, succeed } from './cli.ts';
import { sandbox, snapshot } from './project.ts';
import { smallProject } from './small-project.ts';

describe('doctor', () => {
  const { project } = sandbox();

  it('finds a machine ready and changes nothing', async () => {
    const made = project(smallProject());
    const before = snapshot(made.root);
    const answer = result<{ ok: boolean; folders: { path: string }[] }>(await succeed(made, ['doctor', '--json']));
    assert.equal(answer.ok, true);
    assert.deepEqual(
      answer.folders.map(({ path }) => path),
      [`${made.home}/cache`, made.path('packages'), made.path('.provisioning-dist')],
    );
    assert.deepEqual(snapshot(made.root), before);
  });

  it('names a missing toolchain with its fix', async () => {
    const made = project({ ...smallProject({ build: 'build:\n  - go: {}' }), 'empty/.keep': '' });
    const ran = await run(made, ['doctor', '--json'], { env: { PATH: made.path('empty') } });
    const errors = records(ran).filter(({ type }) => type === 'error');
    assert.deepEqual([ran.exit, result<{ ok: boolean }>(ran).ok], [3, false]);
    assert.match(JSON.stringify(errors), /Cannot run \\"go\\".*install Go and put it on PATH/);
  });

  it('warns of a missing git', async () => {
    const made = project({ ...smallProject(), 'empty/.keep': '' });
    const ran = await succeed(made, ['doctor', '--json'], { env: { PATH: made.path('empty') } });
    assert.ok(records(ran).some(({ code }) => code === 'git-missing'));
  });

  it('names a folder it may not write to', async () => {
    const made = project({ ...smallProject(), locked: { folder: true, mode: 0o555 } });
    made.giveAway();
    const ran = await run(made, ['doctor', '--output-dir', 'locked/out', '--json'], { unprivileged: true });
    assert.equal(ran.exit, 3);
    assert.match(ran.stdout, /folder-unwritable.*locked\/out/);
  });
});
