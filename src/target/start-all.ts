/**
 * Starts all of them, at most `atOnce` at a time, or none: the first failure stops the others and takes back those that
 * are up. Rejects with that failure, or with the signal's reason.
 */
export async function startAll<T extends AsyncDisposable>(
  starts: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal: AbortSignal,
  atOnce = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const started: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < starts.length && !both.aborted; i = next++) {
      try {
        started[i] = await (starts[i] as (typeof starts)[number])(both);
      } catch (error) {
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, starts.length) }, work));
  if (!both.aborted) return started;
  await endAll(started.filter((thing) => thing !== undefined));
  throw both.reason;
}

/** Takes all of them back, each of them however the others end. */
export async function endAll(things: readonly AsyncDisposable[]): Promise<void> {
  const outcomes = await Promise.allSettled(things.map((thing) => thing[Symbol.asyncDispose]()));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
