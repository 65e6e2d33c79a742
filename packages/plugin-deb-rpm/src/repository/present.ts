import type { Storage } from '@provisioning-dist/storage';
import { isListed, type Listed, type Listing } from './change.ts';

interface Asked<State> {
  readonly state: State;
  readonly date: number;
  readonly signal: AbortSignal;
}

/** What comes back into the indexes must still be in its place: a release that was withdrawn first and taken back later is not. */
export async function withPresent<State extends Listing<Listed>>(
  storage: Storage,
  { state, date, signal }: Asked<State>,
  change: (state: State, date: number) => State,
): Promise<State> {
  const next = change(state, date);
  const unlisted = new Set(state.packages.filter((each) => !isListed(each)).map(({ key }) => key));
  for (const { key } of next.packages.filter((each) => isListed(each) && unlisted.has(each.key))) {
    if (await storage.stat(key, { signal })) continue;
    const rest = { ...state, packages: state.packages.filter((each) => each.key !== key) };
    return await withPresent(storage, { state: rest, date, signal }, change);
  }
  return next;
}
