import { performance } from 'node:perf_hooks';
import type { BlockOrder, LoopOutcome } from './block-order.ts';
import type { Connection } from './connection.ts';
import type { Fence } from './fence.ts';
import type { Samples } from './samples.ts';

/**
 * A closed loop: on each connection the next request starts when the one before it is done. With one connection,
 * garbage is collected between two samples, outside the clock. With several there is always one in flight, so the
 * collections are V8's own and count into the block's `gcMs`.
 */
export async function runClosedLoop(
  connections: readonly Connection[],
  order: Pick<BlockOrder, 'durationMs' | 'minRequests'>,
  samples: Samples,
  fence: Fence,
): Promise<LoopOutcome> {
  const alone = connections.length === 1;
  let errors = 0;
  let error: string | null = null;
  let gaveUp = false;
  let connectionMs = 0;
  let allBusyFrom = Number.NEGATIVE_INFINITY;
  let allBusyUntil = Number.POSITIVE_INFINITY;

  const ask = async (connection: Connection, begin: number): Promise<void> => {
    const { timing } = connection;
    // One thread starts them all: those that come later have not waited, they have not begun.
    let first = Number.NaN;
    let firstEnd = Number.NaN;
    for (;;) {
      const failure = await connection.ask();
      if (Number.isNaN(first)) {
        first = timing.start;
        firstEnd = timing.end;
      }
      if (failure === null) {
        samples.add(timing, timing.start);
      } else {
        errors += 1;
        error ??= failure;
        gaveUp ||= connection.gaveUp();
      }
      if (gaveUp || (samples.count >= order.minRequests && timing.end - begin >= order.durationMs)) break;
      if (alone) fence.pass();
    }
    connectionMs += timing.end - first;
    allBusyFrom = Math.max(allBusyFrom, firstEnd);
    allBusyUntil = Math.min(allBusyUntil, timing.end);
  };

  fence.begin();
  const busyBefore = performance.eventLoopUtilization();
  const begin = performance.now();
  await Promise.all(connections.map((connection) => ask(connection, begin)));
  const last = Math.max(...connections.map(({ timing }) => timing.end));
  const loopBusy = performance.eventLoopUtilization(busyBefore).utilization;
  const fenceMs = fence.end();
  return {
    errors,
    error,
    gaveUp,
    wallMs: last - begin,
    connectionMs: Math.max(0, connectionMs - fenceMs),
    fenceMs,
    loopBusy,
    loop: 'closed',
    inFlight: applyLittle(samples, allBusyFrom, allBusyUntil),
    dropped: 0,
    lagMs: 0,
  };
}

/** With fewer replies, those that lie across the ends of the time would weigh more than the error looked for. */
const MIN_REPLIES = 100;

/**
 * N = X R over a time in which every connection was busy: what began before it and is counted stands for what is still
 * in flight at its end. Null where it saw too few replies.
 */
function applyLittle(samples: Samples, from: number, to: number): number | null {
  const { count, meanMs } = samples.between(from, to);
  return to > from && count >= MIN_REPLIES ? (count / (to - from)) * meanMs : null;
}
