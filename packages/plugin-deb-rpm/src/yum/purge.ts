import type { ListedData } from './repomd.ts';
import { type Generation, isListed, type State } from './state.ts';

/** What clients may still ask for, and what no more. By the dates of releases, for the bytes must not depend on when somebody publishes. */

const HOUR = 3600;
/** Seconds an rpm stays in its place after it left the lists. */
const PACKAGES_KEPT = 7 * 24 * HOUR;
/** Seconds metadata stays after other took its place (clients hold repomd.xml for 48 hours), and how many stay however old they are. */
const METADATA_KEPT = 48 * HOUR;
const GENERATIONS_KEPT = 2;

export interface Leaving {
  /** What is listed until now. */
  readonly data: readonly ListedData[];
  /** As wanted. */
  readonly state: State;
  /** Keys of the metadata made of it. */
  readonly keys: readonly string[];
  /** Of the repomd.xml to come. */
  readonly date: number;
  /** Keys that belong to no metadata that ever counted. */
  readonly lost: readonly string[];
}

export interface Spent {
  readonly state: State;
  /** Keys to delete once the new metadata counts. */
  readonly doomed: readonly string[];
}

export function spent({ data, state, keys, date, lost }: Leaving): Spent {
  const isOver = ({ retired }: State['packages'][number]): boolean => retired !== undefined && retired + PACKAGES_KEPT <= date;
  const packages = state.packages.filter((each) => !isOver(each));
  const previous: readonly Generation[] = data.length === 0 ? [] : [{ superseded: date, objects: data.map(({ key }) => key).sort() }];
  const all = [...previous, ...state.generations];
  const generations = all.filter(({ superseded }, index) => index < GENERATIONS_KEPT || superseded + METADATA_KEPT > date);
  const needed = new Set([...packages.map(({ key }) => key), ...generations.flatMap(({ objects }) => objects), ...keys]);
  const left = [
    ...lost,
    ...state.packages.filter((each) => !isListed(each) && isOver(each)).map(({ key }) => key),
    ...all.filter((each) => !generations.includes(each)).flatMap(({ objects }) => objects),
  ];
  const unneeded = (all: readonly string[]): readonly string[] => [...new Set(all)].filter((key) => !needed.has(key)).sort();
  return { state: { ...state, packages, generations, purged: unneeded(left) }, doomed: unneeded([...state.purged, ...left]) };
}
