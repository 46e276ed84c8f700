import type { Block } from '../block.ts';
import { MAX_GC_SHARE, MAX_LOOP_BUSY, MAX_STEAL } from '../limits.ts';
import type { BlockFlag, RoundResult } from '../report.ts';
import { median } from '../stats/quantile.ts';

/** One block as one row: the unit of replication. Without a counted request it has no median and no mean. */
export function summariseBlock(block: Block): RoundResult {
  const { round, position, latencyMs, errors, wallMs, fenceMs, gcMs } = block;
  const requests = latencyMs.length;
  const latencySumMs = sum(latencyMs);
  const runningMs = runningTimeMs(block);
  return {
    round,
    position,
    requests,
    errors,
    medianMs: requests === 0 ? null : median(latencyMs),
    meanMs: requests === 0 ? null : latencySumMs / requests,
    wallMs,
    duty: ratio(latencySumMs, runningMs),
    fenceMs,
    gcMs,
    flags: flagBlock(block),
  };
}

/** Milliseconds in which the block could send: its wall time without the GC fences. */
export function runningTimeMs({ wallMs, fenceMs }: Pick<Block, 'wallMs' | 'fenceMs'>): number {
  return Math.max(0, wallMs - fenceMs);
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
