import { createRandom } from '../stats/random.ts';
import type { BlockOrder } from './block-order.ts';

/** The intended starts of a block's requests, in ascending order. */
interface Arrivals {
  /** The next one's time in milliseconds from the block's begin; infinite after the last. */
  readonly nextMs: number;
  advance(): void;
}

/**
 * Constant: one every 1000/rate ms, the first at 0. Poisson: exponential gaps with that mean, -ln(U)/rate, as
 * independent callers make them. Goes on for `durationMs`, and until there are `minRequests`.
 */
export function planArrivals(
  rate: NonNullable<BlockOrder['rate']>,
  { durationMs, minRequests }: Pick<BlockOrder, 'durationMs' | 'minRequests'>,
): Arrivals {
  const gapMs = 1000 / rate.perSecond;
  const random = createRandom(rate.seed);
  const poisson = rate.arrivals === 'poisson';
  const drawGap = (): number => (poisson ? -Math.log(1 - random()) * gapMs : gapMs);
  let number = 0;
  let nextMs = poisson ? drawGap() : 0;
  return {
    get nextMs() {
      return nextMs < durationMs || number < minRequests ? nextMs : Number.POSITIVE_INFINITY;
    },
    advance() {
      number += 1;
      // Not summed up where it need not be: a million additions drift.
      nextMs = poisson ? nextMs + drawGap() : number * gapMs;
    },
  };
}
