/** The middle value, or the mean of the two middle ones. NaN for no values. The input is left as it is. */
export function median(values: ArrayLike<number>): number {
  const sorted = new Float64Array(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * The mean of the middle half (25 % trimmed at each end): as deaf to single outliers as the median, but it does not
 * jump where the values have two peaks. NaN for no values.
 */
export function midmean(values: ArrayLike<number>): number {
  const sorted = new Float64Array(values).sort();
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.subarray(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * The nearest-rank quantile (type 1 of Hyndman and Fan 1996, the inverse of the empirical distribution): the smallest
 * value that at least the share `p` of the values does not exceed. Always a value that was observed. `sorted` ascends;
 * NaN for no values.
 */
export function nearestRank(sorted: ArrayLike<number>, p: number): number {
  return sorted[rankOf(p, sorted.length) - 1] ?? Number.NaN;
}

/** The rank, from 1, of the nearest-rank quantile `p` among `n` values. */
export function rankOf(p: number, n: number): number {
  // Without the allowance 0.07 of 100 would have rank 8: the product is 7.000000000000001.
  return Math.max(1, Math.ceil(p * n - 1e-9));
}

/**
 * How many values a quantile needs before it says anything: from here on the largest one exceeds the true quantile `p`
 * with 95 % probability (p90 29, p95 59, p99 299).
 */
export function samplesNeeded(p: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(p));
}
