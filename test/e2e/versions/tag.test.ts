import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, before } from 'mocha';
import { fixture, PASSPHRASE } from '../../../packages/plugin-sign/test/fixtures.ts';
import { needs } from '../../consumers/tools.ts';
import { type Ran, run, start, succeed } from '../cli.ts';
import { git, type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { makeHistory } from './history.ts';
import { type SshServer, startSshServer } from './ssh-server.ts';

const NODE_MODULES = new URL('../../../node_modules', import.meta.url).pathname;
const TOKEN = 'ghp_0123456789secret';
const TAGGER = '"Ann <ann@example.org>"';

interface Repository {
  readonly project: Project;
  /** Git in the bare repository of the server. */
  readonly there: (...args: readonly string[]) => string;
  readonly folder: string;
}

describe('registry tag', function () {
  this.timeout(60_000);
  const box = sandbox();
  let server: GitServer;
  let count = 0;
  before(async () => {
    server = await startGitServer({ root: box.folder('server'), password: TOKEN });
  });
  after(() => server.close());

  function repository(options = ''): Repository {
    const name = `r${count++}.git`;
    const folder = server.create(name);
    const tag = `tag: { token: { env: GIT_TOKEN }, tagger: ${TAGGER}${options} }`;
    const project = box.project({
      ...smallProject({ version: 'version: 1.0.0', publish: `publish:\n  local: { needs: tag }\n  ${tag}` }),
      node_modules: { link: NODE_MODULES },
      '.gitignore': '/*\n!/history\n',
    });
    project.write({ 'provisioning-dist.yaml': `${project.read('provisioning-dist.yaml')}plugins: ["@provisioning-dist/plugin-git"]\n` });
    makeHistory(project, [{ message: 'one' }, { message: 'two' }]);
    git(project, 'remote', 'add', 'origin', server.url(name));
    // as a mirror would: the server has the commits, and some other tag
    git(project, 'push', '--quiet', folder, 'HEAD~1:refs/heads/main');
    return { project, folder, there: (...args) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim() };
  }

  const env = { GIT_TOKEN: TOKEN };

  function nothingSecret({ stdout, stderr }: Ran): void {
    assert.doesNotMatch(stdout + stderr, new RegExp(`${TOKEN}|${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`));
  }

  it('pushes an annotated tag at the commit', async () => {
    const { project, there } = repository();
    await succeed(project, ['release'], { env });
    const text = `object ${git(project, 'rev-parse', 'HEAD')}\ntype commit\ntag v1.0.0\ntagger Ann <ann@example.org> 1700000060 +0000\n\nacme 1.0.0`;
    assert.equal(there('cat-file', 'tag', 'v1.0.0'), text);
    assert.equal(git(project, 'rev-parse', 'v1.0.0'), there('rev-parse', 'v1.0.0'));
    assert.ok(project.read('published/acme/latest.json'));
  });

  it('pushes it once', async () => {
    const { project, there } = repository();
    await succeed(project, ['release'], { env });
    const id = there('rev-parse', 'v1.0.0');
    await succeed(project, ['publish'], { env });
    assert.equal(there('rev-parse', 'v1.0.0'), id);
  });

  it('pushes nothing in dry runs', async () => {
    const { project, there } = repository();
    const { stdout } = await succeed(project, ['release', '--dry-run'], { env });
    assert.match(stdout, /push tag v1\.0\.0 at [0-9a-f]{7}/);
    assert.equal(there('tag'), '');
  });

  it('takes the tag back with the release', async () => {
    const { project, there } = repository();
    await succeed(project, ['release'], { env });
    await succeed(project, ['rollback', '--version', '1.0.0'], { env });
    assert.equal(there('tag'), '');
    assert.equal(git(project, 'tag'), '');
  });

  it('leaves a tag that somebody moved', async () => {
    const { project, there } = repository();
    await succeed(project, ['release'], { env });
    there('tag', '--force', 'v1.0.0', 'main');
    const ran = await run(project, ['rollback', '--version', '1.0.0'], { env });
    assert.equal(ran.exit, 6);
    assert.match(ran.stdout + ran.stderr, /Cannot use tag "v1\.0\.0": origin has it at/);
    assert.equal(there('rev-parse', 'v1.0.0'), there('rev-parse', 'main'));
  });

  it('pushes the tag the user made, and leaves it here', async () => {
    const { project, there } = repository();
    git(project, 'tag', '--annotate', '--message=by hand', 'v1.0.0');
    await succeed(project, ['release'], { env });
    assert.match(there('cat-file', 'tag', 'v1.0.0'), /by hand$/);
    await succeed(project, ['rollback', '--version', '1.0.0'], { env });
    assert.equal(there('tag'), '');
    assert.equal(git(project, 'tag'), 'v1.0.0');
  });

  it('keeps a tag that was there before', async () => {
    const { project, there, folder } = repository();
    git(project, 'tag', 'v1.0.0');
    git(project, 'push', '--quiet', folder, 'v1.0.0');
    await succeed(project, ['release'], { env });
    await succeed(project, ['rollback', '--version', '1.0.0'], { env });
    assert.equal(there('tag'), 'v1.0.0');
  });

  it('is told of a tag elsewhere before anything is built', async () => {
    const { project, there } = repository();
    there('tag', 'v1.0.0', 'main');
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[tag-taken\]: Cannot use tag "v1\.0\.0": origin has it at [0-9a-f]{12}/);
  });

  it('is told of a tag elsewhere in this repository', async () => {
    const { project } = repository();
    git(project, 'tag', 'v1.0.0', 'HEAD~1');
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /this repository has it at/);
  });

  it('says what the server says, without secrets', async () => {
    const { project, folder, there } = repository();
    const words = `protected by a rule\\033[31m, see https://user:${TOKEN}@git.example/rules`;
    writeFileSync(join(folder, 'hooks/pre-receive'), `#!/bin/sh\nprintf '${words}\\n' >&2\nexit 1\n`, { mode: 0o755 });
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 1);
    assert.match(ran.stderr, /Cannot push tag "v1\.0\.0" to origin: .*protected by a rule.*https:\/\/git\.example\/rules/);
    assert.ok(!ran.stderr.includes('\u001b'));
    nothingSecret(ran);
    assert.equal(there('tag'), '');
  });

  it('finds a wrong token in time, and tells nobody', async () => {
    const { project } = repository();
    const ran = await run(project, ['release'], { env: { GIT_TOKEN: 'revoked-9876543210' } });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[git-remote\]: Cannot reach remote "origin": /);
    assert.doesNotMatch(ran.stdout + ran.stderr, /revoked-9876543210/);
  });

  it('takes the token nowhere else', async () => {
    const { project, folder } = repository();
    const sent = server.authorizations.length;
    const door = createServer((request, response) => {
      const elsewhere = server.url('').replace('127.0.0.1', 'localhost').slice(0, -1);
      response.writeHead(302, { location: elsewhere + request.url }).end();
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    git(project, 'remote', 'set-url', 'origin', `http://127.0.0.1:${(door.address() as AddressInfo).port}/${basename(folder)}`);
    const ran = await run(project, ['release'], { env });
    door.close();
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[git-remote\]: .*302/);
    assert.deepEqual(server.authorizations.slice(sent), []);
  });

  it('leaves no child of git behind', async () => {
    const { project } = repository();
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    git(project, 'remote', 'set-url', 'origin', `http://127.0.0.1:${(silent.address() as AddressInfo).port}/r.git`);
    const connected = new Promise<Socket>((resolve) => silent.once('request', ({ socket }) => resolve(socket)));
    const { child, done } = start(project, ['release'], { env });
    const socket = await connected;
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')));
    child.kill('SIGINT');
    assert.equal((await done).exit, 130);
    const state = await Promise.race([closed, setTimeout(1000, 'open')]);
    silent.closeAllConnections();
    silent.close();
    assert.equal(state, 'closed');
  });

  it('finds a missing remote in time', async () => {
    const { project } = repository();
    git(project, 'remote', 'remove', 'origin');
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[git-remote\]/);
  });

  it('finds that nobody tags', async () => {
    const { project } = repository();
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace(`, tagger: ${TAGGER}`, '') });
    git(project, 'config', 'user.useConfigOnly', 'true');
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[git-no-tagger\]/);
  });

  it('refuses names git does not take', async () => {
    const { project } = repository(', tag: "a..b {version}"');
    const ran = await run(project, ['release'], { env });
    assert.equal(ran.exit, 3);
    assert.match(ran.stderr, /error\[tag-invalid\]/);
  });

  it('needs no branch', async () => {
    const { project, there } = repository();
    git(project, 'checkout', '--quiet', '--detach');
    await succeed(project, ['release'], { env });
    assert.equal(there('tag'), 'v1.0.0');
  });

  it('tags what a shallow clone has', async () => {
    const { project, there, folder } = repository();
    git(project, 'push', '--quiet', folder, 'HEAD:refs/heads/main');
    const url = git(project, 'remote', 'get-url', 'origin');
    git(project, 'fetch', '--quiet', '--depth=1', '--update-shallow', `file://${folder}`, 'main');
    assert.equal(git(project, 'rev-parse', '--is-shallow-repository'), 'true');
    await succeed(project, ['release'], { env });
    assert.equal(there('tag'), 'v1.0.0');
    assert.ok(url.startsWith('http://127.0.0.1'));
  });

  it('runs no hook of the repository', async () => {
    const { project } = repository();
    writeFileSync(project.path('.git/hooks/pre-push'), '#!/bin/sh\ntouch ran\nexit 1\n', { mode: 0o755 });
    await succeed(project, ['release'], { env });
    assert.throws(() => project.read('ran'), { code: 'ENOENT' });
  });

  it('gives each release the version after the last', async () => {
    const { project, there } = repository();
    counted(project);
    await succeed(project, ['release', '--release-type', 'auto'], { env });
    git(project, 'commit', '--quiet', '--allow-empty', '--message', 'feat!: more');
    await succeed(project, ['release', '--release-type', 'auto', '--clean'], { env });
    git(project, 'commit', '--quiet', '--allow-empty', '--message', 'fix: less');
    await succeed(project, ['release', '--release-type', 'prerelease', '--clean'], { env });
    assert.equal(there('tag'), 'v0.1.0\nv0.2.0\nv0.2.1-rc.1');
    assert.equal(JSON.parse(project.read('published/acme/latest.json')).version, '0.2.0');
  });

  it('keeps the version of a release that is resumed', async () => {
    const { project, there } = repository();
    counted(project);
    const point = (await crashPoints()).indexOf('after apply git.tag') + 1;
    const crash = { PROVISIONING_DIST_SLOTS: '1', PROVISIONING_DIST_CRASH: String(point) };
    await run(project, ['release', '--release-type', 'auto'], { env: { ...env, ...crash } });
    const again = await run(project, ['release', '--release-type', 'auto'], { env });
    assert.equal(again.exit, 2);
    assert.match(again.stderr, /it is tagged v0\.1\.0[\s\S]*resume/);
    await succeed(project, ['resume'], { env });
    assert.equal(there('tag'), 'v0.1.0');
    assert.equal(JSON.parse(project.read('published/acme/latest.json')).version, '0.1.0');
  });

  function counted(project: Project): void {
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('version: 1.0.0', 'version: git') });
  }

  it('is found again when the process dies after pushing', async () => {
    const { project, there } = repository();
    const points = await crashPoints();
    const point = points.indexOf('after apply git.tag') + 1;
    assert.ok(point > 0);
    const ran = await run(project, ['release'], { env: { ...env, PROVISIONING_DIST_SLOTS: '1', PROVISIONING_DIST_CRASH: String(point) } });
    assert.equal(ran.exit, null);
    const id = there('rev-parse', 'v1.0.0');
    await succeed(project, ['resume'], { env });
    assert.equal(there('rev-parse', 'v1.0.0'), id);
    await succeed(project, ['rollback', '--version', '1.0.0'], { env });
    assert.equal(there('tag'), '');
  });

  it("leaves a colleague's tag after a crash", async () => {
    const { project, there, folder } = repository();
    const point = (await crashPoints()).indexOf('before apply git.tag') + 1;
    assert.ok(point > 0);
    await run(project, ['release'], { env: { ...env, PROVISIONING_DIST_SLOTS: '1', PROVISIONING_DIST_CRASH: String(point) } });
    git(project, 'tag', '--annotate', '--message=colleague', 'v1.0.0');
    git(project, 'push', '--quiet', folder, 'v1.0.0');
    git(project, 'tag', '--delete', 'v1.0.0');
    const { stdout } = await succeed(project, ['rollback', '--version', '1.0.0'], { env });
    assert.match(stdout, /push tag v1\.0\.0 at \w+ +left alone/);
    assert.match(there('cat-file', 'tag', 'v1.0.0'), /colleague$/);
  });

  /** Names of the points a release comes to, in their order. */
  async function crashPoints(make: () => Repository = repository): Promise<readonly string[]> {
    const { project } = make();
    const log = join(project.home, 'points');
    await succeed(project, ['release'], { env: { ...env, PASSPHRASE, PROVISIONING_DIST_SLOTS: '1', PROVISIONING_DIST_CRASH: `log:${log}` } });
    return readFileSync(log, 'utf8').split('\n');
  }

  function signing(): Repository {
    const made = repository(', sign: release');
    const config = made.project.read('provisioning-dist.yaml').replace('plugins: [', 'plugins: ["@provisioning-dist/plugin-sign", ');
    const key = 'sign: { release: { use: gpg, key: { file: ../key.asc }, passphrase: { env: PASSPHRASE } } }';
    made.project.write({ 'provisioning-dist.yaml': `${config}${key}\n`, '../key.asc': fixture('gpg-eddsa.asc') });
    return made;
  }

  for (const [kind, args] of [
    ['lightweight', []],
    ['unsigned', ['--annotate', '--no-sign', '--message=by hand']],
  ] as const) {
    it(`passes no ${kind} tag off as signed`, async () => {
      const { project, there } = signing();
      git(project, 'tag', ...args, 'v1.0.0');
      const ran = await run(project, ['release'], { env: { ...env, PASSPHRASE } });
      assert.equal(ran.exit, 3);
      assert.match(ran.stderr, /error\[tag-unsigned\]: .*"v1\.0\.0": this repository has it without a signature[\s\S]*git tag --delete/);
      assert.equal(there('tag'), '');
    });
  }

  it('knows its signed tag again after a crash', async () => {
    const { project, there } = signing();
    const point = (await crashPoints(signing)).indexOf('after apply git.tag') + 1;
    const crash = { PROVISIONING_DIST_SLOTS: '1', PROVISIONING_DIST_CRASH: String(point) };
    await run(project, ['release'], { env: { ...env, ...crash, PASSPHRASE } });
    assert.equal(there('tag'), 'v1.0.0');
    await succeed(project, ['rollback', '--version', '1.0.0'], { env: { ...env, PASSPHRASE } });
    assert.equal(there('tag'), '');
  });

  describe('signed', () => {
    needs('gpg');

    it('is verified by git', async () => {
      const { project, there } = signing();
      await succeed(project, ['release'], { env: { ...env, PASSPHRASE } });
      const home = { HOME: project.home, GNUPGHOME: join(project.home, 'gnupg'), PATH: process.env.PATH };
      mkdirSync(home.GNUPGHOME, { mode: 0o700 });
      execFileSync(
        'gpg',
        ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE, '--import', join(project.root, '../key.asc')],
        { env: home, stdio: 'pipe' },
      );
      const { stderr, status } = spawnSync('git', ['verify-tag', '--raw', 'v1.0.0'], { cwd: project.root, env: home, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^\[GNUPG:\] VALIDSIG /m);
      assert.equal(there('cat-file', '-t', 'v1.0.0'), 'tag');
    });
  });

  describe('over ssh', () => {
    needs('ssh', 'ssh-keygen');
    let ssh: SshServer;
    before(async () => {
      ssh = await startSshServer({ keys: box.folder('keys'), root: box.folder('server') });
    });
    after(() => ssh.close());

    it('is pushed with the key of the user', async () => {
      const { project, there, folder } = repository();
      git(project, 'remote', 'set-url', 'origin', ssh.url(basename(folder)));
      await succeed(project, ['release'], { env: { ...env, GIT_SSH_COMMAND: ssh.command } });
      assert.equal(there('tag'), 'v1.0.0');
      assert.ok(ssh.commands.some((command) => command.includes('receive-pack')));
    });

    it('is found impossible without a key', async () => {
      const { project, folder } = repository();
      git(project, 'remote', 'set-url', 'origin', ssh.url(basename(folder)));
      const ran = await run(project, ['release'], { env: { ...env, GIT_SSH_COMMAND: ssh.command.replace(/-i .*/, '-i /dev/null -oBatchMode=yes') } });
      assert.equal(ran.exit, 3);
      assert.match(ran.stderr, /error\[git-remote\]: .*Permission denied/);
    });
  });
});
