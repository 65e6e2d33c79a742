import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseJournal } from '../../src/lifecycle/journal-read.ts';
import { notifyRelease } from '../../src/lifecycle/notify-release.ts';
import { publishRelease } from '../../src/lifecycle/publish-release.ts';
import { recordTargets, writeRecords } from '../../src/lifecycle/record.ts';
import { release } from '../../src/lifecycle/release.ts';
import { resumeRelease } from '../../src/lifecycle/resume.ts';
import { rollbackRelease } from '../../src/lifecycle/rollback-release.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { SessionProject } from './session-project.ts';

/** What stands outside are files in `world`; the record is `kept.ndjson`, and `at-send.ndjson` what it was when a message was sent. */
const PLUGIN = `
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const here = (name) => new URL(name, import.meta.url);
const file = (name) => here('world/' + name);
mkdirSync(here('world/'), { recursive: true });
const thing = (name, more) => ({
  name: 'test.' + name, key: ({ name }) => name, describe: ({ name }) => 'make ' + name,
  probe: async ({ name }) => existsSync(file(name)) ? {} : undefined,
  apply: async ({ name }) => {
    if (existsSync(here('refuses-' + name))) throw Object.assign(new Error('no'), { status: 403 });
    writeFileSync(file(name), '');
    return {};
  },
  revert: async ({ name }) => rmSync(file(name)),
  ...more,
});
const hide = thing('hide');
const show = thing('show', { visible: true });
const say = { name: 'test.say', key: () => '', describe: () => 'say', preview: () => ({}), irreversible: 'said is said', apply: async () => {
  if (existsSync(here('kept.ndjson'))) copyFileSync(here('kept.ndjson'), here('at-send.ndjson'));
  appendFileSync(here('said'), '.');
  return {};
} };
const none = ({ z }) => z.object({});
const box = { options: none, effects: [hide, show], publish: async (job) => {
  await job.effect(hide, { name: job.id + '.hidden' });
  await job.effect(show, { name: job.id + '.shown' });
} };
const keep = { ...box, snapshots: true, record: {
  write: async (job, bytes) => { writeFileSync(here('kept.ndjson'), bytes); appendFileSync(here('writes'), '.'); },
  read: async () => existsSync(here('kept.ndjson')) ? readFileSync(here('kept.ndjson')) : undefined,
} };
const channel = { options: none, effects: [say], send: async (job) => { await job.effect(say, {}); } };
export default { name: 'test', apiVersion: 1, registries: { box, keep }, channels: { channel } };
`;

const STATE = '.provisioning-dist/releases';

