/** Works on all items, so many at a time; after a failure starts no more, tells those under way, and throws it once they ended. */
export async function inParallel<Item>(
  items: readonly Item[],
  { bound, signal }: { readonly bound: number; readonly signal: AbortSignal | undefined },
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const both = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      both.throwIfAborted();
      await work(item, both);
    }
  };
  const guarded = () =>
    worker().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    });
  const ends = await Promise.allSettled(Array.from({ length: Math.min(bound, items.length) }, guarded));
  if (ends.some(({ status }) => status === 'rejected')) throw both.reason;
}
