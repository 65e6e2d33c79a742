/** Contestants take turns; each round gives one ratio. */
import { type Command, type Measurement, measure } from './measure.ts';

export interface Output {
  readonly size: number;
  readonly sha256: string;
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
}

export interface Run extends Measurement, Output {
  readonly case: string;
  readonly contestant: string;
  readonly round: number;
  /** False when other programs were at work: such a round does not count for wall time. */
  readonly quiet: boolean;
}

export interface RoundOptions {
  readonly rounds: number;
  readonly onRun: (run: Run) => void;
}

/**
 * A run may use every core, so any real work beside it puts the load above the core count. A quarter of a core is what an idle machine
 * and our own sampling come to; the machine's counters tick in hundredths of a second, of which two may be wrong.
 */
const FOREIGN_CORES = 0.25;
const UNCERTAIN_SECONDS = 0.02;
/** Rounds tried at most, in multiples of those asked for. */
const PATIENCE = 3;

/** Runs the case until enough rounds were quiet, or patience ends. One round before is not counted: it fills the page cache. */
export async function runCase(contest: Case, { rounds, onRun }: RoundOptions): Promise<Run[]> {
  const wanted = contest.rounds ?? rounds;
  const runs: Run[] = [];
  await round(contest, 0);
  for (let index = 1, quiet = 0; quiet < wanted && index <= wanted * PATIENCE; index++) {
    const made = await round(contest, index);
    made.forEach(onRun);
    runs.push(...made);
    if (made.every((run) => run.quiet)) quiet++;
  }
  return runs;
}

async function round(contest: Case, index: number): Promise<Run[]> {
  const runs: Run[] = [];
  for (const contestant of inTurn(contest, index)) {
    contestant.prepare();
    const measurement = await measure(contestant.command);
    const quiet = (measurement.foreign - FOREIGN_CORES) * measurement.wall <= UNCERTAIN_SECONDS;
    runs.push({ case: contest.name, contestant: contestant.name, round: index, ...measurement, ...contestant.verify(), quiet });
  }
  return runs;
}

/** Every round starts with another contestant. */
function inTurn({ contestants, fixedOrder }: Case, index: number): readonly Contestant[] {
  const first = fixedOrder ? 0 : index % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}
