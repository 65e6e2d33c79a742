import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { DistError } from '../../src/errors.ts';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import { release } from '../../src/lifecycle/release.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { type Validation, validateRelease } from '../../src/lifecycle/validate.ts';
import { SessionProject } from './session-project.ts';

/** What a validator saw is in `calls.txt`; what it answers is in its options. */
const PLUGIN = `
import { appendFileSync, readFileSync } from 'node:fs';
const said = (text) => appendFileSync(new URL('calls.txt', import.meta.url), text + '\\n');
const none = ({ z }) => z.object({});
const txt = { scope: 'cell', group: 'archive', kind: 'archive', ext: 'txt', options: none, *write() { yield Buffer.from('text'); } };
export default {
  name: 'test', apiVersion: 1,
  formats: { txt },
  registries: { box: { options: none, effects: [], publish: async () => said('publish') } },
  validators: {
    look: { options: ({ z }) => z.object({ level: z.string().optional() }), validate: async ({ id, options, artifacts, file }) => {
      said(id + ' ' + artifacts().map((one) => one.name + ':' + readFileSync(file(one)).length).join(' '));
      return options.level ? [{ level: options.level, code: 'looks-bad', subject: id, message: 'it looks bad' }] : [];
    } },
    narrow: { options: none, consumes: { platform: 'linux-amd64' }, validate: async ({ artifacts }) => {
      said('narrow ' + artifacts({ kind: ['archive', 'checksums'] }).map(({ name }) => name).join(' '));
      return [];
    } },
    stray: { options: none, consumes: { platform: 'linux-amd64' }, validate: async ({ file }) => [file({ name: '../secret.txt', sha256: '' })] },
    runs: { options: none, validate: async ({ exec, tmp }) => {
      said('runs ' + (await exec([process.execPath, '-p', 'process.env.SOURCE_DATE_EPOCH'], { cwd: tmp() })).stdout.trim());
      return [];
    } },
    fails: { options: none, validate: () => { throw new TypeError('slip'); } },
    silent: { options: none, validate: async () => {} },
  },
};
`;

const LINUX = 'acme-1.0.0-linux-amd64.txt';
const MACOS = 'acme-1.0.0-macos-arm64.txt';

describe('validators', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  function open(validate: string): void {
    const config = `contents: [{ from: file.txt, to: bin/ }]\npackages: { txt: {} }\npublish: { box: {} }\nvalidate: ${validate}\n`;
    project = new SessionProject(config, { 'plugin.mjs': PLUGIN, 'file.txt': 'file' });
  }

  interface Outcome {
    readonly exit: number;
    readonly codes: readonly string[];
  }

  /** Exit code, and `code subject` of what concerns the folder as a whole. */
  async function validated(options: Partial<SessionOptions> = {}): Promise<Outcome> {
    let shown: Validation | undefined;
    const show = (validation: Validation): void => {
      shown = validation;
    };
    const exit = await exitOf(async () => validateRelease(await project.run(options), { stage: false, filtered: false, show }));
    return { exit, codes: (shown?.findings ?? []).map(({ code, subject }) => `${code} ${subject}`) };
  }

  async function exitOf(work: () => Promise<unknown>): Promise<number> {
    try {
      await work();
      return 0;
    } catch (error) {
      assert.ok(error instanceof DistError);
      return error.exit;
    }
  }

  async function packaged(validate: string): Promise<void> {
    open(validate);
    await packageRelease(await project.run(), { clean: false });
  }

  const releaseExit = (options: Partial<SessionOptions> = {}, dryRun = false): Promise<number> =>
    exitOf(async () => release(await project.run(options), { dryRun, clean: false }));

  it('see every artifact and the checksums', async () => {
    await packaged('{ look: {} }');
    assert.deepEqual(await validated(), { exit: 0, codes: [] });
    const sums = project.read('packages/checksums.sha256').length;
    assert.deepEqual(project.calls(), [`look ${LINUX}:4 ${MACOS}:4 checksums.sha256:${sums}`]);
  });

  it('see only what they consume', async () => {
    await packaged('[narrow]');
    await validated();
    assert.deepEqual(project.calls(), [`narrow ${LINUX}`]);
  });

  it('are not asked about changed artifacts', async () => {
    await packaged('{ narrow: {} }');
    writeFileSync(project.path(`packages/${LINUX}`), 'other');
    assert.equal((await validated()).exit, 4);
    assert.deepEqual(project.calls(), ['narrow ']);
  });

  it('refuse by errors', async () => {
    await packaged('{ mine: { use: look, level: error } }');
    assert.deepEqual(await validated(), { exit: 4, codes: ['looks-bad mine'] });
  });

  it('only warn by warnings', async () => {
    await packaged('{ look: { level: warning } }');
    assert.deepEqual(await validated(), { exit: 0, codes: ['looks-bad look'] });
  });

  it('answer in the order declared', async () => {
    await packaged('{ b: { use: look, level: note }, a: { use: look, level: note } }');
    assert.deepEqual((await validated()).codes, ['looks-bad b', 'looks-bad a']);
  });

  it('get no file from elsewhere', async () => {
    await packaged('{ stray: {} }');
    assert.deepEqual(await validated(), { exit: 4, codes: ['artifact-unknown stray'] });
  });

  it('run programs at the date of the release', async () => {
    await packaged('{ runs: {} }');
    assert.equal((await validated()).exit, 0);
    assert.deepEqual(project.calls(), ['runs 1700000000']);
  });

  for (const [what, validate] of [
    ['throw', '{ fails: {} }'],
    ['answer with nothing', '{ silent: {} }'],
    ['give unknown levels', '{ look: { level: fatal } }'],
  ] as const) {
    it(`refuse when they ${what}`, async () => {
      await packaged(validate);
      const { exit, codes } = await validated();
      assert.deepEqual([exit, codes.map((line) => line.split(' ')[0])], [4, ['validator-failed']]);
    });
  }

  it('keep a release from being published', async () => {
    open('{ look: { level: error } }');
    assert.equal(await releaseExit(), 4);
    assert.equal(project.calls().includes('publish'), false);
  });

  it('let a good release through, before it is published', async () => {
    open('{ look: {} }');
    assert.equal(await releaseExit(), 0);
    assert.deepEqual(
      project.calls().map((call) => call.split(' ')[0]),
      ['look', 'publish'],
    );
  });

  for (const name of ['look', 'validate']) {
    it(`are left out by --skip ${name}`, async () => {
      open('{ look: { level: error } }');
      assert.equal(await releaseExit({ skip: [name] }), 0);
      assert.deepEqual(project.calls(), ['publish']);
    });
  }

  it('are not asked in dry runs', async () => {
    open('{ look: { level: error } }');
    assert.equal(await releaseExit({}, true), 0);
    assert.deepEqual(project.calls(), ['publish']);
  });

  it('must be provided by a plugin', async () => {
    open('{ lock: {} }');
    await assert.rejects(project.run(), {
      code: 'unknown-plugin-key',
      message: /^Cannot use validator "lock": no plugin provides it; there are .*look/,
    });
  });

  it('check their options', async () => {
    open('{ narrow: { wide: true } }');
    await assert.rejects(project.run(), { exit: 2, message: /^Cannot use key "wide" in "validate\.narrow"/ });
  });
});
