import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { Pool } from '../../packages/core/src/lifecycle/pool.ts';
import { ROOT, type RunOptions, succeed } from './cli.ts';
import { commitAll, type Files, type Project, type Special, sandbox, snapshot } from './project.ts';
import { FORMATS, LINUX, sample, WIDE } from './sample.ts';

/** One project packaged in many circumstances: not one byte may differ. */

interface Circumstance {
  readonly options?: RunOptions;
  readonly args?: readonly string[];
  readonly files?: (files: Files) => Files;
  readonly folder?: string;
  /** With the cache of the reference run. */
  readonly warm?: true;
}

const CIRCUMSTANCES: Readonly<Record<string, Circumstance>> = {
  'in another folder': { folder: 'grüße and a long name with blanks'.repeat(4) },
  'as another user under umask 077': { options: { unprivileged: true, umask: '077' } },
  'under umask 000': { options: { umask: '000' } },
  'in another time zone': { options: { env: { TZ: 'Pacific/Kiritimati' } } },
  'in another locale': { options: { env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' } } },
  'with sources of other modes in another order': { files: (files) => Object.fromEntries(Object.entries(files).toReversed().map(closed)) },
  'with one job': { args: ['--jobs', '1'] },
  'with two jobs and little memory': { args: ['--jobs', '2', '--memory', '32MiB'] },
  'with seven jobs': { args: ['--jobs', '7'] },
  'with a warm cache': { warm: true },
};

/** Beside the one that runs the tests. */
const OTHER_NODES = [
  ['22', '^22.18.0'],
  ['26', '^26.0.0'],
] as const;

const DATE = { SOURCE_DATE_EPOCH: '1700000001' };

describe('the same bytes', () => {
  const box = sandbox();
  const pool = new Pool(availableParallelism());
  const found = new Map<string, Promise<readonly string[]>>();
  let reference: readonly string[] = [];
  before('packages the reference', async function () {
    this.timeout(120_000);
    const project = repository(sample());
    reference = await packaged(project);
    for (const [name, circumstance] of Object.entries(CIRCUMSTANCES)) found.set(name, attempt(circumstance, project.home));
  });
  after('waits for the last one', () => Promise.allSettled(found.values()));

  for (const name of Object.keys(CIRCUMSTANCES)) {
    it(`come out ${name}`, async () => assert.deepEqual(await found.get(name), reference)).timeout(120_000);
  }

  it('are of every format, cell and summary', () => {
    const names = reference.map((line) => line.split(/[/ ]/)[0]);
    const cells = FORMATS.filter((format) => !WIDE.includes(format)).flatMap((format) => Array(LINUX.includes(format) ? 2 * 2 : 6 * 2).fill(format));
    assert.equal(new Set(names).size, cells.length + WIDE.length + ['.provisioning-dist', 'checksums.sha256', 'release.json'].length);
  });

  for (const [release, range] of OTHER_NODES) {
    describe(`by Node ${release}`, () => {
      let node = '';
      before(`fetches Node ${release}`, async function () {
        this.timeout(180_000);
        node = (await fetchedNode(release, range)) ?? '';
        if (node !== '') return;
        if (process.env.CI) throw new Error(`Cannot compare with Node ${release}: npm cannot fetch it`);
        this.skip();
      });

      it('come out', async () => assert.deepEqual(await attempt({ options: { node } }), reference)).timeout(120_000);
    });
  }

  function attempt({ files = (all) => all, folder, options = {}, args = [], warm }: Circumstance, home?: string): Promise<readonly string[]> {
    const outcome = pool.run(() => {
      const place = { ...(folder === undefined ? {} : { name: folder }), ...(warm && home !== undefined ? { home } : {}) };
      const project = repository(files(sample()), place);
      if (options.unprivileged) project.giveAway();
      return packaged(project, options, args);
    });
    outcome.catch(() => {});
    return outcome;
  }

  function repository(files: Files, place: { readonly home?: string; readonly name?: string } = {}): Project {
    const project = box.project(files, place);
    commitAll(project);
    return project;
  }
});

/** Path, mode and digest of everything in the output folder. */
async function packaged(project: Project, options: RunOptions = {}, args: readonly string[] = []): Promise<readonly string[]> {
  await succeed(project, ['package', ...args], { ...options, env: { ...DATE, ...options.env } });
  return snapshot(project.path('packages'));
}

/** Without the mode bits that git does not keep. */
function closed([path, content]: [string, Files[string]]): readonly [string, Files[string]] {
  if (content instanceof Uint8Array) return [path, content];
  const special: Special = typeof content === 'string' ? { text: content } : content;
  // A link's own mode cannot be set, and what it leads to is none of ours.
  if (special.link !== undefined) return [path, content];
  return [path, { ...special, mode: special.mode === undefined ? 0o600 : 0o700 }];
}

/** The program of another Node for this machine, from npm, kept between runs; undefined when npm cannot give it. */
async function fetchedNode(release: string, range: string): Promise<string | undefined> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(ROOT, `node_modules/.cache/e2e-node${release}`);
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(program)) return program;
  try {
    await promisify(execFile)('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${range}`]);
    return program;
  } catch (error) {
    console.error(`npm cannot fetch Node ${release}: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}
