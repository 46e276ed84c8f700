import type { RoundResult } from '../report.ts';

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

/** A mean of ln(b/a) as an effect: time(b) / time(a) - 1. */
export function toEffect(logRatio: number): number {
  return Math.expm1(logRatio);
}
