import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRepository as readApt } from '../apt/client.ts';
import { readRepository as readYum } from '../yum/client.ts';

/** Processes share nothing but the repository. */
describe('publishers in two processes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'publishers-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function race(registry: string): Promise<string> {
    const repository = join(folder, registry);
    const start = (name: string): ChildProcess =>
      fork(join(import.meta.dirname, 'publisher.ts'), [registry, repository, join(folder, name), name], { execArgv: ['--conditions=source'] });
    const racers = ['a', 'b'].map(start);
    await Promise.all(racers.map((racer) => once(racer, 'message')));
    const ends = Promise.all(racers.map((racer) => once(racer, 'exit')));
    for (const racer of racers) racer.send('go');
    assert.deepEqual(
      (await ends).map(([code]) => code),
      [0, 0],
    );
    return repository;
  }

  const products = ['a', 'b'].flatMap((name) => [0, 1, 2, 3, 4].map((product) => `${name}${product}`));

  it('lose nothing of an apt repository', async () => {
    assert.deepEqual(
      readApt(await race('apt')).packages,
      products.map((name) => `${name} 1.0-1`),
    );
  }).timeout(60_000);

  it('lose nothing of a yum repository', async () => {
    assert.deepEqual(
      (await readYum(await race('yum'))).packages,
      products.map((name) => `${name} 1.0-1`),
    );
  }).timeout(60_000);
});
