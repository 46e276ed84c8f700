import { estimatePaired, studentInterval } from '../../src/stats/paired.ts';
import type { Metric, Score } from './contest.ts';

/** Ours over the peer's: the geometric mean over the rounds and its 95 % interval (null below two rounds). */
export interface Ratio {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly rounds: number;
}

/** Pairs the two contestants of each round. Null where no round has both numbers. */
export function compare(
  scores: readonly Score[],
  contest: string,
  [ours, peer]: readonly [string, string],
  metric: Metric,
): Ratio | null {
  const find = (name: string): Map<number, number> =>
    new Map(
      scores
        .filter((score) => score.contest === contest && score.contestant === name)
        .map((score) => [score.round, score[metric] ?? Number.NaN]),
    );
  const peers = find(peer);
  const differences = [...find(ours)]
    .map(([round, value]) => Math.log(value / (peers.get(round) ?? Number.NaN)))
    .filter(Number.isFinite);
  if (differences.length === 0) return null;
  const estimate = estimatePaired(differences);
  const interval = studentInterval(estimate, 0.95);
  return {
    value: Math.exp(estimate.mean),
    low: interval && Math.exp(interval.low),
    high: interval && Math.exp(interval.high),
    rounds: estimate.n,
  };
}
