/** How long work takes when nothing but the work takes time. */

/** Milliseconds until all tasks are done, begun in their order as slots come free. */
export function makespan(durations: readonly number[], slots: number): number {
  const free = Array.from({ length: slots }, () => 0);
  for (const duration of durations) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + duration;
  }
  return Math.max(...free);
}
