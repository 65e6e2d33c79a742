import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { type Ran, records, run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

describe('output', () => {
  const box = sandbox();
  let project: Project;
  before('makes a project', () => {
    project = box.project(smallProject());
  });

  it('is one JSON object per line by --json', async () => {
    const ran = await succeed(project, ['release', '--json']);
    const found = records(ran);
    assert.ok(found.every(({ type, at }) => typeof type === 'string' && Number.isInteger(at)));
    assert.deepEqual(new Set(found.map(({ type }) => type)), new Set(['message', 'task.start', 'task.done', 'result']));
    assert.equal(ran.stderr, '');
  });

  it('is empty by --quiet', async () => {
    const { stdout, stderr } = await succeed(project, ['package', '--quiet']);
    assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: '' });
  });

  it('is only the error by --quiet', async () => {
    const { exit, stdout, stderr } = await run(project, ['package', '-q', '--platform', 'beos']);
    assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' });
    assert.match(stderr, /^error\[platform-not-selected\]: /);
  });

  it('has results on stdout and the rest on stderr', async () => {
    const { stdout, stderr } = await succeed(project, ['package']);
    assert.match(stdout, /acme-1\.2\.3-linux-amd64-complete\.tar\.gz +\d+ +[0-9a-f]{64}/);
    assert.match(stderr, /acme-1\.2\.3-linux-amd64-complete\.tar\.gz +unchanged/);
  });

  it('has no escape sequences off a terminal', async () => {
    const { stdout, stderr } = await succeed(project, ['package']);
    assert.equal(`${stdout}${stderr}`.includes('\x1b'), false);
  });

  it('has stack traces by PROVISIONING_DEBUG', async () => {
    const args = ['package', '--platform', 'beos'];
    assert.doesNotMatch((await run(project, args)).stderr, / at selectPlatforms /);
    assert.match((await run(project, args, { env: { PROVISIONING_DEBUG: 'true' } })).stderr, /^ {2}\| +at selectPlatforms /m);
  });

  it('is the same in build.log', async () => {
    await succeed(project, ['package']);
    assert.match(project.read('.provisioning-dist/releases/acme-1.2.3/build.log'), /acme-1\.2\.3-linux-amd64-complete\.tar\.gz/);
  });
});

describe('a secret', () => {
  const box = sandbox();
  const SECRET = 'hunter2+/ s3cr3t';
  const FORMS = [SECRET, Buffer.from(SECRET).toString('base64'), encodeURIComponent(SECRET), Buffer.from(`user:${SECRET}`).toString('base64')];

  /** A registry that tells everybody its token, then fails with it. */
  const LEAKY = `
const said = (token) => [token, Buffer.from(token).toString('base64'), encodeURIComponent(token), Buffer.from('user:' + token).toString('base64')].join(' ');
export default { name: 'leaky', apiVersion: 1, registries: { leaky: {
  options: ({ z, secret }) => z.object({ token: secret(), fail: z.boolean().default(false) }),
  effects: [],
  publish: async (job) => {
    const token = await job.options.token.reveal();
    job.log.info('info ' + said(token));
    job.log.warn('warn ' + JSON.stringify({ token, options: job.options }));
    if (job.options.fail) throw new Error('cannot use ' + said(token), { cause: new Error(token) });
  },
} } };
`;

  async function told(
    reference: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly ran: Ran; readonly project: Project }> {
    const sections = { publish: `publish:\n  leaky: ${reference}`, more: 'plugins: [./leaky.mjs]' };
    const project = box.project({ ...smallProject(sections), 'leaky.mjs': LEAKY, 'token.txt': `${SECRET}\n` });
    return { ran: await run(project, ['release', ...args], { env }), project };
  }

  function assertUnsaid({ ran, project }: Awaited<ReturnType<typeof told>>): void {
    const files = snapshot(project.root, { without: ['token.txt'] }).filter((line) => /^(\.provisioning-dist|packages)\/.*[0-9a-f]{64}$/.test(line));
    const texts = [ran.stdout, ran.stderr, ...files.map((line) => project.read(line.split(' ')[0] ?? ''))];
    for (const form of FORMS)
      assert.equal(
        texts.some((text) => text.includes(form)),
        false,
        form,
      );
    assert.ok(texts.some((text) => text.includes('***')));
  }

  const REFERENCES: Readonly<Record<string, string>> = {
    'an environment variable': '{ token: { env: ACME_TOKEN } }',
    'a file': '{ token: { file: token.txt } }',
    'a command': '{ token: { cmd: [cat, token.txt] } }',
  };
  for (const [origin, reference] of Object.entries(REFERENCES)) {
    it(`from ${origin} is never said`, async () => {
      const outcome = await told(reference, ['--verbose'], { ACME_TOKEN: SECRET });
      assert.equal(outcome.ran.exit, 0, outcome.ran.stderr);
      assertUnsaid(outcome);
    });
  }

  it('is not said by errors with stack traces', async () => {
    const outcome = await told('{ token: { env: ACME_TOKEN }, fail: true }', [], { ACME_TOKEN: SECRET, PROVISIONING_DEBUG: 'true' });
    assert.equal(outcome.ran.exit, 1);
    assertUnsaid(outcome);
  });

  it('is not said by --json', async () => {
    assertUnsaid(await told('{ token: { env: ACME_TOKEN }, fail: true }', ['--json'], { ACME_TOKEN: SECRET }));
  });

  it('that is missing is named', async () => {
    const { ran } = await told('{ token: { env: ACME_TOKEN } }', []);
    assert.notEqual(ran.exit, 0);
    assert.match(ran.stderr, /"env ACME_TOKEN": the variable is not set/);
  });

  it('that is written out is refused', async () => {
    const { ran } = await told('{ token: hunter2 }', []);
    assert.equal(ran.exit, 2);
    assert.doesNotMatch(`${ran.stdout}${ran.stderr}`, /hunter2/);
  });
});
