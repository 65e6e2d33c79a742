import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { ROOT } from '../folders.ts';
import { OURS } from '../gates.ts';
import { CLI } from '../project.ts';
import type { Contestant, Output } from '../rounds.ts';
import type { CaseMaker } from './case.ts';

/** Many short runs: one of them is a few hundredths of a second. */
const ROUNDS = 25;

export const startup: readonly CaseMaker[] = [answer(['--version'], /^provisioning-dist\/\d/), answer(['package', '--help'], /USAGE/)];

function answer(args: readonly string[], expected: RegExp): CaseMaker {
  const bare = run('node -e 0', ['-e', '0'], /^$/);
  return { name: args.join(' '), make: () => ({ rounds: ROUNDS, contestants: [run(OURS, [CLI, ...args], expected), bare] }) };
}

/** The output is looked at in a run of its own: measured runs write nowhere. */
function run(name: string, args: readonly string[], expected: RegExp): Contestant {
  const command = { pipeline: [[process.execPath, ...args]] as const, cwd: ROOT };
  let output: Output | undefined;
  return {
    name,
    prepare: () => {},
    command,
    verify: () => {
      output ??= looked(args, expected);
      return output;
    },
  };
}

function looked(args: readonly string[], expected: RegExp): Output {
  const text = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (!expected.test(text)) throw new Error(`node ${args.join(' ')} answered ${JSON.stringify(text.slice(0, 200))}`);
  return { size: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}
