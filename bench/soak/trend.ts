import { median } from '../../src/stats/quantile.ts';

export interface Trend {
  /** Units of `y` for one unit of `x`; the interval's ends are those of 95 %. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

const Z_95 = 1.96;

/**
 * The median of the slopes between all pairs of points (Theil 1950), which single outliers do not move, with Sen's
 * interval (1968) from the normal approximation of Kendall's S, its variance lowered for ties in `y`. `x` ascends
 * without ties. Null below ten points, where the approximation is poor.
 */
export function fitTrend(x: readonly number[], y: readonly number[]): Trend | null {
  const n = y.length;
  if (x.length !== n) throw new RangeError(`expected as many x as y, found ${x.length} and ${n}`);
  if (n < 10) return null;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      slopes[count++] = ((y[j] as number) - (y[i] as number)) / ((x[j] as number) - (x[i] as number));
    }
  }
  slopes.sort();
  const half = Z_95 * Math.sqrt(Math.max(0, varianceOfS(y)));
  const rank = (value: number): number => slopes[Math.max(0, Math.min(count - 1, Math.round(value)))] as number;
  return { slope: median(slopes), low: rank((count - half) / 2 - 1), high: rank((count + half) / 2) };
}

/** Kendall (1970): n(n-1)(2n+5)/18, less the same sum over each group of equal values. */
function varianceOfS(y: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const value of y) groups.set(value, (groups.get(value) ?? 0) + 1);
  const term = (n: number): number => n * (n - 1) * (2 * n + 5);
  const ties = [...groups.values()].reduce((sum, size) => sum + term(size), 0);
  return (term(y.length) - ties) / 18;
}
