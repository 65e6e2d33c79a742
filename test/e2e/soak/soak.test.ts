import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { AnyEffect, Artifact, RegistryDefinition, RegistryJob } from '@provisioning-dist/core';
import registry from '@provisioning-dist/plugin-registry';
import { after, before, describe, it } from 'mocha';
import { createOptionsParser } from '../../../packages/core/src/config/options.ts';
import { artifactFile } from '../../../packages/core/src/lifecycle/artifact-file.ts';
import { createEffectRunner } from '../../../packages/core/src/lifecycle/effects.ts';
import { createHttp } from '../../../packages/core/src/lifecycle/http-client.ts';
import { openJournal } from '../../../packages/core/src/lifecycle/journal.ts';
import { type PublishOutcome, type PublishTarget, publishAll } from '../../../packages/core/src/lifecycle/publish.ts';
import { createRedactor } from '../../../packages/core/src/redact.ts';
import { makespan } from './schedule.ts';
import type { SoakReport, SoakServers } from './soak-servers.ts';
import { idOf, metered, type Spent, watched } from './watched.ts';

const IS_FULL = process.env.CI_FULL !== undefined;

/** A thousand artifacts when everything is tested. */
const COUNT = IS_FULL ? 1000 : 60;
const SLOTS = 4;
const SERVERS: SoakServers = { count: 3, seed: 11, rate: 0.05, delay: IS_FULL ? 100 : 50 };
const RELEASE = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 1_700_000_000 };

/** Many artifacts on three servers of which every twentieth request fails. */
describe(`${COUNT} artifacts on three servers that break`, function () {
  this.timeout(600_000);
  let folder = '';
  let child: ChildProcess;
  let soaked: Soaked;
  let report: SoakReport;
  before('publishes them', async () => {
    // as the command line does before it begins
    setFlagsFromString('--semi-space-growth-factor=1');
    folder = mkdtempSync(join(tmpdir(), 'soak-'));
    child = fork(join(import.meta.dirname, 'soak-servers.ts'), [JSON.stringify(SERVERS)], { execArgv: ['--conditions=source'] });
    const [urls] = (await once(child, 'message')) as [readonly string[]];
    soaked = await soak(folder, urls);
    child.send('report');
    [report] = (await once(child, 'message')) as [SoakReport];
  });
  after('removes everything', () => {
    child?.disconnect();
    rmSync(folder, { recursive: true, force: true });
  });

  it('arrive, in spite of failures', () => {
    assert.deepEqual(
      soaked.outcome.errors.map(({ message }) => message),
      [],
    );
    assert.ok(report.failed > COUNT / 10, `${report.failed} of ${report.requests} requests failed`);
  });

  it('are all there', () => {
    const expected = soaked.artifacts.map(({ name, sha256 }) => `/acme/1.0.0/${name} ${sha256}`).toSorted();
    for (const digests of report.digests) {
      const found = Object.entries(digests).map(([path, digest]) => `${path} ${digest}`);
      assert.deepEqual(found.filter((line) => !line.startsWith('/acme/latest.json ')).toSorted(), expected);
    }
  });

  it('were stored once each', () => {
    for (const counts of report.stored) {
      assert.equal(Object.keys(counts).length, COUNT + 1);
      assert.deepEqual(
        Object.entries(counts).filter(([, count]) => count !== 1),
        [],
      );
    }
  });

  it('take hardly longer than their requests and waits', () => {
    if (IS_FULL) console.log(`    ${summary(soaked, report)}`);
    assert.ok(soaked.wall <= soaked.scheduled * (IS_FULL ? 1.15 : 1.5), summary(soaked, report));
  });

  it('take no more memory as they go', () => {
    const quarter = Math.floor(soaked.memory.length / 4);
    const [early, late] = [median(soaked.memory.slice(quarter, 2 * quarter)), median(soaked.memory.slice(-quarter))];
    assert.ok(late <= early * 1.15, `${early} MiB, later ${late} MiB`);
  });
});

interface Soaked {
  readonly outcome: PublishOutcome;
  readonly artifacts: readonly Artifact[];
  /** Milliseconds. */
  readonly wall: number;
  /** With the same slots, waits and requests, when nothing else takes time. */
  readonly scheduled: number;
  /** As above, when requests take what the servers take. */
  readonly ideal: number;
  readonly retries: number;
  /** MiB, every 100 ms. */
  readonly memory: readonly number[];
}

