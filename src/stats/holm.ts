/**
 * Holm's step-down adjustment (1979): rejecting where the result is below alpha keeps the chance of any false rejection
 * in the family below alpha. Results in the order of the input.
 */
export function adjustHolm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((x, y) => x.p - y.p);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  order.forEach(({ p, index }, rank) => {
    highest = Math.max(highest, Math.min(1, (order.length - rank) * p));
    adjusted[index] = highest;
  });
  return adjusted;
}
