interface OrderInterval {
  readonly low: number;
  readonly high: number;
  /** The exact coverage, at least 1 - alpha. */
  readonly confidence: number;
}

/**
 * Interval for the median without any assumption on the distribution: [x(k), x(n+1-k)] with the largest k for which
 * 2 P(Bin(n, 1/2) <= k-1) <= alpha. Null where even the whole range covers less than 1 - alpha (at .05: below 6
 * values).
 */
export function medianInterval(values: readonly number[], alpha = 0.05): OrderInterval | null {
  const n = values.length;
  const { k, confidence } = orderRank(n, alpha);
  if (k === 0) return null;
  const sorted = new Float64Array(values).sort();
  return { low: sorted[k - 1] as number, high: sorted[n - k] as number, confidence };
}

/** The rank k from 1, or 0 where there is none, and the coverage of [x(k), x(n+1-k)]. */
export function orderRank(n: number, alpha = 0.05): { k: number; confidence: number } {
  let k = 0;
  let outside = 0;
  // Logarithms, because 2^-n underflows for large n.
  let logChoose = 0;
  for (let i = 0; i < n / 2; i++) {
    const next = outside + 2 * Math.exp(logChoose - n * Math.LN2);
    if (next > alpha) break;
    outside = next;
    k = i + 1;
    logChoose += Math.log((n - i) / (i + 1));
  }
  return { k, confidence: 1 - outside };
}
