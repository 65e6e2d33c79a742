import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '../../src/lifecycle/journal-read.ts';

describe('crash points', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'crash-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A release in a process of its own; the signal that ended it. */
  async function releaseWith(crash: string): Promise<string | null> {
    const program = join(import.meta.dirname, 'local-release.ts');
    const env = { ...process.env, PROVISIONING_DIST_CRASH: crash, PROVISIONING_DIST_SLOTS: '1' };
    const child = spawn(process.execPath, ['--conditions=source', program, folder], { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const [, signal] = await once(child, 'exit');
    return signal as string | null;
  }

  async function pointsOf(): Promise<readonly string[]> {
    const log = join(folder, 'log');
    await releaseWith(`log:${log}`);
    const points = readFileSync(log, 'utf8').trimEnd().split('\n');
    rmSync(folder, { recursive: true });
    return points;
  }

  it('come in the same order every time', async () => {
    const points = await pointsOf();
    const journal = ['before journal append', 'before journal sync', 'after journal sync'];
    const effect = [...journal, 'before apply storage.upload', 'after apply storage.upload', ...journal];
    assert.deepEqual(points.slice(0, 11), [...journal, ...effect]);
    assert.equal(points.length, journal.length + 14 * effect.length);
    assert.deepEqual(await pointsOf(), points);
  });

  it('kill the process at the one that is named', async () => {
    // header, intent, change: in the middle of them the intent stands and the result does not
    assert.equal(await releaseWith('8'), 'SIGKILL');
    const { records } = await readJournal(join(folder, 'state'));
    assert.deepEqual(
      records.map(({ type }) => type),
      ['begin'],
    );
  });
});
