import { incompleteBeta } from './beta.ts';

/** P(|T| >= |t|) for Student's t with `df` degrees of freedom, precise also where it is tiny. */
export function studentTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? Number.NaN : 0;
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** The t with P(T <= t) = p, for p in (0, 1). */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, df);
  const outside = 2 * (1 - p);
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, df) > outside) high *= 2;
  // Halving ends when no number lies between the two: about 60 steps.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTwoSided(middle, df) > outside) low = middle;
    else high = middle;
  }
}
