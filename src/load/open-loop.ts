import { planArrivals } from './arrivals.ts';
import type { BlockOrder, LoopOutcome } from './block-order.ts';
import type { Connection } from './connection.ts';
import type { Fence } from './fence.ts';
import type { Samples } from './samples.ts';

/** Node's timers are this imprecise and more: the rest of a wait is spent awake. */
const TIMER_SLACK_MS = 2;
/** A short block is no reason to drop what waits for a single slow reply. */
export const MIN_PATIENCE_MS = 100;

/**
 * An open loop: requests arrive as planned, whether or not earlier ones are answered. An arrival takes a free
 * connection, or waits for one; its latency counts from its intended start, waiting included. One that has waited for
 * longer than the block lasts (or 100 ms) is dropped and counted, so that an overloaded block ends.
 */
export async function runOpenLoop(
  connections: readonly Connection[],
  order: BlockOrder & { readonly rate: NonNullable<BlockOrder['rate']> },
  samples: Samples,
  fence: Fence,
): Promise<LoopOutcome> {
  const patienceMs = Math.max(order.durationMs, MIN_PATIENCE_MS);
  const arrivals = planArrivals(order.rate, order);
  const free = connections.map((connection) => ({ connection, since: 0 }));
  const done = Promise.withResolvers<void>();
  let inFlight = 0;
  let errors = 0;
  let error: string | null = null;
  let gaveUp = false;
  let lagMs = 0;
  let connectionMs = 0;
  let dropped = 0;
  let last = 0;

  const launch = async (slot: (typeof free)[number], intendedMs: number): Promise<void> => {
    const { connection } = slot;
    const { timing } = connection;
    inFlight += 1;
    const failure = await connection.ask();
    inFlight -= 1;
    const from = begin + intendedMs;
    connectionMs += timing.end - timing.start;
    last = Math.max(last, timing.end);
    if (failure === null) {
      samples.add(timing, from);
      // Waiting for a connection is the server's doing; what comes on top is this process's own.
      lagMs += timing.start - Math.max(from, slot.since);
    } else {
      errors += 1;
      error ??= failure;
      gaveUp ||= connection.gaveUp();
    }
    slot.since = timing.end;
    free.push(slot);
    dispatch();
  };

  const dispatch = (): void => {
    const now = performance.now() - begin;
    while (free.length > 0 && arrivals.nextMs <= now && !gaveUp) {
      const intendedMs = arrivals.nextMs;
      arrivals.advance();
      if (now - intendedMs > patienceMs) dropped += 1;
      else void launch(free.pop() as (typeof free)[number], intendedMs);
    }
    if (inFlight === 0 && (gaveUp || arrivals.nextMs === Number.POSITIVE_INFINITY)) done.resolve();
  };

  const watch = (): void => {
    dispatch();
    const waitMs = arrivals.nextMs - (performance.now() - begin);
    if (gaveUp || waitMs === Number.POSITIVE_INFINITY) return;
    if (waitMs > TIMER_SLACK_MS) setTimeout(watch, waitMs - TIMER_SLACK_MS);
    else if (free.length > 0) setImmediate(watch);
    // Every connection is busy: the first to be free again takes the next arrival.
    else setTimeout(watch, TIMER_SLACK_MS);
  };

  fence.begin();
  const begin = performance.now();
  watch();
  await done.promise;
  return {
    errors,
    error,
    gaveUp,
    wallMs: Math.max(0, last - begin),
    connectionMs,
    fenceMs: fence.end(),
    loopBusy: 0,
    loop: 'open',
    inFlight: null,
    dropped,
    lagMs,
  };
}
