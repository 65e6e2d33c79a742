import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { after, before, it } from 'mocha';
import { Pool } from '../../packages/core/src/lifecycle/pool.ts';
import { type Ran, type RunOptions, records, run } from './cli.ts';
import { type Files, type Project, sandbox, sha256, snapshot } from './project.ts';
import { CONFIG, configText, type Sections, smallProject } from './small-project.ts';

/** A bad input through the command line: what is said, the exit code, and that nothing half written is left. */
export interface Bad {
  /** What the configuration says instead; a section may end a line with `HERE`. */
  readonly sections?: Sections;
  /** Further files. Those below `moving/` may change during the run. */
  readonly files?: Files;
  /** Default `release`. */
  readonly args?: readonly string[];
  readonly options?: RunOptions;
  /** Further steps; a function it returns undoes them when the run is over. */
  readonly prepare?: (project: Project) => unknown;
  readonly code: string;
  /** Default 2, wrong usage. */
  readonly exit?: number;
  /** How the named place ends: `file:line`. Default the line of the configuration marked `HERE`. */
  readonly at?: string;
  /** The named configuration key, artifact or registry. */
  readonly subject?: string;
  readonly says: RegExp;
  readonly hint?: RegExp;
  /** Artifacts finished before the problem was met stay, whole, for the next run. */
  readonly keepsFinished?: true;
  /** Top-level folders that may hold more than before. */
  readonly leaves?: readonly string[];
}

/** A comment that marks the line an error must name. */
export const HERE = '# <- here';

/** Declares a test per bad input, named by what is refused; their runs go side by side. */
export function refuses(table: Readonly<Record<string, Bad>>): void {
  const box = sandbox();
  const outcomes = new Map<Bad, Promise<Outcome>>();
  before('runs the command line', () => {
    const pool = new Pool(availableParallelism());
    for (const bad of Object.values(table)) {
      const outcome = pool.run(() => observe(bad, box.project({ ...smallProject(bad.sections), ...bad.files })));
      outcome.catch(() => {});
      outcomes.set(bad, outcome);
    }
  });
  after('waits for the last one', () => Promise.allSettled(outcomes.values()));

  for (const [title, bad] of Object.entries(table)) {
    it(`refuses ${title}`, async () => {
      const outcome = await outcomes.get(bad);
      assert.ok(outcome);
      check(bad, outcome);
    }).timeout(120_000);
  }
}

/** One rule in place of the project's contents. */
export function rule(...rules: readonly string[]): Sections {
  const last = rules.length - 1;
  const lines = rules.map((text, index) => `  - ${text}${index === last ? ` ${HERE}` : ''}`);
  return { variants: 'variants: {}', contents: `contents:\n${lines.join('\n')}` };
}

interface Outcome {
  readonly ran: Ran;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What a killed run could have left in the state folder: temporary files, locks. */
  readonly litter: readonly string[];
  /** Artifacts that the checksums beside them do not vouch for. */
  readonly broken: readonly string[];
}

const STATE = '.provisioning-dist';

async function observe(bad: Bad, project: Project): Promise<Outcome> {
  const { args = ['release'], options = {}, keepsFinished, leaves = [] } = bad;
  const undo = bad.prepare?.(project);
  if (options.unprivileged) project.giveAway();
  const without = [STATE, '.git', 'moving', ...leaves, ...(keepsFinished ? ['packages'] : [])];
  try {
    const before = snapshot(project.root, { without });
    const ran = await run(project, [...args, '--json'], options);
    const litter = snapshot(project.root).filter((line) => /^[^ ]*(tmp|\.provisioning-dist\/.*\/lock )/.test(line));
    return { ran, before, after: snapshot(project.root, { without }), litter, broken: keepsFinished ? brokenArtifacts(project) : [] };
  } finally {
    if (typeof undo === 'function') undo();
  }
}

function brokenArtifacts(project: Project): readonly string[] {
  const known = [STATE, 'checksums.sha256', 'release.json'];
  const lines = project.read('packages/checksums.sha256').split('\n');
  const vouched = (name: string): boolean => lines.includes(`${sha256(project.path('packages', name))}  ${name}`);
  return readdirSync(project.path('packages')).filter((name) => !known.includes(name) && !vouched(name));
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly where?: { readonly file?: string; readonly line?: number; readonly subject?: string };
}

function check(bad: Bad, { ran, before, after, litter, broken }: Outcome): void {
  const problems = records(ran).filter(({ type }) => type === 'error') as unknown as readonly Problem[];
  const found = problems.find(({ code }) => code === bad.code) ?? problems[0];
  assert.ok(found, `exit ${ran.exit}\n${ran.stdout}${ran.stderr}`);
  assert.deepEqual({ code: found.code, exit: ran.exit }, { code: bad.code, exit: bad.exit ?? 2 }, JSON.stringify(found));
  assert.match(found.message, bad.says);
  assert.match(found.hint ?? '', bad.hint ?? /^/);
  const place = [found.where?.file, found.where?.line].filter((part) => part !== undefined).join(':');
  assert.ok(place.endsWith(placeOf(bad)), `${placeOf(bad)} is not named by ${JSON.stringify(found)}`);
  assert.equal(found.where?.subject, bad.subject ?? found.where?.subject);
  assert.deepEqual({ after, litter, broken, stderr: ran.stderr }, { after: before, litter: [], broken: [], stderr: '' });
}

function placeOf({ at, sections }: Bad): string {
  const lines = configText(sections).split('\n');
  const marked = lines.findIndex((line) => line.endsWith(HERE));
  return at ?? (marked < 0 ? '' : `${CONFIG}:${marked + 1}`);
}
