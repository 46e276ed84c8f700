import type { Block } from '../block.ts';
import { MAX_GC_SHARE, MAX_LOOP_BUSY, MAX_STEAL } from '../limits.ts';
import type { BlockFlag, RoundResult } from '../report.ts';
import { median } from '../stats/quantile.ts';

/** One block as one row: the unit of replication. Without a counted request it has no median and no mean. */
export function summariseBlock(block: Block): RoundResult {
  const { round, position, latencyMs, errors, dropped, wallMs, fenceMs, gcMs, steal, serverThrottledMs } = block;
  const requests = latencyMs.length;
  const latencySumMs = sum(latencyMs);
  return {
    round,
    position,
    requests,
    errors,
    dropped,
    medianMs: requests === 0 ? null : median(latencyMs),
    meanMs: requests === 0 ? null : latencySumMs / requests,
    wallMs,
    duty: dutyOf([block]),
    fenceMs,
    gcMs,
    flags: flagBlock(block),
    ...(steal !== null && { steal }),
    ...(serverThrottledMs !== null && { serverThrottledMs }),
  };
}

/** Milliseconds in which the block could send: its wall time without the GC fences. */
export function runningTimeMs({ wallMs, fenceMs }: Pick<Block, 'wallMs' | 'fenceMs'>): number {
  return Math.max(0, wallMs - fenceMs);
}

/**
 * How much of the time the clock saw. Closed loop: the latencies over the time of the connections. Open loop, where
 * waiting for the next arrival is no fault: the share of the latencies that is not the client's own lateness.
 */
export function dutyOf(blocks: readonly Block[]): number {
  const latencyMs = sum(blocks.map((block) => sum(block.latencyMs)));
  if (blocks.some(({ loop }) => loop === 'open'))
    return ratio(Math.max(0, latencyMs - sum(blocks.map(({ lagMs }) => lagMs))), latencyMs);
  return ratio(latencyMs, sum(blocks.map(({ connectionMs }) => connectionMs)));
}

/** `part / whole`, and 0 where there is no whole. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function flagBlock(block: Block): BlockFlag[] {
  const flags: BlockFlag[] = [];
  if (block.steal !== null && block.steal > MAX_STEAL) flags.push('steal');
  if (block.throttledMs !== null && block.throttledMs > 0) flags.push('throttled');
  if (ratio(block.gcMs, runningTimeMs(block)) > MAX_GC_SHARE) flags.push('gc');
  if (block.loopBusy > MAX_LOOP_BUSY) flags.push('busy-loop');
  return flags;
}
