import { faults, startServer } from '@provisioning-dist/core/testing';

/** Servers that break, in a process of their own: their memory and time are nobody else's. Argument: JSON of `SoakServers`. */

export interface SoakServers {
  readonly count: number;
  readonly seed: number;
  /** Share of requests that fail. */
  readonly rate: number;
  /** Milliseconds every request takes. */
  readonly delay: number;
}

export interface SoakReport {
  /** How often each path was stored, by server. */
  readonly stored: readonly Readonly<Record<string, number>>[];
  /** What is there at the end. */
  readonly digests: readonly Readonly<Record<string, string>>[];
  readonly requests: number;
  readonly failed: number;
}

const { count, seed, rate, delay } = JSON.parse(process.argv[2] ?? '{}') as SoakServers;

let requests = 0;
let failed = 0;
const stored = Array.from({ length: count }, (): Record<string, number> => ({}));
const servers = await Promise.all(
  stored.map((counts, index) => {
    const script = faults(seed + index, rate);
    return startServer({
      faults: (request, number) => {
        const fault = script(request, number);
        requests++;
        if (fault) failed++;
        return { ...fault, delay };
      },
      answer: ({ method, path }) => {
        if (method === 'PUT') counts[path] = (counts[path] ?? 0) + 1;
        return undefined;
      },
    });
  }),
);

process.on('message', () => {
  const digests = servers.map(({ objects }) => Object.fromEntries([...objects()].map(([path, { sha256 }]) => [path, sha256])));
  process.send?.({ stored, digests, requests, failed } satisfies SoakReport);
});
process.on('disconnect', () => process.exit());
process.send?.(servers.map(({ url }) => url));