describe('a release on several machines', () => {
  let project: SessionProject;
  let machine: string;
  beforeEach(() => {
    machine = 'm1';
    project = new SessionProject(
      'contents: [{ from: a.txt, to: bin/ }]\npublish: { a: { use: keep }, b: { use: box } }\nnotify: { one: { use: channel }, two: { use: channel } }\n',
      { 'plugin.mjs': PLUGIN, 'a.txt': 'a' },
    );
  });
  afterEach(() => project.remove());

  /** Work goes on there: with the journal it left, if any. */
  function goTo(other: string): void {
    if (existsSync(project.path(STATE))) renameSync(project.path(STATE), project.path(`left-${machine}`));
    if (existsSync(project.path(`left-${other}`))) renameSync(project.path(`left-${other}`), project.path(STATE));
    machine = other;
  }

  async function released(options: Partial<SessionOptions> = {}): Promise<void> {
    await release(await project.run({ skip: ['notify'], ...options }), { dryRun: false, clean: false });
  }

  async function published(registry: string): Promise<void> {
    await publishRelease(await project.run({ only: [registry] }), { dryRun: false });
  }

  async function rolledBack(): Promise<void> {
    await rollbackRelease(await project.run(), { mode: 'undo', registries: [], dryRun: false, show: () => {} });
  }

  function world(): readonly string[] {
    return project.names('world');
  }

  function records(name: string) {
    return parseJournal(Buffer.from(project.read(name)), name).records;
  }

  function count(name: string): number {
    return existsSync(project.path(name)) ? project.read(name).length : 0;
  }

  it('is taken back from where each published a part', async () => {
    await released({ only: ['package'] });
    await published('a');
    goTo('m2');
    await published('b');
    goTo('m3');
    await rolledBack();
    assert.deepEqual(world(), []);
  });

  it('is kept by a registry this run leaves out', async () => {
    await released({ only: ['package'] });
    await published('b');
    assert.deepEqual(
      records('kept.ndjson').flatMap((record) => (record.type === 'begin' ? record.key : [])),
      ['b.hidden', 'b.shown'],
    );
  });

  it('is not kept when nothing is published', async () => {
    await released({ only: ['package'] });
    await released({ skip: ['publish', 'notify'] });
    assert.ok(!existsSync(project.path('kept.ndjson')));
  });

  it('is kept nowhere as a snapshot', async () => {
    await released({ snapshot: true });
    assert.ok(!existsSync(project.path('kept.ndjson')));
    assert.ok(world().includes('a.shown'));
  });

  it('is taken over by a journal that stayed behind', async () => {
    await released({ skip: ['b', 'notify'] });
    goTo('m2');
    await released();
    const kept = records('kept.ndjson').length;
    goTo('m1');
    await published('a');
    assert.ok(records('kept.ndjson').length >= kept);
    goTo('m3');
    await rolledBack();
    assert.deepEqual(world(), []);
  });

  it('is announced once by two that resume', async () => {
    project.write({ 'refuses-b.shown': '' });
    await assert.rejects(released({ skip: [] }), { exit: 5 });
    goTo('m2');
    renameSync(project.path('refuses-b.shown'), project.path('accepts'));
    await resumeRelease(await project.run(), {});
    assert.equal(count('said'), 2);
    goTo('m1');
    await assert.rejects(resumeRelease(await project.run(), {}), { code: 'nothing-to-resume' });
    assert.equal(count('said'), 2);
  });

  describe('at the same time', () => {
    /** Each published a part, and neither has seen the record of the other; the one kept is that of the second. */
    async function bothPublished(): Promise<void> {
      await released({ only: ['package'] });
      await published('a');
      goTo('m2');
      rmSync(project.path('kept.ndjson'));
      await published('b');
      goTo('m1');
    }

    it('is taken back whole', async () => {
      await bothPublished();
      await rolledBack();
      assert.deepEqual(world(), []);
    });

    it('loses nothing of the record that is replaced', async () => {
      await bothPublished();
      const run = await project.run();
      await writeRecords(run, recordTargets(run));
      goTo('m3');
      await rolledBack();
      assert.deepEqual(world(), []);
    });
  });

  it('goes by its own journal when the kept one is damaged', async () => {
    await released();
    project.write({ 'kept.ndjson': 'spoilt\n' });
    await rolledBack();
    assert.deepEqual(world(), []);
    assert.match(project.screen.text(), /it is damaged; the journal here is used/);
    assert.equal(records('kept.ndjson').at(-1)?.type, 'end');
  });

  it('shows in a dry run what others did', async () => {
    await released({ skip: ['b', 'notify'] });
    goTo('m2');
    await released();
    goTo('m1');
    const before = project.read(`${STATE}/acme-1.0.0/journal.ndjson`);
    const { effects } = await rollbackRelease(await project.run(), { mode: 'undo', registries: [], dryRun: true, show: () => {} });
    assert.deepEqual(effects.map(({ key }) => key).sort(), ['a.hidden', 'a.shown', 'b.hidden', 'b.shown']);
    assert.equal(project.read(`${STATE}/acme-1.0.0/journal.ndjson`), before);
  });

  describe('before its messages are sent', () => {
    it('has them in the record', async () => {
      await released({ skip: [] });
      assert.deepEqual(
        records('at-send.ndjson').flatMap((record) => (record.type === 'begin' && record.effect === 'test.say' ? record.instance : [])),
        ['notify:one', 'notify:two'],
      );
    });

    it('writes the record once for all of them', async () => {
      await released({ skip: [] });
      // before something is public, with the intents of both, and at the end
      assert.equal(count('writes'), 3);
    });

    it('does not send them twice after a machine is lost', async () => {
      await released({ skip: [] });
      project.write({ 'kept.ndjson': project.read('at-send.ndjson') });
      goTo('m2');
      await released({ skip: [] });
      assert.equal(count('said'), 2);
      assert.match(project.screen.text(), /Cannot tell whether "one" got the message/);
    });
  });

  it('knows the hidden work of one that failed before anything was public', async () => {
    project.write({ 'refuses-b.hidden': '' });
    await assert.rejects(released(), { exit: 1 });
    assert.deepEqual(world(), ['a.hidden']);
    goTo('m2');
    renameSync(project.path('refuses-b.hidden'), project.path('accepts'));
    await released();
    await rolledBack();
    assert.deepEqual(world(), []);
  });

  it('is kept nowhere when it fails before its first change', async () => {
    project.write({ 'refuses-a.hidden': '', 'refuses-b.hidden': '' });
    await assert.rejects(released(), { exit: 1 });
    assert.ok(!existsSync(project.path('kept.ndjson')));
  });

  describe('published again after it was taken back', () => {
    const said = () => count('said');
    const announce = () => released({ skip: [] });

    it('is told again, once', async () => {
      await announce();
      assert.equal(said(), 2);
      await announce();
      assert.equal(said(), 2);
      await rolledBack();
      await rolledBack();
      assert.equal(said(), 4, 'that it was taken back');
      await announce();
      assert.equal(said(), 6);
      await announce();
      assert.equal(said(), 6);
      await rolledBack();
      assert.equal(said(), 8);
    });

    it('is told once by another machine', async () => {
      await announce();
      goTo('m2');
      await rolledBack();
      goTo('m3');
      await announce();
      assert.equal(said(), 6);
      goTo('m1');
      await announce();
      assert.equal(said(), 6);
    });

    it('is told of in a dry run', async () => {
      const dry = async () => (await release(await project.run(), { dryRun: true, clean: false })).notify?.channels.map(({ state }) => state);
      await announce();
      assert.deepEqual(await dry(), ['known', 'known']);
      await rolledBack();
      assert.deepEqual(await dry(), ['dry', 'dry']);
    });

    it('is not told by the command alone', async () => {
      await announce();
      await rolledBack();
      await notifyRelease(await project.run());
      assert.equal(said(), 4);
    });
  });
});
