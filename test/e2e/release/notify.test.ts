import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../../packages/plugin-notify/test/receiver.ts';
import { type Ran, type RunOptions, result, run, start, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';

/** The command line against a receiver of webhooks in this process, which counts what it gets. */

const PATH = '/hooks/T0k3n-in-the-Path';
const SECRETS = { HOOK_KEY: 'hmac-key-canary', HOOK_TOKEN: 'header-canary' };
const CANARIES = /T0k3n-in-the-Path|Qu3ry-Canary|hmac-key-canary|header-canary/;

const TEAM = `  team:
    use: webhook
    url: { env: HOOK_URL }
    secret: { env: HOOK_KEY }
    headers: { X-Token: { env: HOOK_TOKEN } }
    timeout: 500ms`;

interface Summary {
  readonly channels: readonly {
    readonly id: string;
    readonly state: string;
    readonly error?: string;
    readonly inputs?: readonly { readonly body: string }[];
  }[];
}

describe('notify', function () {
  this.timeout(60_000);
  const box = sandbox();
  let receiver: Receiver;

  afterEach(() => receiver.server.close());

  async function opened(options: ReceiverOptions = {}, notify = TEAM): Promise<{ readonly project: Project; readonly options: RunOptions }> {
    receiver = await startReceiver({ secret: SECRETS.HOOK_KEY, ...options });
    const publish = 'publish:\n  local: { url: https://dl.example.org }';
    const project = box.project(
      smallProject({ platforms: 'platforms: [linux-amd64]', variants: 'variants: {}', publish, more: `notify:\n${notify}` }),
    );
    return { project, options: { env: { ...SECRETS, HOOK_URL: `${receiver.server.url}${PATH}?key=Qu3ry-Canary` } } };
  }

  function states(ran: Ran): readonly string[] {
    return result<Summary>(ran).channels.map(({ id, state }) => `${id} ${state}`);
  }

  it('sends a signed message once', async () => {
    const { project, options } = await opened();
    assert.deepEqual(states(await succeed(project, ['notify', '--json'], options)), ['team sent']);
    assert.deepEqual(states(await succeed(project, ['notify', '--json'], options)), ['team known']);
    const [text = '', ...more] = receiver.messages;
    const { id, ...message } = JSON.parse(text);
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.deepEqual(message, {
      date: '1980-01-01T00:00:00Z',
      links: [
        { name: 'acme-1.2.3-linux-amd64.tar.gz', url: 'https://dl.example.org/acme/1.2.3/acme-1.2.3-linux-amd64.tar.gz' },
        { name: 'checksums.sha256', url: 'https://dl.example.org/acme/1.2.3/checksums.sha256' },
      ],
      name: 'acme',
      product: 'acme',
      title: 'acme 1.2.3 is released',
      type: 'release',
      urgent: false,
      version: '1.2.3',
    });
    assert.deepEqual(more, []);
    assert.equal(receiver.server.log().length, 1);
  });

  it('says it again when asked to', async () => {
    const { project, options } = await opened();
    await succeed(project, ['notify'], options);
    assert.match((await succeed(project, ['notify'], options)).stdout, /team +told before[\s\S]*--again/);
    await succeed(project, ['notify', '--again'], options);
    assert.equal(receiver.messages.length, 2);
    assert.deepEqual(receiver.repeated, []);
  });

  it('says what it is told to say', async () => {
    const { project, options } = await opened();
    project.write({ 'why.md': '# Why\r\n\r\nA key leaked.\r\n' });
    const words = ['--title', 'Do not install 1.2.3', '--body-file', 'why.md', '--urgent'];
    await succeed(project, ['notify', '--channels', 'team', '--message-type', 'rollback', ...words], options);
    const { type, title, body, urgent, links } = JSON.parse(receiver.messages[0] ?? '');
    assert.deepEqual(
      { type, title, body, urgent, links },
      { type: 'rollback', title: 'Do not install 1.2.3', body: '# Why\n\nA key leaked.\n', urgent: true, links: [] },
    );
  });

  for (const flag of ['--preview', '--dry-run']) {
    it(`sends nothing by ${flag}`, async () => {
      const { project, options } = await opened();
      const before = readdirSync(project.root);
      assert.deepEqual(states(await succeed(project, ['notify', flag, '--json'], options)), ['team dry']);
      assert.deepEqual(readdirSync(project.root), before);
      assert.deepEqual(receiver.server.log(), []);
    });
  }

  it('shows what would be sent', async () => {
    const { project, options } = await opened();
    const { stdout, stderr } = await succeed(project, ['notify', '--preview'], options);
    assert.match(
      stdout,
      /^team \(webhook\)\n {2}id: [0-9a-f]{32}\n {2}title: acme 1\.2\.3 is released\n {2}body: \{\n {4}"date": "1980-01-01T00:00:00Z",$/m,
    );
    assert.doesNotMatch(`${stdout}${stderr}`, CANARIES);
    await succeed(project, ['notify'], options);
    const shown = result<Summary>(await succeed(project, ['notify', '--preview', '--json'], options));
    assert.equal(shown.channels[0]?.inputs?.[0]?.body, receiver.messages[0]);
  });

  it('refuses a channel that is not there', async () => {
    const { project, options } = await opened();
    const { exit, stderr } = await run(project, ['notify', '--channel', 'teem'], options);
    assert.equal(exit, 2);
    assert.match(stderr, /"teem"/);
  });

  it('refuses to begin without its secrets', async () => {
    const { project } = await opened();
    const { exit, stderr } = await run(project, ['notify'], { env: { HOOK_KEY: SECRETS.HOOK_KEY } });
    assert.equal(exit, 3);
    assert.match(stderr, /env HOOK_URL[\s\S]*env HOOK_TOKEN/);
  });

  it('refuses an unencrypted address', async () => {
    const { project } = await opened();
    const { exit, stderr } = await run(project, ['notify'], { env: { ...SECRETS, HOOK_URL: `http://hooks.example.org${PATH}` } });
    assert.equal(exit, 3);
    assert.match(stderr, /the connection to hooks\.example\.org is not encrypted/);
    assert.doesNotMatch(stderr, CANARIES);
  });

  it('fails with one channel and tells the others', async () => {
    const other = '  other: { use: webhook, url: { env: OTHER_URL }, secret: { env: HOOK_KEY } }';
    const { project, options } = await opened({}, `${TEAM}\n${other}`);
    const env = { ...options.env, OTHER_URL: `${receiver.server.url}/other` };
    receiver.server.fail((request) => (request.path === '/other' ? undefined : { status: 410 }));
    const ran = await run(project, ['notify', '--json'], { env });
    assert.equal(ran.exit, 1);
    assert.deepEqual(states(ran), ['team failed', 'other sent']);
    assert.equal(receiver.messages.length, 1);
    receiver.server.fail(undefined);
    assert.deepEqual(states(await succeed(project, ['notify', '--json'], { env })), ['team sent', 'other known']);
    assert.equal(receiver.messages.length, 2);
  });

  it('lists what was perhaps sent, and does not repeat it', async () => {
    const { project, options } = await opened({ faults: [{ reset: 'after' }] });
    for (const _ of ['at once', 'and later']) {
      const { exit, stderr } = await run(project, ['notify'], options);
      assert.equal(exit, 1);
      assert.match(stderr, /Cannot tell whether "team" got the message/);
      assert.match(stderr, /notify --channel team --again/);
    }
    assert.equal(receiver.server.log().length, 1);
  });

  it('is killed in the middle and does not repeat it', async () => {
    const { project, options } = await opened({ faults: [{ delay: 400 }] });
    const running = start(project, ['notify'], options);
    while (receiver.server.log().length === 0 && running.child.exitCode === null) await wait(5);
    running.child.kill('SIGKILL');
    assert.equal((await running.done).exit, null);
    const ran = await run(project, ['notify', '--json'], options);
    assert.equal(ran.exit, 1);
    assert.match(ran.stdout, /did not see the end/);
    assert.equal(receiver.server.log().length, 1);
    await succeed(project, ['notify', '--again'], options);
    assert.equal(receiver.server.log().length, 2);
  });

  it('keeps secrets out of everything it leaves', async () => {
    const quoting = { status: 404, body: `Cannot POST ${PATH}?key=Qu3ry-Canary` };
    const { project, options } = await opened({ faults: [quoting, { reset: 'before' }] });
    const env = { ...options.env, PROVISIONING_DEBUG: 'true' };
    const rans = [await run(project, ['notify', '--verbose'], { env }), await run(project, ['notify', '--json', '--verbose'], { env })];
    assert.equal(receiver.server.log().length, 2);
    assert.match(rans[0]?.stderr ?? '', /it answered 404 \(Cannot POST [/?=*a-z]*\*\*\*\)/);
    assert.doesNotMatch(rans.map(({ stdout, stderr }) => `${stdout}${stderr}`).join(''), CANARIES);
    const left = filesIn(project.path('.provisioning-dist'));
    assert.ok(left.some((file) => file.endsWith('journal.ndjson')) && left.some((file) => file.endsWith('build.log')));
    for (const file of left) assert.doesNotMatch(readFileSync(file, 'utf8'), CANARIES, file);
  });
});

function filesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => `${folder}/${name}`).filter((file) => statSync(file).isFile());
}
