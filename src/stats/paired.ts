import type { Interval } from './bootstrap.ts';
import { studentQuantile } from './student-t.ts';

/** Differences of pairs, summed up. For ratios of times they are ln(b/a), so that the mean is a geometric one. */
export interface PairedEstimate {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation of the differences (n - 1); null below two of them. */
  readonly spread: number | null;
}

/** Mean and spread of at least one difference. */
export function estimatePaired(differences: readonly number[]): PairedEstimate {
  const n = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  return { n, mean, spread: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}

/** mean +- t(n-1) * spread / sqrt(n). Null below two differences. */
export function studentInterval({ n, mean, spread }: PairedEstimate, confidence: number): Interval | null {
  if (spread === null) return null;
  const half = (studentQuantile((1 + confidence) / 2, n - 1) * spread) / Math.sqrt(n);
  return { low: mean - half, high: mean + half };
}
