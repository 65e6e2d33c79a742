import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startServer, type TestServer } from '../../../packages/core/src/testing/index.ts';
import { type Instance, newInstance } from '../../../packages/plugin-sign/test/sigstore/instance.ts';
import { type Ran, ROOT, type RunOptions, result, run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

const BUILT = process.env.E2E_BUILT === 'true';
const PLUGIN = `plugins: [${join(ROOT, 'packages/plugin-sign', BUILT ? 'dist/index.js' : 'src/index.ts')}]`;

interface Signed {
  readonly signatures: readonly { readonly name: string; readonly state: string }[];
}

describe('sign, keyless', () => {
  const box = sandbox();
  let instance: Instance;
  let server: TestServer;
  /** What GitHub hands out. */
  let handed = '';
  before('starts a Sigstore', async () => {
    instance = newInstance();
    server = await startServer({
      answer: (request) => (request.path === '/idtoken' ? { status: 200, body: JSON.stringify({ value: handed }) } : instance.answer(request)),
    });
  });
  after(() => server.close());
  afterEach(() => server.fail(undefined));

  function project(): Project {
    const { identity, issuer } = instance;
    const options = `{ identity: "${identity}", issuer: "${issuer}", fulcio: "${server.url}", rekor: "${server.url}", trustedRoot: root.json }`;
    const more = `${PLUGIN}\nsign:\n  who: { use: cosign, artifacts: [all], keyless: ${options} }`;
    return box.project({ ...smallProject({ more, variants: 'variants: {}' }), 'root.json': JSON.stringify(instance.trustedRoot()) });
  }

  const env = (token: string = instance.token(), more: Readonly<Record<string, string>> = {}): RunOptions => ({
    env: { SIGSTORE_ID_TOKEN: token, ...more },
  });
  /** Names of the bundles of a release: two archives, the checksums. */
  const COUNT = 3;

  /** What a run has asked of Fulcio and Rekor that could change something. */
  async function asked(use: () => Promise<unknown>): Promise<readonly string[]> {
    const from = server.log().length;
    await use();
    const since = server.log().slice(from);
    return since.filter(({ unsafe }) => unsafe).map(({ path }) => path.split('/').at(-1) ?? '');
  }

  it('asks once for a certificate, and logs every signature', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    const requests = await asked(async () => {
      const { signatures } = result<Signed>(await succeed(made, ['sign', '--json'], env()));
      assert.deepEqual(
        signatures.map(({ state }) => state),
        Array(COUNT).fill('made'),
      );
    });
    assert.deepEqual(requests, ['signingCert', ...Array(COUNT).fill('entries')]);
    await succeed(made, ['validate'], { env: {} });
  });

  it('keeps what is signed', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    await succeed(made, ['sign'], env());
    const before = snapshot(made.path('packages'));
    const requests = await asked(async () => {
      const { signatures } = result<Signed>(await succeed(made, ['sign', '--json'], env()));
      assert.ok(signatures.every(({ state }) => state === 'kept'));
      await succeed(made, ['package'], env());
    });
    assert.deepEqual(requests, []);
    assert.deepEqual(snapshot(made.path('packages')), before);
  });

  it('signs after a failure only what is not signed', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    let entries = 0;
    const size = instance.log.leaves.length;
    server.fail(({ path }) => (path.endsWith('/entries') && ++entries > 1 ? { status: 400 } : undefined));
    assert.equal((await run(made, ['sign'], env())).exit, 1);
    server.fail(undefined);
    await succeed(made, ['sign'], env());
    assert.equal(instance.log.leaves.length - size, COUNT);
  });

  it('logs nothing twice in a release that is resumed', async () => {
    const made = project();
    const size = instance.log.leaves.length;
    assert.equal((await run(made, ['release'], env(undefined, { PROVISIONING_DIST_CRASH: '20' }))).exit, null);
    assert.equal(instance.log.leaves.length - size, COUNT);
    assert.deepEqual(await asked(() => succeed(made, ['resume'], env())), []);
    assert.equal(readdirSync(made.path('published'), { recursive: true }).filter((name) => String(name).endsWith('.cosign.bundle')).length, COUNT);
  });

  it('asks for nothing in a dry run', async () => {
    const made = project();
    assert.deepEqual(await asked(() => succeed(made, ['release', '--dry-run'], env())), []);
    await succeed(made, ['package'], env());
    assert.deepEqual(await asked(() => succeed(made, ['sign', '--dry-run'], env())), []);
  });

  it('leaves a snapshot unsigned where there is no token', async () => {
    const { stderr } = await succeed(project(), ['release', '--snapshot', '--skip', 'publish'], { env: {} });
    assert.match(stderr, /The snapshot is not signed with "who": env SIGSTORE_ID_TOKEN is not set/);
  });

  it('says how to get a token', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    const { exit, stderr } = await run(made, ['sign'], { env: {} });
    assert.equal(exit, 3);
    assert.match(stderr, /there is no identity token[\s\S]*id-token: write/);
  });

  describe('tells nobody its token', () => {
    /** Everything printed, and every file. */
    function told(made: Project, { stdout, stderr }: Ran): string {
      const files = readdirSync(made.root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return [stdout, stderr, ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))].join('\n');
    }

    function assertSilent(text: string, token: string): void {
      const [, payload = '', signature = ''] = token.split('.');
      const forms = [token, payload, signature, encodeURIComponent(token), Buffer.from(token).toString('base64').slice(0, -4)];
      assert.deepEqual(
        forms.flatMap((form, index) => (text.includes(form) ? [index] : [])),
        [],
      );
    }

    const github = (): RunOptions => ({
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken?v=2`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canaryFirst.canarySecond.canaryThird' },
    });

    it('when it signs', async () => {
      const [made, token] = [project(), instance.token()];
      assertSilent(told(made, await succeed(made, ['release', '--verbose'], env(token))), token);
    });

    // Fulcio quotes the whole request when it refuses one
    it('when it is refused', async () => {
      const [made, token] = [project(), newInstance().token()];
      await succeed(made, ['package'], env(token));
      for (const flags of [['--verbose'], ['--json']]) {
        const ran = await run(made, ['sign', ...flags], env(token, { PROVISIONING_DEBUG: 'true' }));
        assert.equal(ran.exit, 1);
        assert.match(ran.stderr + ran.stdout, /does not accept its identity token.*\*\*\*/);
        assertSilent(told(made, ran), token);
      }
    });

    it('when GitHub has made it', async () => {
      const made = project();
      handed = instance.token();
      const ran = await succeed(made, ['release', '--verbose'], github());
      assertSilent(told(made, ran), handed);
      assertSilent(told(made, ran), 'canaryFirst.canarySecond.canaryThird');
    });

    it('when GitHub has made it and it is refused', async () => {
      const made = project();
      handed = newInstance().token();
      await succeed(made, ['package'], github());
      const ran = await run(made, ['sign', '--verbose'], { env: { ...github().env, PROVISIONING_DEBUG: 'true' } });
      assert.match(ran.stderr, /does not accept its identity token.*\*\*\*/);
      assertSilent(told(made, ran), handed);
      assertSilent(told(made, ran), 'canaryFirst.canarySecond.canaryThird');
    });
  });
});
