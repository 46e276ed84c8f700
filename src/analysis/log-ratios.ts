import type { Comparison, RoundResult } from '../report.ts';
import { type PairedEstimate, studentInterval } from '../stats/paired.ts';

/** ln(b/a) by round. */
export type LogRatios = ReadonlyMap<number, number>;

type Medians = readonly Pick<RoundResult, 'round' | 'medianMs'>[];

/** ln(median of b / median of a) of each round in which both have one. A median of 0 has no logarithm: no pair. */
export function pairRounds(a: Medians, b: Medians): LogRatios {
  const ofA = new Map(a.map(({ round, medianMs }) => [round, medianMs]));
  const ratios = new Map<number, number>();
  for (const { round, medianMs } of b) {
    const base = ofA.get(round);
    if (base && medianMs) ratios.set(round, Math.log(medianMs / base));
  }
  return ratios;
}

/** A mean of ln(b/a) as an effect, time(b) / time(a) - 1, with its t interval of confidence 1 - alpha. */
export function toEffect(estimate: PairedEstimate, alpha: number): Pick<Comparison, 'effect' | 'low' | 'high'> {
  const interval = studentInterval(estimate, 1 - alpha);
  const effect = Math.expm1(estimate.mean);
  return { effect, low: interval && Math.expm1(interval.low), high: interval && Math.expm1(interval.high) };
}
