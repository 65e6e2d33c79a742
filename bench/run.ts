/** npm run bench -- [--gate] [--rounds N] [--only TEXT] */
import { parseArgs } from 'node:util';
import { startup } from './cases/startup.ts';
import { tarGz } from './cases/tar-gz.ts';
import { judge } from './gates.ts';
import { machine } from './machine.ts';
import { caseTable, recorder, verdictTable } from './report.ts';
import { type Run, runCase } from './rounds.ts';

const { values: flags } = parseArgs({
  options: { gate: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});

const host = machine();
const record = recorder(host);
record('machine', host);
console.log(`${host.cpu}, ${host.cores} cores, ${host.system}\n${Object.values(host.tools).join(', ')}`);

const runs: Run[] = [];
for (const makeCase of [...startup, ...tarGz]) {
  const contest = makeCase();
  if (!contest.name.includes(flags.only)) continue;
  const made = await runCase(contest, { rounds: Number(flags.rounds), onRun: (run) => record('run', run) });
  runs.push(...made);
  console.log(caseTable(made));
}

const verdicts = judge(runs);
for (const verdict of verdicts) record('verdict', verdict);
console.log(verdictTable(verdicts));
if (flags.gate && (verdicts.length === 0 || verdicts.some(({ state }) => state === 'missed' || state === 'not judged'))) process.exitCode = 1;
