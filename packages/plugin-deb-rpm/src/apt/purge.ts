import type { IndexFile } from './pack.ts';
import { byHashPath, distKey } from './paths.ts';
import { type Generation, isListed, type State } from './state.ts';
import type { SuiteIndex } from './suite-read.ts';

/** What clients may still ask for, and what no more. By the dates of releases, for the bytes must not depend on when somebody publishes. */

const HOUR = 3600;
/** Seconds a deb stays in the pool after it left the indexes. */
const POOL_KEPT = 7 * 24 * HOUR;
/** Seconds an index stays after another one took its place, and how many stay however old they are. */
const INDEX_KEPT = 48 * HOUR;
const GENERATIONS_KEPT = 2;

export interface Leaving {
  readonly found: SuiteIndex;
  /** As wanted. */
  readonly state: State;
  /** The indexes made of it. */
  readonly files: readonly IndexFile[];
  /** Of the Release to come. */
  readonly date: number;
  /** Keys that belong to no index that ever counted. */
  readonly lost: readonly string[];
  readonly suite: string;
}

export interface Spent {
  readonly state: State;
  /** Keys to delete once the new index counts. */
  readonly doomed: readonly string[];
}

export function spent({ found, state, files, date, lost, suite }: Leaving): Spent {
  const isOver = ({ retired }: State['packages'][number]): boolean => retired !== undefined && retired + POOL_KEPT <= date;
  const packages = state.packages.filter((each) => isListed(each) || !isOver(each));
  const all = [...previous(found, date), ...state.generations];
  const isKept = ({ superseded }: Generation, index: number): boolean => index < GENERATIONS_KEPT || superseded + INDEX_KEPT > date;
  const generations = all.filter(isKept);
  const needed = new Set([
    ...packages.map(({ key }) => key),
    ...[...generations.flatMap(({ objects }) => objects), ...files.map(({ path, sha256 }) => byHashPath(path, sha256))].map((path) =>
      distKey(suite, path),
    ),
  ]);
  const left = [
    ...lost,
    ...state.packages.filter((each) => !isListed(each) && isOver(each)).map(({ key }) => key),
    ...all.filter((each) => !generations.includes(each)).flatMap(({ objects }) => objects.map((path) => distKey(suite, path))),
  ];
  const unneeded = (keys: readonly string[]): readonly string[] => [...new Set(keys)].filter((key) => !needed.has(key)).sort();
  return { state: { ...state, packages, generations, purged: unneeded(left) }, doomed: unneeded([...state.purged, ...left]) };
}

/** The index there was until now. */
function previous({ files }: SuiteIndex, date: number): readonly Generation[] {
  if (files.size === 0) return [];
  return [{ superseded: date, objects: [...files].map(([path, { sha256 }]) => byHashPath(path, sha256)).sort() }];
}
