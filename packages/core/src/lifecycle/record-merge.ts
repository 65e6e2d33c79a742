import type { JournalRecord } from './journal-record.ts';

/**
 * Two journals of one release as one: the one here, and one that another machine stored. Usually one goes on where the other ends. Where both
 * went on, nothing of either is dropped, and their ends are put in the order of time: both happened, a record speaks of one effect, and effects
 * look at what is there before they act, so that a clock that is wrong costs a look and no change. To refuse would leave it to people to do the
 * same by hand.
 */

/** `local` itself when the other has nothing beyond it. */
export function mergeRecords(local: readonly JournalRecord[], kept: readonly JournalRecord[]): readonly JournalRecord[] {
  const shared = sharedLength(local, kept);
  if (shared === kept.length) return local;
  const here = local.slice(shared);
  const known = new Set(here.map(identityOf));
  const there = kept.slice(shared).filter((record) => !known.has(identityOf(record)));
  const found = new Set([...foundOfOther(here, there), ...foundOfOther(there, here)]);
  const isOwn = (record: JournalRecord): boolean => !found.has(record);
  return [...local.slice(0, shared), ...found, ...byTime(here.filter(isOwn), there.filter(isOwn))];
}

function sharedLength(local: readonly JournalRecord[], kept: readonly JournalRecord[]): number {
  const differs = kept.findIndex((record, index) => {
    const other = local[index];
    return other === undefined || identityOf(record) !== identityOf(other);
  });
  return differs === -1 ? kept.length : differs;
}

/** What is stored has no options; the rest of a record cannot differ where these are the same. */
function identityOf({ type, id, at }: JournalRecord): string {
  return `${type} ${id} ${at}`;
}

/** What these only found there because the others had made it: told before those, it leaves the change ours. */
function foundOfOther(records: readonly JournalRecord[], others: readonly JournalRecord[]): readonly JournalRecord[] {
  const foundByOthers = new Set(foundRecords(others));
  const made = new Set(others.filter((record) => record.type === 'begin' && !foundByOthers.has(record)).map(({ id }) => id));
  return foundRecords(records).filter(({ id }) => made.has(id));
}

/** The beginnings and ends of changes that were there before they began. */
function foundRecords(records: readonly JournalRecord[]): readonly JournalRecord[] {
  return records.flatMap((record, index) => {
    if (record.type !== 'done' || !record.found) return [];
    const begin = records.slice(0, index).findLast(({ type, id }) => type === 'begin' && id === record.id);
    return begin ? [begin, record] : [record];
  });
}

/** Each keeps its own order, whatever its clock says. */
function byTime(here: readonly JournalRecord[], there: readonly JournalRecord[]): readonly JournalRecord[] {
  const merged: JournalRecord[] = [];
  let next = 0;
  for (const record of here) {
    for (let other = there[next]; other && other.at < record.at; other = there[++next]) merged.push(other);
    merged.push(record);
  }
  return [...merged, ...there.slice(next)];
}
