import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { result, run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { configText, smallProject } from '../small-project.ts';

interface View {
  readonly state: string;
  readonly from: string;
  readonly changes: readonly { readonly registry: string; readonly became: string; readonly seconds?: number }[];
  readonly records: readonly { readonly type: string }[];
}

describe('journal', () => {
  const box = sandbox();
  let project: Project;
  const file = '.provisioning-dist/releases/acme-1.2.3/journal.ndjson';
  before('is killed while it publishes', async () => {
    project = box.project(smallProject({ variants: 'variants: {}' }));
    await run(project, ['release'], { env: { PROVISIONING_DIST_CRASH: '16', PROVISIONING_DIST_SLOTS: '1' } });
  });

  it('lists changes for people, those in doubt too', async () => {
    const { stdout } = await succeed(project, ['journal', '--version', '1.2.3']);
    assert.match(stdout, /^acme 1\.2\.3: partly published$/m);
    assert.match(stdout, /^ {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}local {5}upload acme\/1\.2\.3\/\S+ +done +\d+\.\d$/m);
    assert.match(stdout, /^ {2}\S+ {2}local {5}upload acme\/1\.2\.3\/\S+ +in doubt {2}-$/m);
  });

  it('gives every record as data', async () => {
    const { changes, records, state } = result<View>(await succeed(project, ['journal', '--json']));
    assert.equal(state, 'partly published');
    assert.deepEqual(
      changes.map(({ became }) => became),
      ['done', 'in doubt'],
    );
    assert.deepEqual(
      records.map(({ type }) => type),
      ['begin', 'done', 'begin'],
    );
  });

  it('needs no plugin', async () => {
    project.write({ 'provisioning-dist.yaml': configText({ more: 'plugins: [./nowhere.mjs]' }) });
    await succeed(project, ['journal', '--version', '1.2.3']);
    project.write({ 'provisioning-dist.yaml': configText({ variants: 'variants: {}' }) });
  });

  it('tells of a torn end', async () => {
    appendFileSync(project.path(file), '{"crc":"');
    assert.match((await succeed(project, ['journal'])).stdout, /^the last line is torn \(8 bytes\)/m);
  });

  it('shows what was taken back', async () => {
    await succeed(project, ['rollback', '--version', '1.2.3']);
    const { state, changes } = result<View>(await succeed(project, ['journal', '--json']));
    assert.equal(state, 'rolled back');
    assert.deepEqual(new Set(changes.map(({ became }) => became)), new Set(['reverted']));
  });

  it('asks the registry that keeps it', async () => {
    await succeed(project, ['release']);
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    const { from, state } = result<View>(await succeed(project, ['journal', '--version', '1.2.3', '--json']));
    assert.deepEqual([from, state], ['local', 'published']);
  });

  it('refuses a kept journal that is not whole', async () => {
    appendFileSync(project.path('published/acme/1.2.3/.journal.ndjson'), '{"crc":"');
    const { exit, stderr } = await run(project, ['journal', '--version', '1.2.3']);
    assert.equal(exit, 1);
    assert.match(stderr, /^error\[record-broken\]: .*"local"/m);
  });

  it('says when there is none', async () => {
    const { exit, stderr } = await run(box.project(smallProject()), ['journal', '--version', '1.2.3']);
    assert.equal(exit, 2);
    assert.match(stderr, /^error\[no-journal\]: .*there is none here, nor in "local"/m);
  });

  it('is summed up by status', async () => {
    const other = box.project(smallProject());
    await succeed(other, ['release']);
    assert.match((await succeed(other, ['status'])).stdout, /^journal: published, 7 changes stand, 1 of them public$/m);
  });
});
