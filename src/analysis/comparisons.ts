import { MIN_RESOLUTION } from '../limits.ts';
import type { CellResult, Comparison, Floor, Verdict } from '../report.ts';
import { adjustHolm } from '../stats/holm.ts';
import { createNamedRandom } from '../stats/named-random.ts';
import { estimatePaired, type PairedEstimate, studentInterval } from '../stats/paired.ts';
import { signFlipP } from '../stats/sign-flip.ts';
import { ALPHA, judge, logMargin, marginP, roundsNeeded } from '../stats/verdict.ts';
import { type LogRatios, pairRounds, toEffect } from './log-ratios.ts';
import type { Pair } from './pairs.ts';

/** A comparison as the report shows it, with the per-round values that a claim pools. */
export interface Compared {
  readonly comparison: Comparison;
  readonly logRatios: LogRatios;
}

export interface ComparisonInput {
  readonly pairs: readonly Pair[];
  readonly arm: string;
  /** By cell id, of that arm. */
  readonly results: ReadonlyMap<string, CellResult>;
  readonly floors: readonly Floor[];
  /** 0.05 means that a difference of less than 5 % is of no consequence. */
  readonly margin: number;
  readonly seed: number;
}

interface Measured {
  readonly pair: Pair;
  readonly a: CellResult;
  readonly b: CellResult;
  readonly logRatios: LogRatios;
  readonly estimate: PairedEstimate;
  readonly p: number | null;
}

/**
 * Compares the pairs of one arm's cells round by round. All of them are one family (Holm). A pair without a result on
 * both sides, or without a round in common, is left out.
 */
export function comparePairs(input: ComparisonInput): Compared[] {
  const limit = logMargin(input.margin);
  const measured = input.pairs.flatMap((pair) => measure(pair, input.results, limit));
  const family = measured.filter(({ p }) => p !== null);
  const adjusted = adjustHolm(family.map(({ p }) => p ?? 1));
  const adjustedOf = new Map(family.map(({ pair }, i) => [pair.id, adjusted[i] ?? 1]));
  const undecided = adjusted.filter((p) => p >= ALPHA).length;
  const floors = new Map(input.floors.map((floor) => [floor.cell, floor.midmeanMs]));

  return measured.map(({ pair, a, b, logRatios, estimate }) => {
    const pMarginHolm = adjustedOf.get(pair.id) ?? null;
    const resolution = resolve(
      { p50Ms: a.p50Ms.value, floorMs: floors.get(pair.a.id) },
      { p50Ms: b.p50Ms.value, floorMs: floors.get(pair.b.id) },
      input.margin,
    );
    const verdict: Verdict =
      resolution !== null && resolution < MIN_RESOLUTION ? 'not-resolvable' : judge(estimate, limit, pMarginHolm);
    const needed = verdict === 'inconclusive' ? roundsNeeded(estimate, limit, undecided) : null;
    const interval = studentInterval(estimate, 1 - ALPHA);
    const comparison: Comparison = {
      id: pair.id,
      kind: pair.kind,
      a: { arm: input.arm, cell: pair.a.id },
      b: { arm: input.arm, cell: pair.b.id },
      rounds: estimate.n,
      effect: toEffect(estimate.mean),
      low: interval && toEffect(interval.low),
      high: interval && toEffect(interval.high),
      p: signFlipP([...logRatios.values()], createNamedRandom(input.seed, pair.id)),
      pMarginHolm,
      spread: estimate.spread,
      resolution,
      verdict,
      ...(needed === null ? {} : { roundsNeeded: needed }),
    };
    return { comparison, logRatios };
  });
}

function measure(pair: Pair, results: ReadonlyMap<string, CellResult>, limit: number): Measured[] {
  const a = results.get(pair.a.id);
  const b = results.get(pair.b.id);
  if (a === undefined || b === undefined) return [];
  const logRatios = pairRounds(a.rounds, b.rounds);
  if (logRatios.size === 0) return [];
  const estimate = estimatePaired([...logRatios.values()]);
  return [{ pair, a, b, logRatios, estimate, p: marginP(estimate, limit) }];
}

interface Level {
  readonly p50Ms: number;
  readonly floorMs: number | undefined;
}

/**
 * |difference of the medians| over |difference of the floors' midmeans|. Below 2 the client may have made, or hidden, the whole
 * difference: the pair is not resolvable, whatever its interval says. That goes for `equivalent` too, because two
 * servers that differ by what the clients differ look the same.
 *
 * Null without floors, and where the floors are as good as the same: where their difference is less than a tenth of
 * the margin at the faster cell's median. Twice that can neither make nor hide a difference of consequence, and the
 * ratio of two numbers that are both noise means nothing.
 */
function resolve(a: Level, b: Level, margin: number): number | null {
  if (a.floorMs === undefined || b.floorMs === undefined) return null;
  const floorsMs = Math.abs(a.floorMs - b.floorMs);
  if (floorsMs <= (margin / 10) * Math.min(a.p50Ms, b.p50Ms)) return null;
  return Math.abs(a.p50Ms - b.p50Ms) / floorsMs;
}
