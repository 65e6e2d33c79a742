import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { type Receiver, startReceiver } from '../../../packages/plugin-notify/test/receiver.ts';
import { type RunOptions, result, run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';

/** Who is told what by a whole release, and what a draft keeps back. */
describe('release and those who are told', function () {
  this.timeout(60_000);
  const box = sandbox();
  let receiver: Receiver;

  afterEach(() => receiver.server.close());

  async function opened(more = ''): Promise<{ readonly project: Project; readonly options: RunOptions }> {
    receiver = await startReceiver({ secret: 'hmac-key' });
    const notify = 'notify:\n  team: { use: webhook, url: { env: HOOK_URL }, secret: { env: HOOK_KEY }, on: [release, rollback, failure] }';
    const publish = 'publish:\n  local: {}\n  site: { use: local, path: site, needs: { id: local, for: hidden } }';
    const project = box.project(
      smallProject({ platforms: 'platforms: [linux-amd64]', variants: 'variants: {}', publish, more: `${notify}\n${more}` }),
    );
    return { project, options: { env: { HOOK_KEY: 'hmac-key', HOOK_URL: `${receiver.server.url}/hook` } } };
  }

  function told(): readonly string[] {
    return receiver.messages.map((text) => (JSON.parse(text) as { title: string }).title);
  }

  it('tells once, also when it is run again', async () => {
    const { project, options } = await opened();
    await succeed(project, ['release'], options);
    await succeed(project, ['release'], options);
    assert.deepEqual(told(), ['acme 1.2.3 is released']);
  });

  it('tells nobody when it only publishes', async () => {
    const { project, options } = await opened();
    await succeed(project, ['package'], options);
    await succeed(project, ['publish'], options);
    assert.deepEqual(told(), []);
  });

  it('tells after a crash, once', async () => {
    const { project, options } = await opened();
    const crashed = await run(project, ['release'], { env: { ...options.env, PROVISIONING_DIST_CRASH: '12', PROVISIONING_DIST_SLOTS: '1' } });
    assert.deepEqual([crashed.exit, told()], [null, []]);
    await succeed(project, ['resume'], options);
    await succeed(project, ['release'], options);
    assert.deepEqual(told(), ['acme 1.2.3 is released']);
  });

  it('tells that it is taken back', async () => {
    const { project, options } = await opened();
    await succeed(project, ['release'], options);
    await succeed(project, ['rollback', '--version', '1.2.3'], options);
    await succeed(project, ['rollback', '--version', '1.2.3'], options);
    assert.deepEqual(told(), ['acme 1.2.3 is released', 'acme 1.2.3 is withdrawn']);
  });

  it('tells of a failure who asked for it', async () => {
    const { project, options } = await opened('hooks:\n  beforeBuild: ["false"]');
    assert.equal((await run(project, ['release'], options)).exit, 1);
    assert.deepEqual(told(), ['acme 1.2.3 could not be released']);
  });

  it('makes nothing visible of a draft, and goes on from it', async () => {
    const { project, options } = await opened();
    const draft = result<{ registries: readonly { id: string; state: string }[] }>(await succeed(project, ['release', '--draft', '--json'], options));
    assert.deepEqual(
      draft.registries.map(({ id, state }) => `${id} ${state}`),
      ['local held', 'site held'],
    );
    assert.ok(existsSync(project.path('published/acme/1.2.3/checksums.sha256')));
    assert.ok(!existsSync(project.path('published/acme/latest.json')));
    assert.ok(!existsSync(project.path('site/acme')));
    assert.deepEqual(told(), []);
    await succeed(project, ['release'], options);
    assert.ok(existsSync(project.path('site/acme/latest.json')));
    assert.deepEqual(told(), ['acme 1.2.3 is released']);
  });

  it('lists in a dry run who would be told, and tells nobody', async () => {
    const { project, options } = await opened();
    assert.match((await succeed(project, ['release', '--dry-run'], options)).stdout, /^ +team: would be told$/m);
    assert.equal(receiver.server.log().length, 0);
  });

  it('runs the hooks of publishing around it', async () => {
    const { project, options } = await opened(
      'hooks:\n  publish: [{ run: [touch, before] }, { when: after, run: [test, -e, published/acme/latest.json] }]\n  rollback: [{ when: after, run: [touch, back] }]',
    );
    await succeed(project, ['release'], options);
    assert.ok(existsSync(project.path('before')));
    await succeed(project, ['rollback', '--version', '1.2.3'], options);
    assert.ok(existsSync(project.path('back')));
  });

  it('is partly public when a hook after publishing fails', async () => {
    const { project, options } = await opened('hooks:\n  publish: [{ when: after, run: "false" }]');
    assert.equal((await run(project, ['release'], options)).exit, 5);
    assert.ok(existsSync(project.path('published/acme/latest.json')));
  });
});
