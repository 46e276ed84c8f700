import { MIN_ROUNDS } from '../limits.ts';
import type { CellResult } from '../report.ts';
import { bootstrapQuantiles } from '../stats/bootstrap.ts';
import { nearestRank, samplesNeeded } from '../stats/quantile.ts';
import type { Random } from '../stats/random.ts';

const PERCENTILES = { p90: 0.9, p95: 0.95, p99: 0.99 } as const;
type Name = keyof typeof PERCENTILES;

interface Tail extends Pick<CellResult, 'percentilesMs'> {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Extremes and percentiles of the pooled samples; null where there are too few of them to support one. */
export function summariseTail(samples: readonly Float64Array[]): Tail {
  const pooled = pool(samples);
  const percentile = (name: Name): number | null =>
    isSupported(name, pooled.length) ? nearestRank(pooled, PERCENTILES[name]) : null;
  return {
    minMs: pooled[0] ?? 0,
    maxMs: pooled[pooled.length - 1] ?? 0,
    percentilesMs: { p90: percentile('p90'), p95: percentile('p95'), p99: percentile('p99') },
  };
}

/** Bootstrap intervals of the same percentiles; null also where there are too few rounds to draw from. */
export function estimateTailIntervals(
  samples: readonly Float64Array[],
  random: Random,
): CellResult['percentileIntervalsMs'] {
  const requests = samples.reduce((total, { length }) => total + length, 0);
  const intervals: CellResult['percentileIntervalsMs'] = { p90: null, p95: null, p99: null };
  if (samples.length < MIN_ROUNDS) return intervals;
  const names = (['p99', 'p95', 'p90'] as const).filter((name) => isSupported(name, requests));
  const found = bootstrapQuantiles(
    samples,
    names.map((name) => PERCENTILES[name]),
    random,
  );
  names.forEach((name, i) => {
    intervals[name] = found[i] ?? null;
  });
  return intervals;
}

function isSupported(name: Name, requests: number): boolean {
  return requests >= samplesNeeded(PERCENTILES[name]);
}

function pool(samples: readonly Float64Array[]): Float64Array {
  const pooled = new Float64Array(samples.reduce((total, { length }) => total + length, 0));
  let filled = 0;
  for (const block of samples) {
    pooled.set(block, filled);
    filled += block.length;
  }
  return pooled.sort();
}