async function soak(folder: string, urls: readonly string[]): Promise<Soaked> {
  const artifacts = makeArtifacts(join(folder, 'packages'));
  const definition = registry.registries?.custom as RegistryDefinition<unknown>;
  const { effects, spent } = watched(definition.effects);
  const waits = new Map<string, number>();
  const handled = new Map<string, Spent>();
  let retries = 0;
  const { signal } = new AbortController();
  const http = createHttp({ signal, userAgent: 'provisioning-dist/test' });
  const key = () => assert.fail('no key is needed');
  const journal = await openJournal(join(folder, 'state'), RELEASE, String);
  const runner = createEffectRunner({
    ...{ mode: 'run', journal, signal, http, key, slots: SLOTS, definitions: effects.values(), retry: { base: 10 } },
    artifactFile: artifactFile((name) => artifacts.find((artifact) => artifact.name === name), join(folder, 'packages')),
    on: (event) => {
      if (event.type !== 'retry') return;
      retries++;
      const id = idOf(event.effect);
      waits.set(id, (waits.get(id) ?? 0) + event.retry.delay);
    },
  });
  const memory: number[] = [];
  const timer = setInterval(() => memory.push(process.memoryUsage.rss() / 2 ** 20), 100);
  const began = performance.now();
  const outcome = await publishAll({
    ...{ release: RELEASE, artifacts: () => artifacts, runner, signal, http, key, tmp: () => folder },
    targets: urls.map((url, index) => targetOf(`server-${index}`, url, definition)),
    call: ({ id }, job) => definition.publish(withEffects({ ...job, http: metered(job.http, handled, id) }, effects)),
  });
  const wall = performance.now() - began;
  clearInterval(timer);
  await journal.close();
  const scheduled = (cost: (spent: Spent) => number): number => {
    const nothing = { requests: 0, time: 0 };
    const durationOf = (effect: (typeof outcome.effects)[number]): number =>
      cost(spent.get(idOf(effect)) ?? nothing) + (waits.get(idOf(effect)) ?? 0);
    const halves = outcome.registries.map(({ id }) => {
      const own = outcome.effects.filter(({ instance }) => instance === id);
      const hidden = makespan(own.filter(({ visible }) => !visible).map(durationOf), SLOTS);
      const visible = makespan(own.filter((effect) => effect.visible).map(durationOf), 1) + cost(handled.get(id) ?? nothing);
      return { hidden, visible };
    });
    return Math.max(...halves.map(({ hidden }) => hidden)) + Math.max(...halves.map(({ visible }) => visible));
  };
  return {
    ...{ outcome, artifacts, wall, retries, memory },
    scheduled: scheduled(({ time }) => time),
    ideal: scheduled(({ requests }) => requests * SERVERS.delay),
  };
}

function targetOf(id: string, url: string, definition: RegistryDefinition<unknown>): PublishTarget {
  const raw = { url: `${url}/{name}/{version}/{artifact}`, conditional: true, delete: {}, pointer: { url: `${url}/{name}/latest.json` } };
  const options = createOptionsParser({ env: {}, redactor: createRedactor() }).parse(definition.options, raw, { file: 'x.yaml', key: id });
  const log = { info: () => {}, warn: () => {}, debug: () => {} };
  return { id, use: 'custom', required: true, needs: [], plugin: 'registry@0.1.0', definition, options, log };
}

function withEffects(job: RegistryJob<unknown>, effects: ReadonlyMap<AnyEffect, AnyEffect>): RegistryJob<unknown> {
  return { ...job, effect: (effect, input) => job.effect((effects.get(effect) ?? effect) as typeof effect, input) };
}

function makeArtifacts(folder: string): readonly Artifact[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: COUNT }, (_, index): Artifact => {
    const name = `acme-1.0.0-part${String(index).padStart(4, '0')}.tar.gz`;
    const bytes = Buffer.from(`part ${index}\n`.repeat(200));
    writeFileSync(join(folder, name), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { name, kind: 'archive', type: 'file', scope: 'cell', size: bytes.length, sha256, digests: { sha256 } };
  });
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN);
}

function summary({ wall, scheduled, ideal, retries, memory }: Soaked, { requests, failed }: SoakReport): string {
  const quarter = memory.length >> 2;
  const times = [wall, scheduled, ideal].map(Math.round).join(' / ');
  const ratios = [wall / scheduled, wall / ideal].map((ratio) => ratio.toFixed(3)).join(' and ');
  const rss = `rss ${median(memory.slice(quarter, 2 * quarter))} -> ${median(memory.slice(-quarter))} MiB`;
  return `wall / scheduled / ideal ${times} ms, ratios ${ratios}; ${failed} of ${requests} requests failed, ${retries} retries; ${rss}`;
}
