import { type PairedEstimate, studentInterval } from './paired.ts';
import { studentQuantile, studentTwoSided } from './student-t.ts';

export type MarginVerdict = 'faster' | 'slower' | 'equivalent' | 'inconclusive';

export const ALPHA = 0.05;

/** The normal quantile of 80 % power. */
const Z_POWER = 0.84;

/** More rounds than anybody would run: no number of them is worth naming. */
const MAX_ROUNDS_NAMED = 10_000;

/** A margin of 5 % is symmetric in logarithms: from 1/1.05 to 1.05. */
export function logMargin(margin: number): number {
  return Math.log1p(margin);
}

/**
 * Two-sided p of "the true difference lies within +-limit". Below .05 exactly where the 95 % t interval lies wholly
 * outside. 1 where the mean is within the limit; null below two rounds.
 */
export function marginP({ n, mean, spread }: PairedEstimate, limit: number): number | null {
  if (spread === null) return null;
  const beyond = Math.abs(mean) - limit;
  return beyond <= 0 ? 1 : studentTwoSided((beyond * Math.sqrt(n)) / spread, n - 1);
}

/**
 * `faster` or `slower` where `p` (of `marginP`, adjusted for its family where there is one) is below alpha; `equivalent`
 * where the interval of confidence 1 - 2 alpha lies wholly within the limit (two one-sided tests, Schuirmann 1987);
 * else `inconclusive`. The differences are ln(b/a): negative means that b is faster.
 */
export function judge(estimate: PairedEstimate, limit: number, p: number | null, alpha = ALPHA): MarginVerdict {
  const inner = studentInterval(estimate, 1 - 2 * alpha);
  if (p === null || inner === null) return 'inconclusive';
  if (p < alpha) return estimate.mean < 0 ? 'faster' : 'slower';
  return inner.low > -limit && inner.high < limit ? 'equivalent' : 'inconclusive';
}

/**
 * Rounds that would settle an inconclusive pair with 80 % power: ((1.96 + .84) s / D)^2 + 2. What has to be told apart
 * is the true difference and the margin, so D is the distance from the observed difference to the margin, on whichever
 * side it lies. At an observed difference of 0 that is the margin itself (s .08: 5 % 24 rounds, 10 % 8).
 *
 * Beyond the margin 1.96 gives way to the quantile that the family's adjustment asks for: `family` is the number of
 * members that are not rejected yet, the factor by which Holm multiplies the next p. Never fewer rounds than were run
 * without settling it. Null below two rounds, and where more than 10 000 would be needed.
 */
export function roundsNeeded(
  { n, mean, spread }: PairedEstimate,
  limit: number,
  family: number,
  alpha = ALPHA,
): number | null {
  if (spread === null) return null;
  const beyond = Math.abs(mean) - limit;
  const z = normalQuantile(1 - alpha / 2 / (beyond > 0 ? Math.max(1, family) : 1));
  const rounds = Math.max(n + 1, Math.ceil((((z + Z_POWER) * spread) / beyond) ** 2) + 2);
  return rounds <= MAX_ROUNDS_NAMED ? rounds : null;
}

/**
 * The difference that a two-sided test at `alpha` of "no difference" finds with 80 % power where the mean has this
 * standard error: (1.96 + .84) s / sqrt(n) at 5 %.
 */
export function detectableDifference(standardError: number, alpha: number): number {
  return (normalQuantile(1 - alpha / 2) + Z_POWER) * standardError;
}

/** Student's t with a million degrees of freedom: the first six digits are those of the normal distribution. */
function normalQuantile(p: number): number {
  return studentQuantile(p, 1e6);
}
