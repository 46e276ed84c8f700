import { median, nearestRank } from '../../src/stats/quantile.ts';
import { createRandom, shuffle } from '../../src/stats/random.ts';

/** What one run of one tool brought back. */
export interface Run {
  /** One entry per counted request, in milliseconds. */
  readonly latencyMs: Float64Array;
  /** Requests a second, from the first counted request's start to the last one's end. */
  readonly perSecond: number;
  /** CPU time of the client per request; null where it is not measured. */
  readonly cpuMs: number | null;
}

/** A client with one request to repeat, at concurrency 1. */
export interface Contestant {
  readonly name: string;
  run(durationMs: number): Promise<Run>;
}

/** Clients that ask the same server for the same thing. The first one is ours. */
export interface Contest {
  readonly id: string;
  readonly title: string;
  readonly contestants: readonly Contestant[];
}

/** One run, summed up. */
export interface Score {
  readonly round: number;
  readonly contest: string;
  readonly contestant: string;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  readonly cpuMs: number | null;
}

export type Metric = 'p50Ms' | 'p99Ms' | 'perSecond' | 'cpuMs';

/** Below this a p99 would be the maximum or next to it. */
const MIN_REQUESTS_FOR_P99 = 100;

/**
 * Every round runs every contest in a fresh random order, and within it every contestant in a fresh random order, so
 * that the two runs of a pair lie close together. The first round is a rehearsal: it warms servers and clients and is
 * not counted.
 */
export async function runContests(
  contests: readonly Contest[],
  order: { readonly rounds: number; readonly durationMs: number; readonly seed: number },
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Score[]> {
  const scores: Score[] = [];
  for (let round = 0; round <= order.rounds; round++) {
    const random = createRandom(order.seed, round);
    for (const contest of shuffle(contests, random)) {
      for (const contestant of shuffle(contest.contestants, random)) {
        signal.throwIfAborted();
        const run = await contestant.run(order.durationMs);
        if (round > 0) scores.push({ round, contest: contest.id, contestant: contestant.name, ...sumUp(run) });
      }
    }
    tell(round === 0 ? 'rehearsal done' : `round ${round} of ${order.rounds} done`);
  }
  return scores;
}

function sumUp({ latencyMs, perSecond, cpuMs }: Run): Omit<Score, 'round' | 'contest' | 'contestant'> {
  const sorted = latencyMs.toSorted();
  const p99Ms = sorted.length < MIN_REQUESTS_FOR_P99 ? Number.NaN : nearestRank(sorted, 0.99);
  return { requests: sorted.length, p50Ms: nearestRank(sorted, 0.5), p99Ms, perSecond, cpuMs };
}

/** The median over the rounds of one contestant's metric; NaN where it has none. */
export function centre(scores: readonly Score[], contest: string, contestant: string, metric: Metric): number {
  const own = scores.filter((score) => score.contest === contest && score.contestant === contestant);
  return median(own.map((score) => score[metric] ?? Number.NaN));
}
