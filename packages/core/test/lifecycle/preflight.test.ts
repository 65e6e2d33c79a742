import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import { publishRelease } from '../../src/lifecycle/publish-release.ts';
import { release } from '../../src/lifecycle/release.ts';
import { SessionProject } from './session-project.ts';

/** What clients get from a registry stands in the file `current-ID`. */
const PLUGIN = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const here = (name) => new URL(name, import.meta.url);
const show = {
  name: 'test.show', key: () => 'it', describe: () => 'show it', visible: true, apply: async () => ({}), revert: async () => {},
};
const box = {
  options: ({ z }) => z.object({}), effects: [show],
  preflight: async ({ id, artifacts }) => {
    appendFileSync(here('calls.txt'), 'ask ' + id + ' ' + (artifacts().length > 0) + '\\n');
    return [{ level: 'warning', code: 'old', subject: id, message: 'The server of ' + id + ' is old' }];
  },
  publish: async (job) => { await job.effect(show, {}); },
  current: async ({ id }) => {
    if (existsSync(here('broken-' + id))) throw new Error('the server is down');
    return existsSync(here('current-' + id)) ? readFileSync(here('current-' + id), 'utf8') : undefined;
  },
};
export default { name: 'test', apiVersion: 1, registries: { box } };
`;

describe('looking ahead', () => {
  let project: SessionProject;
  beforeEach(async () => {
    const config = 'contents: [{ from: a.txt, to: bin/ }]\npublish: { first: { use: box }, then: { use: box, needs: first } }\n';
    project = new SessionProject(config, { 'plugin.mjs': PLUGIN, 'a.txt': 'a' });
    await packageRelease(await project.run(), { clean: false });
  });
  afterEach(() => project.remove());

  async function publishOnly(...only: string[]): Promise<void> {
    await publishRelease(await project.run({ only }), { dryRun: false });
  }

  function told(text: RegExp): number {
    return project.screen.text().match(new RegExp(text, 'g'))?.length ?? 0;
  }

  for (const [what, files, state] of [
    ['nobody knows to be public', {}, /nobody can tell whether it is published there$/],
    ['has another version', { 'current-first': '0.9.0' }, /clients get 0\.9\.0 from it, not 1\.0\.0$/],
    ['cannot be asked', { 'broken-first': '' }, /published there: the server is down$/],
  ] as const) {
    it(`refuses to leave out a need that ${what}`, async () => {
      project.write(files);
      await assert.rejects(publishOnly('then'), { code: 'need-left-out', exit: 3, message: state, hint: 'publish first first, or with it' });
    });
  }

  it('leaves out a need whose clients get the version', async () => {
    project.write({ 'current-first': '1.0.0' });
    await publishOnly('then');
    assert.equal(told(/It needs "first", which is left out: clients get 1\.0\.0 from it/), 1);
  });

  it('leaves out a need that was published from here', async () => {
    await publishOnly('first');
    await publishOnly('then');
    assert.equal(told(/It needs "first", which is left out: the journal tells that 1\.0\.0 is published there/), 1);
  });

  it('asks about no need of a snapshot', async () => {
    rmSync(project.path('packages'), { recursive: true });
    await release(await project.run({ snapshot: true }), { dryRun: false, clean: false });
    assert.equal(told(/need-left-out/), 0);
  });

  it('tells once what registries say twice', async () => {
    project.calls();
    await release(await project.run(), { dryRun: false, clean: false });
    assert.deepEqual(project.calls(), ['ask first false', 'ask then false', 'ask first true', 'ask then true']);
    assert.deepEqual([told(/The server of first is old/), told(/The server of then is old/)], [1, 1]);
  });

  it('tells once of a need left out', async () => {
    project.write({ 'current-first': '1.0.0' });
    await release(await project.run({ skip: ['first'] }), { dryRun: false, clean: false });
    assert.equal(told(/It needs "first"/), 1);
  });
});
