import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal } from '../../src/lifecycle/journal-read.ts';
import { Doomed } from './effect-world.ts';
import { EXPECTED, publishLocally } from './local-release.ts';

/** Path and digest of every file, temporary ones too. */
function filesBelow(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());
  return files.toSorted().map(
    (path) =>
      `${path} ${createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex')}`,
  );
}

describe('a release published into two folders', () => {
  let folder: string;
  let reference: readonly string[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'publish-'));
    await publishLocally(folder);
    reference = filesBelow(join(folder, 'published'));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'publish-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function finish(): Promise<void> {
    const outcome = await publishLocally(folder);
    assert.equal(outcome.failure, undefined);
    assert.deepEqual(filesBelow(join(folder, 'published')), reference);
    const { effects } = await readJournal(join(folder, 'state'));
    assert.ok([...effects.values()].every(({ state }) => state === 'done'));
  }

  it('holds every artifact and pointer', () => {
    const paths = reference.map((line) => line.split(' ')[0]);
    assert.deepEqual(
      paths,
      ['one', 'two'].flatMap((id) => EXPECTED.map((path) => `${id}/${path}`)),
    );
  });

  it('is complete after dying at any record', async () => {
    for (let point = 1; point <= 60; point += 7) {
      const doomed = new Doomed(point);
      await publishLocally(folder, (journal) => doomed.journal(journal));
      await finish();
      rmSync(folder, { recursive: true });
    }
    await finish();
  });

  it('is complete after being killed at any time', async () => {
    for (const delay of [0, 15, 40, 80]) {
      const child = fork(join(import.meta.dirname, 'local-release.ts'), [folder], { execArgv: ['--conditions=source'] });
      const gone = once(child, 'exit');
      await once(child, 'message');
      await sleep(delay);
      child.kill('SIGKILL');
      await gone;
      await finish();
      rmSync(folder, { recursive: true });
    }
    await finish();
  });

  it('is complete without the journal', async () => {
    const doomed = new Doomed(30);
    await publishLocally(folder, (journal) => doomed.journal(journal));
    rmSync(join(folder, 'state'), { recursive: true });
    await finish();
  });
});
