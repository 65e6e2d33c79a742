import type { Run } from './rounds.ts';
import { median } from './statistics.ts';

export type Metric = 'wall' | 'cpu' | 'rss' | 'size' | 'encoded' | 'excess';

/** One line of the budget: ours against a peer, or against an absolute number of bytes. */
export interface Gate {
  readonly case: string;
  readonly metric: Metric;
  readonly ours: string;
  /** Peer whose value divides ours, round by round; absent = ours alone, in bytes. */
  readonly against?: string;
  readonly gate: number;
  readonly target: number;
}

export interface Verdict extends Gate {
  /** Median over the rounds that count. */
  readonly value: number;
  readonly rounds: number;
  readonly state: 'target' | 'gate' | 'missed' | 'not judged';
}

/** The name of our contestant in cases that have peers. */
export const OURS = 'ours';
const MB = 1e6;

const RSS = { metric: 'rss', ours: OURS, gate: 160 * MB, target: 130 * MB } as const;

/** The budgets that the cases here can judge. */
export const GATES: readonly Gate[] = [
  { case: 'tar.gz P1', metric: 'wall', ours: OURS, against: 'tar | gzip -6', gate: 0.37, target: 0.34 },
  { case: 'tar.gz P1', metric: 'wall', ours: OURS, against: 'tar | pigz -6 -p2', gate: 0.86, target: 0.65 },
  { case: 'tar.gz P1', metric: 'size', ours: OURS, against: 'tar | gzip -6', gate: 1.02, target: 1.0 },
  { case: 'tar.gz P1', ...RSS },
  { case: 'tar.gz P2', ...RSS },
  { case: 'tar.gz P3', ...RSS },
  { case: 'four outputs P1', metric: 'wall', ours: OURS, against: 'tar | gzip -6', gate: 0.42, target: 0.35 },
  { case: 'four outputs P1', metric: 'excess', ours: OURS, gate: 0, target: 0 },
  { case: 'matrix P5', metric: 'wall', ours: OURS, against: 'tar | gzip -6, zip -6', gate: 0.12, target: 0.09 },
  { case: 'matrix P5', metric: 'excess', ours: OURS, gate: 0, target: 0 },
  { case: 'tar writer P2', metric: 'wall', ours: 'library', against: 'tar', gate: 1.25, target: 1.15 },
  { case: 'tar writer P3', metric: 'wall', ours: 'library', against: 'tar', gate: 0.8, target: 0.75 },
  { case: 'tar.xz P6', metric: 'wall', ours: OURS, against: 'tar | xz -6 -T2', gate: 1.0, target: 0.95 },
  ...(['P7', 'P8', 'P1'] as const).flatMap((payload): Gate[] => [
    { case: `deb gzip ${payload}`, metric: 'wall', ours: OURS, against: 'dpkg-deb -Zgzip -z6', gate: 0.45, target: 0.4 },
    { case: `deb gzip ${payload}`, metric: 'excess', ours: OURS, gate: 0, target: 0 },
    { case: `deb gzip ${payload}`, ...RSS },
    { case: `rpm gzip ${payload}`, metric: 'excess', ours: OURS, gate: 0, target: 0 },
    { case: `rpm gzip ${payload}`, ...RSS },
  ]),
  { case: 'deb zstd P7', metric: 'wall', ours: OURS, against: 'dpkg-deb -Zzstd -z3', gate: 0.8, target: 0.7 },
  { case: 'deb zstd P1', metric: 'wall', ours: OURS, against: 'dpkg-deb -Zzstd -z3', gate: 1.2, target: 1.0 },
  { case: 'rpm gzip P7', metric: 'wall', ours: OURS, against: 'rpmbuild w6.gzdio', gate: 0.2, target: 0.15 },
  { case: 'rpm gzip P1', metric: 'wall', ours: OURS, against: 'rpmbuild w6.gzdio', gate: 0.35, target: 0.27 },
  { case: 'packages P9', metric: 'wall', ours: OURS, against: 'deb alone', gate: 1.25, target: 1.25 },
  { case: 'packages P9', metric: 'excess', ours: OURS, gate: 0, target: 0 },
  { case: 'packages P9', ...RSS },
  { case: 'unchanged packages P7', metric: 'encoded', ours: 'unchanged', gate: 0, target: 0 },
  { case: 'unchanged packages P7', metric: 'encoded', ours: 'outputs gone', gate: 0, target: 0 },
  { case: 'unchanged P1', metric: 'wall', ours: 'unchanged', against: 'cold', gate: 0.2, target: 0.1 },
  { case: 'unchanged P1', metric: 'encoded', ours: 'unchanged', gate: 0, target: 0 },
  { case: 'unchanged P1', metric: 'encoded', ours: 'outputs gone', gate: 0, target: 0 },
  { case: 'unchanged P1', metric: 'excess', ours: 'cold', gate: 0, target: 0 },
  { case: '--version', metric: 'cpu', ours: OURS, against: 'node -e 0', gate: 1.4, target: 1.2 },
  { case: 'package --help', metric: 'cpu', ours: OURS, against: 'node -e 0', gate: 3.8, target: 3.0 },
];

/** Fewer rounds than this decide nothing. Times vary; memory hardly, and the other figures not at all. */
const ENOUGH: Readonly<Record<Metric, number>> = { wall: 5, cpu: 5, rss: 3, size: 1, encoded: 1, excess: 1 };

/** Judges the gates whose case was run. */
export function judge(runs: readonly Run[], gates: readonly Gate[] = GATES): Verdict[] {
  const seen = new Set(runs.map((run) => run.case));
  return gates.filter((gate) => seen.has(gate.case)).map((gate) => verdict(gate, values(runs, gate)));
}

function verdict(gate: Gate, found: readonly number[]): Verdict {
  const value = median(found);
  return { ...gate, value, rounds: found.length, state: found.length < ENOUGH[gate.metric] ? 'not judged' : stateOf(gate, value) };
}

function stateOf({ gate, target }: Gate, value: number): Verdict['state'] {
  if (value <= target) return 'target';
  return value <= gate ? 'gate' : 'missed';
}

/** One value a round: ours, divided by the peer's of the same round. Wall time counts only in quiet rounds. */
export function values(runs: readonly Run[], { case: name, metric, ours, against }: Omit<Gate, 'gate' | 'target'>): number[] {
  const rounds = Map.groupBy(
    runs.filter((run) => run.case === name),
    (run) => run.round,
  );
  return [...rounds.values()].flatMap((round) => {
    const mine = counted(round, ours, metric);
    if (mine === undefined || against === undefined) return mine ?? [];
    const peer = counted(round, against, metric);
    return peer === undefined ? [] : mine / peer;
  });
}

function counted(round: readonly Run[], contestant: string, metric: Metric): number | undefined {
  const run = round.find((each) => each.contestant === contestant);
  return metric === 'wall' && !run?.quiet ? undefined : run?.[metric];
}
