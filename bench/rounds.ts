/** Contestants take turns; each round gives one ratio. */
import { type Command, type Measurement, measure } from './measure.ts';

export interface Output {
  readonly size: number;
  readonly sha256: string;
  /** Seconds the program measured itself, in place of those of the process. */
  readonly wall?: number;
  /** Bytes given to encoders; of ours alone. */
  readonly encoded?: number;
  /** How many of them were needless: encoded before, or in this run. */
  readonly excess?: number;
}

export interface Contestant {
  readonly name: string;
  /** Not measured: takes away what an earlier run left. */
  readonly prepare: () => void;
  readonly command: Command;
  /** Not measured: throws unless the output is right. */
  readonly verify: () => Output;
}

export interface Case {
  readonly name: string;
  /** The first is ours, the others its peers. */
  readonly contestants: readonly [Contestant, ...Contestant[]];
  /** True when a contestant starts from what the one before it left. */
  readonly fixedOrder?: boolean;
  readonly rounds?: number;
  /** Peers this machine does not have. */
  readonly absent?: readonly string[];
}

export interface Run extends Measurement, Omit<Output, 'wall'> {
  readonly case: string;
  readonly contestant: string;
  readonly round: number;
  /** False when other programs were at work: such a round does not count for wall time. */
  readonly quiet: boolean;
}

export interface RoundOptions {
  readonly rounds: number;
  /** Shared by all cases. */
  readonly patience: Patience;
  readonly onRun: (run: Run) => void;
}

/** Seconds left for rounds beyond those asked for, which take the place of disturbed ones. */
export interface Patience {
  seconds: number;
}

/**
 * A run may use every core, so any real work beside it puts the load above the core count. A quarter of a core is what an idle machine
 * and our own sampling come to; the machine's counters tick in hundredths of a second, of which two may be wrong.
 */
const FOREIGN_CORES = 0.25;
const UNCERTAIN_SECONDS = 0.02;
/** Rounds tried at most, in multiples of those asked for. */
const TRIES = 3;

/** Runs the case until enough rounds were quiet, or patience ends. One round before is not counted: it fills the page cache. */
export async function runCase(contest: Case, { rounds, patience, onRun }: RoundOptions): Promise<Run[]> {
  const wanted = contest.rounds ?? rounds;
  const runs: Run[] = [];
  await round(contest, 0);
  for (let index = 1, quiet = 0; quiet < wanted && mayTry(index, wanted, patience); index++) {
    const began = performance.now();
    const made = await round(contest, index);
    if (index > wanted) patience.seconds -= (performance.now() - began) / 1000;
    made.forEach(onRun);
    runs.push(...made);
    if (made.every((run) => run.quiet)) quiet++;
  }
  return runs;
}

function mayTry(index: number, wanted: number, { seconds }: Patience): boolean {
  return index <= wanted || (index <= wanted * TRIES && seconds > 0);
}

async function round(contest: Case, index: number): Promise<Run[]> {
  const runs: Run[] = [];
  for (const contestant of inTurn(contest, index)) {
    contestant.prepare();
    const measurement = await measure(contestant.command);
    const output = contestant.verify();
    runs.push({ case: contest.name, contestant: contestant.name, round: index, ...measurement, ...output, quiet: isQuiet(measurement) });
  }
  return runs;
}

export function isQuiet({ foreign, wall }: Pick<Measurement, 'foreign' | 'wall'>): boolean {
  return (foreign - FOREIGN_CORES) * wall <= UNCERTAIN_SECONDS;
}

/** Every round starts with another contestant. */
function inTurn({ contestants, fixedOrder }: Case, index: number): readonly Contestant[] {
  const first = fixedOrder ? 0 : index % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}
