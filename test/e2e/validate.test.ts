import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { needs, run as tool } from '../consumers/tools.ts';
import { type Ran, result, run, succeed } from './cli.ts';
import { type Project, sandbox } from './project.ts';
import { configText, pluginFile, smallProject } from './small-project.ts';

const ONE = { platforms: 'platforms: [linux-amd64]', variants: '', packages: 'packages: { tar.gz: {}, zip: {}, docs: {}, dir: {} }' };
const ARCHIVE = 'packages/acme-1.2.3-linux-amd64.tar.gz';

interface Found {
  readonly compared: boolean;
  readonly artifacts: readonly { readonly name: string; readonly findings: readonly { readonly code: string; readonly subject: string }[] }[];
  readonly findings: readonly { readonly code: string; readonly subject: string }[];
}

/** `code subject` of every finding. */
function findings(ran: Ran): readonly string[] {
  const { artifacts, findings: own } = result<Found>(ran);
  return [...artifacts.flatMap(({ findings: inside }) => inside), ...own].map(({ code, subject }) => `${code} ${subject}`);
}

describe('validate', () => {
  const { project, folder } = sandbox();

  async function packaged(): Promise<Project> {
    const made = project(smallProject(ONE));
    await succeed(made, ['package']);
    return made;
  }

  async function validated(made: Project, ...args: readonly string[]) {
    const ran = await run(made, ['validate', '--json', ...args]);
    return { exit: ran.exit, findings: findings(ran) };
  }

  it('finds nothing in what was just packaged', async () => {
    assert.deepEqual(await validated(await packaged()), { exit: 0, findings: [] });
  });

  it('answers to test-dist, in words', async () => {
    const { stdout } = await succeed(await packaged(), ['test-dist']);
    assert.match(stdout, /acme-1\.2\.3-linux-amd64\.tar\.gz +0 +0 +0\n.*, compared with a fresh staging\n$/s);
  });

  it('finds what is changed, gone and replaced by a link', async () => {
    const made = await packaged();
    appendFileSync(made.path(ARCHIVE), 'x');
    rmSync(made.path('packages/acme-1.2.3.docs.tar.gz'));
    renameSync(made.path('packages/acme-1.2.3-linux-amd64.zip'), made.path('moved.zip'));
    symlinkSync('../moved.zip', made.path('packages/acme-1.2.3-linux-amd64.zip'));
    assert.deepEqual(await validated(made, '--no-stage'), {
      exit: 4,
      findings: [
        'artifact-changed acme-1.2.3-linux-amd64.tar.gz',
        'archive-unreadable acme-1.2.3-linux-amd64.tar.gz',
        'artifact-type acme-1.2.3-linux-amd64.zip',
        'artifact-missing acme-1.2.3.docs.tar.gz',
      ],
    });
  });

  it('finds a changed folder', async () => {
    const made = await packaged();
    writeFileSync(made.path('packages/acme-1.2.3-linux-amd64/share/doc/readme.md'), '# ACME\n');
    const found = await validated(made);
    assert.deepEqual(found, { exit: 4, findings: ['artifact-changed acme-1.2.3-linux-amd64', 'archive-different share/doc/readme.md'] });
  });

  it('finds sums that say something else', async () => {
    const made = await packaged();
    const sums = made.read('packages/checksums.sha256');
    made.write({ 'packages/checksums.sha256': sums.replace(/^[^\n]*zip\n/m, `${'0'.repeat(64)}  other.zip\n`) });
    assert.deepEqual(
      (await validated(made, '--no-stage')).findings.map((line) => line.split(' ')[0]),
      ['artifact-changed', 'checksum-missing', 'checksum-wrong'],
    );
  });

  it('warns of files nobody lists', async () => {
    const made = await packaged();
    made.write({ 'packages/stray.txt': '' });
    assert.deepEqual(await validated(made, '--no-stage'), { exit: 0, findings: ['unlisted stray.txt'] });
  });

  it('finds contents that are made otherwise now', async () => {
    const made = await packaged();
    made.write({ 'docs/readme.md': '# other\n' });
    const found = await validated(made, '--format', 'tar.gz,docs');
    assert.deepEqual(found, { exit: 4, findings: ['archive-different share/doc/readme.md', 'archive-different share/doc/readme.md'] });
    assert.deepEqual(await validated(made, '--no-stage'), { exit: 0, findings: [] });
  });

  it('builds nothing for artifacts from elsewhere', async () => {
    const made = await packaged();
    const elsewhere = folder('elsewhere');
    cpSync(made.path('packages'), elsewhere, { recursive: true });
    rmSync(made.path('vendor'), { recursive: true });
    const ran = await succeed(made, ['validate', '--from', elsewhere, '--json']);
    assert.deepEqual([result<Found>(ran).compared, findings(ran)], [false, []]);
  });

  it('finds what is planned but not made, unless it is left out', async () => {
    const made = project(smallProject(ONE));
    await succeed(made, ['package', '--format', 'zip']);
    assert.deepEqual(await validated(made, '--no-stage'), {
      exit: 4,
      findings: ['acme-1.2.3-linux-amd64', 'acme-1.2.3-linux-amd64.tar.gz', 'acme-1.2.3.docs.tar.gz'].map((name) => `artifact-not-made ${name}`),
    });
    assert.deepEqual(await validated(made, '--no-stage', '--format', 'zip'), { exit: 0, findings: [] });
  });

  it('warns of what the plan makes no more', async () => {
    const made = await packaged();
    made.write({ 'provisioning-dist.yaml': configText({ ...ONE, packages: 'packages: { tar.gz: {}, dir: {}, docs: {} }' }) });
    assert.deepEqual(await validated(made, '--no-stage'), { exit: 0, findings: ['artifact-not-planned acme-1.2.3-linux-amd64.zip'] });
  });

  it('refuses the folder of another version', async () => {
    const { exit, stderr } = await run(await packaged(), ['validate', '--version', '9.0.0']);
    assert.match(stderr, /^error\[other-release\]: Cannot validate acme 9\.0\.0 in .*: it holds acme 1\.2\.3\n {2}hint: .*--version 1\.2\.3/m);
    assert.equal(exit, 2);
  });

  describe('with another tar', () => {
    needs('tar');

    /** Puts an archive GNU tar made in place of ours, records and all. */
    function repack(made: Project): void {
      const file = made.path(ARCHIVE);
      tool('tar', ['-xf', file], made.root);
      tool('tar', ['--owner=me:1000', '--mtime=@1', '-czf', file, 'acme-1.2.3-linux-amd64'], made.root);
      const bytes = readFileSync(file);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const manifest = JSON.parse(made.read('packages/release.json'));
      const artifact = manifest.artifacts.find(({ name }: { name: string }) => ARCHIVE.endsWith(name));
      Object.assign(artifact, { size: bytes.length, sha256, digests: { sha256 } });
      made.write({ 'packages/release.json': JSON.stringify(manifest) });
    }

    it('finds what another tar leaves in an archive', async () => {
      const made = await packaged();
      repack(made);
      const { exit, findings: found } = await validated(made, '--no-stage', '--format', 'tar.gz');
      const codes = new Set(found.map((line) => line.split(' ')[0]));
      assert.equal(exit, 4);
      for (const code of ['archive-owner', 'archive-time', 'checksum-missing', 'checksum-wrong']) assert.ok(codes.has(code), code);
    });
  });

  describe('with a validator', () => {
    /** Written without types, as a stranger may do it. */
    const LIMIT = `export default { name: 'limit', apiVersion: 1, validators: { 'max-size': {
  options: ({ bytes, z }) => z.object({ limit: bytes() }),
  consumes: { kind: 'archive' },
  validate: async ({ artifacts, options: { limit } }) => artifacts().filter(({ size }) => size > limit)
    .map(({ name, size }) => ({ level: 'error', code: 'too-large', subject: name, message: 'It has ' + size + ' bytes, ' + limit + ' are allowed' })),
} } };
`;

    const limited = (limit: string): Project =>
      project({
        ...smallProject({ ...ONE, packages: 'packages: { tar.gz: {} }', more: `plugins: [./limit.js]\nvalidate: { max-size: { limit: ${limit} } }` }),
        'package.json': '{ "type": "module" }',
        'limit.js': LIMIT,
      });

    it('refuses artifacts above a size', async () => {
      const made = limited('100');
      await succeed(made, ['package']);
      assert.deepEqual(await validated(made, '--no-stage'), { exit: 4, findings: ['too-large acme-1.2.3-linux-amd64.tar.gz'] });
    });

    it('takes those below it', async () => {
      const made = limited('1MiB');
      await succeed(made, ['package']);
      assert.deepEqual(await validated(made), { exit: 0, findings: [] });
    });

    it('publishes nothing it refuses', async () => {
      const made = limited('100');
      const { exit, stderr } = await run(made, ['release']);
      assert.match(stderr, /too-large.*acme-1\.2\.3-linux-amd64\.tar\.gz.* 100 are allowed/s);
      assert.deepEqual([exit, existsSync(made.path('published'))], [4, false]);
      await succeed(made, ['release', '--skip', 'max-size']);
      assert.equal(existsSync(made.path('published')), true);
    });

    it('names the key of a wrong option', async () => {
      const { exit, stderr } = await run(limited('huge'), ['check']);
      assert.match(stderr, /validate\.max-size\.limit/);
      assert.equal(exit, 2);
    });
  });

  describe('with a plugin', () => {
    async function withTap(body: string) {
      const made = project({
        ...smallProject({ ...ONE, packages: 'packages: { tar.gz: {} }', more: 'plugins: [./probe.js]' }),
        'package.json': '{ "type": "module" }',
        'probe.js': pluginFile(`hooks.validate.tap('tar.gz', { name: 'probe' }, async (job) => { ${body} });`),
      });
      await succeed(made, ['package']);
      return validated(made, '--no-stage');
    }

    it('lists its findings after those of the format', async () => {
      const found = await withTap(`return [{ level: 'error', code: 'probe', subject: job.artifact.format, message: 'x' }];`);
      assert.deepEqual(found, { exit: 4, findings: ['probe tar.gz'] });
    });

    it('takes its failure for a finding', async () => {
      assert.deepEqual(await withTap(`throw new Error('broken');`), { exit: 4, findings: ['reader-failed acme-1.2.3-linux-amd64.tar.gz'] });
    });
  });
});
