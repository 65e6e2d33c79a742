import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { DistError, EXIT } from '../../src/errors.ts';
import { guarded } from '../../src/lifecycle/guarded.ts';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import { readRunRecord } from '../../src/lifecycle/run-record.ts';
import { releaseStatus } from '../../src/lifecycle/status.ts';
import { SessionProject } from './session-project.ts';

describe('guarded', () => {
  let project: SessionProject;
  let run: RunContext;

  beforeEach(async () => {
    project = new SessionProject();
    run = await project.run();
  });

  afterEach(() => project.remove());

  function fails(error: unknown): Promise<never> {
    return guarded(run, 'test', {}, () => Promise.reject(error));
  }

  it('records what the work answers', async () => {
    await guarded(run, 'test', {}, async () => ({ artifacts: [{ name: 'a', size: 1 }], more: 1 }));
    const { outcome, exit, summary } = readRunRecord(run.stateDir) ?? {};
    assert.deepEqual({ outcome, exit, summary }, { outcome: 'ok', exit: 0, summary: { artifacts: ['a'], more: 1 } });
  });

  it('records a failure with its exit code', async () => {
    await assert.rejects(fails(new DistError('x', 'Cannot do "it": no', { exit: EXIT.validation })));
    const { command, outcome, exit, problems } = readRunRecord(run.stateDir) ?? {};
    assert.deepEqual({ command, outcome, exit, count: problems?.length }, { command: 'test', outcome: 'failed', exit: 4, count: 1 });
  });

  it('lets go of its locks after a failure', async () => {
    await assert.rejects(fails(new Error('x')));
    assert.equal(await guarded(run, 'test', {}, async () => 'again'), 'again');
  });

  it('keeps everybody else out, without a trace of them', async () => {
    await guarded(run, 'first', {}, async () => {
      await assert.rejects(
        guarded(run, 'second', {}, async () => {}),
        { code: 'locked', exit: 7 },
      );
      assert.equal(readRunRecord(run.stateDir), undefined);
    });
    assert.equal(readRunRecord(run.stateDir)?.command, 'first');
  });

  it('guards the output folder of other versions too', async () => {
    const other = await project.run({ version: '2.0.0' });
    await guarded(run, 'first', {}, () =>
      assert.rejects(
        guarded(other, 'second', {}, async () => {}),
        { code: 'locked' },
      ),
    );
  });

  it('tells the failure of the work, not that of its record', async () => {
    mkdirSync(join(run.stateDir, 'run.json'), { recursive: true });
    await assert.rejects(fails(new Error('the reason')), { message: 'the reason' });
    assert.match(project.screen.text(), /Cannot record this run: Cannot write ".*run\.json": it is a folder/);
  });

  it('has done its work also when it cannot be recorded', async () => {
    mkdirSync(join(run.stateDir, 'run.json'), { recursive: true });
    assert.equal(await guarded(run, 'test', {}, async () => 'published'), 'published');
  });

  it('hides secrets in record and log', async () => {
    const redacted = { ...run, redact: (text: string) => text.replaceAll('s3cret', '***') };
    await assert.rejects(guarded(redacted, 'test', {}, () => Promise.reject(new Error('bad token s3cret'))));
    assert.doesNotMatch(project.read('.provisioning-dist/releases/acme-1.0.0/run.json'), /s3cret/);
  });

  it('is told of by status, however broken its record', async () => {
    mkdirSync(run.stateDir, { recursive: true });
    writeFileSync(join(run.stateDir, 'run.json'), '{"schema":1');
    assert.equal((await releaseStatus(run)).lastRun, undefined);
  });
});

describe('temporary folders', () => {
  it('go, also when nobody may write into them', async () => {
    const project = new SessionProject();
    const run = await project.run();
    const folder = run.tmp.make();
    mkdirSync(join(folder, 'closed'));
    writeFileSync(join(folder, 'closed', 'file'), 'x');
    chmodSync(join(folder, 'closed'), 0o500);
    run.tmp.removeAll();
    assert.ok(!existsSync(folder));
    await project.remove();
  });
});
