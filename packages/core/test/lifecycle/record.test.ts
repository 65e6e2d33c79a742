import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { DistError } from '../../src/errors.ts';
import { parseJournal } from '../../src/lifecycle/journal-read.ts';
import { readRecords, recordTargets } from '../../src/lifecycle/record.ts';
import { release } from '../../src/lifecycle/release.ts';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import { SessionProject } from './session-project.ts';

/** Keeps journals in files beside it. What is kept when something becomes public is copied to `seen.ndjson`. */
const PLUGIN = `
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const here = (name) => new URL(name, import.meta.url);
const effect = (name, more) => ({
  name: 'test.' + name, key: () => '', describe: () => name, apply: async () => ({}), revert: async () => {}, ...more,
});
const hide = effect('hide');
const show = effect('show', { visible: true, apply: async (_, { options }) => {
  if (existsSync(here('kept.ndjson'))) copyFileSync(here('kept.ndjson'), here('seen.ndjson'));
  if (options.fails === 'show') throw new Error('not shown');
  return {};
} });
const box = {
  options: ({ z }) => z.object({ fails: z.string().optional(), path: z.string().optional() }),
  effects: [hide, show],
  publish: async (job) => { await job.effect(hide, {}); await job.effect(show, {}); },
};
const keep = { ...box, record: {
  can: ({ path }) => path !== 'nowhere',
  write: async ({ options }, bytes) => {
    if (options.fails === 'write') throw new Error('disk full');
    writeFileSync(here('kept.ndjson'), bytes);
    writeFileSync(here('writes'), (existsSync(here('writes')) ? readFileSync(here('writes'), 'utf8') : '') + '.');
  },
  read: async () => existsSync(here('kept.ndjson')) ? readFileSync(here('kept.ndjson')) : undefined,
} };
export default { name: 'test', apiVersion: 1, registries: { box, keep } };
`;

describe('the stored record', () => {
  let project: SessionProject;
  afterEach(() => project.remove());

  async function runOf(publish: string): Promise<RunContext> {
    project = new SessionProject(`contents: [{ from: a.txt, to: bin/ }]\npublish: ${publish}\n`, { 'plugin.mjs': PLUGIN, 'a.txt': 'a' });
    return await project.run();
  }

  function keepers(run: RunContext): readonly string[] {
    return recordTargets(run).map(({ id }) => id);
  }

  async function published(publish: string): Promise<RunContext> {
    const run = await runOf(publish);
    await release(run, { dryRun: false, clean: false });
    return run;
  }

  function records(name: string) {
    return parseJournal(Buffer.from(project.read(name)), name).records;
  }

  it('is kept by the first registry that can', async () => {
    assert.deepEqual(keepers(await runOf('{ box: {}, second: { use: keep }, third: { use: keep } }')), ['second']);
  });

  it('is kept by those that say so', async () => {
    assert.deepEqual(keepers(await runOf('{ first: { use: keep }, second: { use: keep, record: true } }')), ['second']);
  });

  it('is not kept by one whose options give no place', async () => {
    assert.deepEqual(keepers(await runOf('{ first: { use: keep, path: nowhere }, second: { use: keep } }')), ['second']);
  });

  it('is not asked of one whose options give no place', async () => {
    const run = await runOf('{ first: { use: keep, path: nowhere, record: true } }');
    assert.throws(() => recordTargets(run), {
      code: 'record-unsupported',
      exit: 2,
      message: 'Cannot keep the journal in "first": its options give no place for it',
    });
  });

  it('is not asked of a registry that keeps none', async () => {
    const run = await runOf('{ box: { record: true } }');
    assert.throws(() => recordTargets(run), { code: 'record-unsupported', exit: 2 });
  });

  it('is stored before anything is public, with all that is hidden', async () => {
    await published('{ keep: {}, box: {} }');
    const done = records('seen.ndjson').filter(({ type }) => type === 'done');
    assert.equal(done.length, 2);
  });

  it('is stored again at the end', async () => {
    await published('{ keep: {}, box: {} }');
    const done = records('kept.ndjson').filter(({ type }) => type === 'done');
    assert.equal(done.length, 4);
    assert.equal(records('kept.ndjson').at(-1)?.type, 'end');
  });

  it('is stored after a failure that left something public', async () => {
    const run = await runOf('{ keep: {}, box: { fails: show, needs: keep } }');
    await assert.rejects(release(run, { dryRun: false, clean: false }), { exit: 5 });
    const last = records('kept.ndjson').at(-1);
    assert.equal(last?.type === 'end' && last.outcome, 'failed');
  });

  it('holds no options', async () => {
    await published('{ keep: { path: /home/somebody } }');
    assert.doesNotMatch(project.read('kept.ndjson'), /somebody/);
    assert.match(project.read('.provisioning-dist/releases/acme-1.0.0/journal.ndjson'), /somebody/);
  });

  it('is not stored again when nothing was done', async () => {
    await published('{ keep: {} }');
    const writes = project.read('writes');
    await release(await project.run(), { dryRun: false, clean: false });
    assert.equal(project.read('writes'), writes);
  });

  it('is completed when an earlier run could not store it', async () => {
    await published('{ keep: {} }');
    rmSync(project.path('kept.ndjson'));
    await release(await project.run(), { dryRun: false, clean: false });
    assert.equal(records('kept.ndjson').at(-1)?.type, 'end');
  });

  it('is a warning when it cannot be stored', async () => {
    await published('{ keep: { fails: write } }');
    assert.match(project.screen.text(), /Cannot keep the journal in "keep": disk full/);
    assert.ok(!existsSync(project.path('kept.ndjson')));
  });

  describe('read back', () => {
    async function readAs(change: (text: string) => string): Promise<unknown> {
      const run = await published('{ keep: {} }');
      project.write({ 'kept.ndjson': change(project.read('kept.ndjson')) });
      return await readRecords(run, recordTargets(run));
    }

    it('is what was stored', async () => {
      assert.equal(((await readAs(String)) as { id: string }).id, 'keep');
    });

    for (const [what, change] of Object.entries({
      'a torn': (text: string) => text.slice(0, -3),
      'an empty': () => '',
      'a spoilt': (text: string) => text.replace('hide', 'hyde'),
      'a strange': () => '<html>\n',
    })) {
      it(`refuses ${what} one`, async () => {
        await assert.rejects(readAs(change), { code: 'record-broken' });
      });
    }

    it('refuses that of another release', async () => {
      await readAs(String);
      const other = await project.run({ version: '2.0.0' });
      await assert.rejects(
        readRecords(other, recordTargets(other)),
        (error) => error instanceof DistError && error.code === 'journal-of-other-release',
      );
    });
  });
});
