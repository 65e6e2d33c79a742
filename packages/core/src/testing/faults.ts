import { sha256 } from './server-objects.ts';

/** What goes wrong with a request, instead of or beside what it asks for. */
export interface Fault {
  /** Milliseconds before anything happens. */
  readonly delay?: number;
  /** The connection breaks `before` the request is looked at, or `after` it was carried out. */
  readonly reset?: 'before' | 'after';
  /** Answered in place of the true status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The request is carried out although `status` says something else. */
  readonly stored?: boolean;
  /** The answer's length is announced, but the connection breaks after so many bytes of it. */
  readonly truncate?: number;
}

/** Who is asked what goes wrong; `index` counts requests from 0. */
export type FaultScript = (request: { readonly method: string; readonly path: string }, index: number) => Fault | undefined;

const FAULTS: readonly Fault[] = [
  { status: 503, body: 'come back later' },
  { status: 500, body: 'something broke' },
  { status: 502, body: 'bad gateway', stored: true },
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 503, headers: { 'retry-after': '0' } },
  { reset: 'before' },
  { reset: 'after' },
  { truncate: 1 },
];

/**
 * A mix of all faults that pass by themselves, for the given share of the requests. Which ones follows from the seed, the method, the path and
 * how often that was asked, so that requests side by side do not change it; one and the same request fails three times in a row at most.
 */
export function faults(seed: number, rate: number): FaultScript {
  const counts = new Map<string, number>();
  const inRow = new Map<string, number>();
  return ({ method, path }) => {
    const key = `${method} ${path}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const random = Number.parseInt(sha256(`${seed} ${count} ${key}`).slice(0, 12), 16) / 2 ** 48;
    const row = random < rate ? (inRow.get(key) ?? 0) + 1 : 0;
    inRow.set(key, row > 3 ? 0 : row);
    if (row === 0 || row > 3) return undefined;
    return FAULTS[Math.floor((random / rate) * FAULTS.length)];
  };
}
