import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer, type TestServer } from '@provisioning-dist/core/testing';
import { type Ran, run, succeed } from '../e2e/cli.ts';
import { type Project, sandbox } from '../e2e/project.ts';
import { smallProject } from '../e2e/small-project.ts';
import { needs } from './tools.ts';

/** A release published by the command line to an HTTP server that knows PUT, and fetched by curl as the public does. */

const PASSWORD = 'canary-word-9Z';

describe('custom registry', function () {
  this.timeout(120_000);
  needs('curl', 'sha256sum');
  const box = sandbox();
  let server: TestServer;
  let project: Project;
  before(async () => {
    server = await startServer({ auth: { user: 'ci', password: PASSWORD, for: 'unsafe' } });
    project = box.project({});
  });
  after(() => server.close());

  function configure(version: string): void {
    const { url } = server;
    const publish = `publish:
  web:
    use: custom
    url: "${url}/{name}/{version}/{artifact}"
    public: true
    auth: { credentialsFile: netrc }
    digest: true
    conditional: true
    delete: {}
    pointer: { url: "${url}/{name}/{tag}.json" }
    journal: "${url}/{name}/{version}/journal"
`;
    project.write(smallProject({ version: `version: ${version}`, publish }));
    project.write({ netrc: { text: `machine 127.0.0.1 login ci password ${PASSWORD}\n`, mode: 0o600 } });
  }

  async function curl(path: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('curl', ['--fail', '--silent', '--show-error', '--noproxy', '*', ...args, server.url + path]);
    return stdout;
  }

  /** What the public sees, without the record. */
  function seen(): readonly string[] {
    return [...server.objects()]
      .filter(([path]) => !path.endsWith('/journal'))
      .map(([path, { sha256 }]) => `${sha256} ${path}`)
      .toSorted();
  }

  function printed({ stdout, stderr }: Ran): string {
    return stdout + stderr;
  }

  it('is asked nothing unsafe in a dry run', async () => {
    configure('1.0.0');
    const ran = await succeed(project, ['release', '--dry-run']);
    assert.match(printed(ran), /upload acme-1\.0\.0-linux-amd64-complete\.tar\.gz/);
    assert.deepEqual(server.unsafe(), []);
  });

  it('gives curl what was released', async () => {
    await succeed(project, ['release', '--clean']);
    const { version } = JSON.parse(await curl('/acme/latest.json'));
    assert.equal(version, '1.0.0');
    const folder = join(box.folder('download'), 'files');
    mkdirSync(folder);
    const sums = await curl('/acme/1.0.0/checksums.sha256', '--output', join(folder, 'checksums.sha256')).then(() =>
      curl('/acme/1.0.0/checksums.sha256'),
    );
    for (const name of sums
      .trim()
      .split('\n')
      .map((line) => line.slice(66)))
      await curl(`/acme/1.0.0/${name}`, '--output', join(folder, name));
    const { stdout } = await promisify(execFile)('sha256sum', ['--check', '--strict', 'checksums.sha256'], { cwd: folder });
    assert.equal(stdout.match(/: OK$/gm)?.length, 4);
  });

  it('is verified as the public sees it', async () => {
    const asked = server.log().length;
    await succeed(project, ['verify']);
    assert.ok(
      server
        .log()
        .slice(asked)
        .every(({ headers }) => headers.authorization === undefined),
    );
  });

  it('goes back byte by byte, also from another machine', async () => {
    const before = seen();
    configure('1.1.0');
    await succeed(project, ['release', '--clean']);
    assert.equal(JSON.parse(await curl('/acme/latest.json')).version, '1.1.0');
    const other = box.project(smallProject({ version: 'version: 1.1.0' }));
    other.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml'), netrc: { text: project.read('netrc'), mode: 0o600 } });
    await succeed(other, ['rollback', '--version', '1.1.0']);
    assert.deepEqual(seen(), before);
    const changes = changed();
    await run(other, ['rollback', '--version', '1.1.0']);
    assert.equal(changed(), changes);
  });

  /** Requests that could have changed something beside the record. */
  function changed(): number {
    return server.unsafe().filter(({ path }) => !path.endsWith('/journal')).length;
  }

  it('sends clients back to a version that is there', async () => {
    configure('1.2.0');
    await succeed(project, ['release', '--clean']);
    await succeed(project, ['rollback', '--version', '1.2.0', '--mode', 'retarget', '--to', '1.0.0']);
    assert.equal(JSON.parse(await curl('/acme/latest.json')).version, '1.0.0');
    await curl('/acme/1.2.0/checksums.sha256');
  });

  it('refuses a credentials file others may read', async () => {
    configure('1.3.0');
    project.write({ netrc: { text: 'machine 127.0.0.1 login ci password x\n', mode: 0o644 } });
    const ran = await run(project, ['release', '--clean']);
    assert.equal(ran.exit, 3);
    assert.match(printed(ran), /others may read it/);
  });

  it('names nobody it signed in as', async () => {
    const printedAll = printed(await run(project, ['journal', '--version', '1.1.0', '--json']));
    assert.ok(!printedAll.includes(PASSWORD));
    const held = [...server.objects().values()].map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
    assert.ok(held.every((text) => !text.includes(PASSWORD)));
  });
});
