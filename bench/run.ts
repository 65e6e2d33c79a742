/** npm run bench -- [--gate] [--rounds N] [--only TEXT] [--write-docs] [--install-peers] */
import { parseArgs } from 'node:util';
import { archives } from './cases/archives.ts';
import type { CaseMaker } from './cases/case.ts';
import { matrix } from './cases/matrix.ts';
import { packages } from './cases/packages.ts';
import { releaseTools } from './cases/release-tools.ts';
import { startup } from './cases/startup.ts';
import { tarGz } from './cases/tar-gz.ts';
import { tarWriter } from './cases/tar-writer.ts';
import { writeDocs } from './docs.ts';
import { judge } from './gates.ts';
import { machine } from './machine.ts';
import { installPeers } from './peers.ts';
import { caseTable, recorder, verdictTable } from './report.ts';
import { type Run, runCase } from './rounds.ts';

/** What all cases together may spend on rounds in place of disturbed ones. */
const PATIENCE_SECONDS = 120;

const { values: flags } = parseArgs({
  options: {
    gate: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    'write-docs': { type: 'boolean', default: false },
    'install-peers': { type: 'boolean', default: false },
  },
});
if (flags['write-docs'] && flags.only !== '') throw new Error('Cannot write the measured section: --only leaves cases out');
if (flags['install-peers']) installPeers();

const host = machine();
const record = recorder(host);
record('machine', host);
console.log(`${host.cpu}, ${host.cores} cores, ${host.system}\n${Object.values(host.tools).join(', ')}`);

const runs: Run[] = [];
const skipped: string[] = [];
const patience = { seconds: PATIENCE_SECONDS };
const cases = [...startup, ...tarGz, ...archives, ...packages, ...matrix, ...tarWriter, ...releaseTools];
for (const maker of cases.filter(({ name }) => name.includes(flags.only))) await contest(maker);

const verdicts = judge(runs);
for (const verdict of verdicts) record('verdict', verdict);
console.log(verdictTable(verdicts));
if (flags['write-docs']) writeDocs({ host, runs, verdicts, skipped });
if (flags.gate && (verdicts.length === 0 || verdicts.some(({ state }) => state === 'missed' || state === 'not judged'))) process.exitCode = 1;

async function contest({ name, skipped: reason, make }: CaseMaker): Promise<void> {
  if (reason !== undefined) return skip(name, reason);
  const made = { name, ...make() };
  if (made.absent?.length) skip(`${name}: ${made.absent.join(', ')}`, 'not installed');
  const found = await runCase(made, { rounds: Number(flags.rounds), patience, onRun: (run) => record('run', run) });
  runs.push(...found);
  console.log(caseTable(found));
}

function skip(what: string, reason: string): void {
  skipped.push(`${what} (${reason})`);
  record('skipped', { what, reason });
  console.log(`\nskipped ${what}: ${reason}`);
}
