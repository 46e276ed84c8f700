/**
 * The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1]. Continued fraction of DLMF 8.17.22,
 * evaluated from the front (modified Lentz), which keeps the relative precision of small tails.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only to the left of the mean; the right side is the mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  return front / fraction(x, a, b);
}

/** 1 + d1/(1 + d2/(1 + ...)) with the coefficients of DLMF 8.17.23. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let value = 1;
  let numerator = 1;
  let denominator = 0;
  for (let n = 1; n <= 1000; n++) {
    const m = n >> 1;
    const d =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
        : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
    denominator = 1 / (1 + d * denominator || tiny);
    numerator = 1 + d / numerator || tiny;
    const step = numerator * denominator;
    value *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return value;
}

/** ln Gamma(x) for x > 0: Stirling's series (DLMF 5.11.1) at x + k >= 10, brought back by the recurrence. */
export function logGamma(x: number): number {
  let product = 1;
  let z = x;
  while (z < 10) {
    product *= z;
    z++;
  }
  const inverse = 1 / (z * z);
  const series =
    (1 / 12 -
      inverse *
        (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))))) /
    z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
