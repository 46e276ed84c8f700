import { MIN_RESOLUTION } from '../limits.ts';
import type { CellResult, Comparison, Floor, RoundResult, Verdict } from '../report.ts';
import { adjustHolm } from '../stats/holm.ts';
import { createNamedRandom } from '../stats/named-random.ts';
import { estimatePaired, type PairedEstimate } from '../stats/paired.ts';
import { signFlipP } from '../stats/sign-flip.ts';
import { judge, logMargin, marginP, roundsNeeded } from '../stats/verdict.ts';
import { type LogRatios, pairRounds, toEffect } from './log-ratios.ts';

/** A comparison as the report shows it, with the per-round values that a claim pools. */
export interface Compared {
  readonly comparison: Comparison;
  readonly logRatios: LogRatios;
}

/** One side of a comparison: a cell on an arm, and what was measured of it. */
export interface Side {
  readonly arm: string;
  readonly cell: string;
  readonly p50Ms: number;
  readonly rounds: readonly Pick<RoundResult, 'round' | 'medianMs'>[];
}

/** Two sides that differ in one respect. `b` is looked at relative to `a`. */
export interface SidePair {
  readonly id: string;
  readonly kind: Comparison['kind'];
  readonly a: Side;
  readonly b: Side;
}

export interface Judging {
  /** 0.05 means that a difference of less than 5 % is of no consequence. */
  readonly margin: number;
  /** The level of the verdicts; intervals have the confidence 1 - alpha. */
  readonly alpha: number;
  readonly seed: number;
}

export function sideOf(arm: string, cell: string, { p50Ms, rounds }: CellResult): Side {
  return { arm, cell, p50Ms: p50Ms.value, rounds };
}

interface Measured {
  readonly pair: SidePair;
  readonly logRatios: LogRatios;
  readonly estimate: PairedEstimate;
  readonly p: number | null;
}

/** Compares the pairs round by round. All of them are one family (Holm). One without a round in common is left out. */
export function comparePairs(pairs: readonly SidePair[], floors: readonly Floor[], judging: Judging): Compared[] {
  const { margin, alpha, seed } = judging;
  const limit = logMargin(margin);
  const measured = pairs.flatMap((pair) => measure(pair, limit));
  const family = measured.filter(({ p }) => p !== null);
  const adjusted = adjustHolm(family.map(({ p }) => p ?? 1));
  const adjustedOf = new Map(family.map(({ pair }, i) => [pair.id, adjusted[i] ?? 1]));
  const undecided = adjusted.filter((p) => p >= alpha).length;
  const floorOf = new Map(floors.map((floor) => [sideKey(floor), floor.midmeanMs]));

  return measured.map(({ pair, logRatios, estimate }) => {
    const { a, b } = pair;
    const pMarginHolm = adjustedOf.get(pair.id) ?? null;
    const resolution = resolve(
      { p50Ms: a.p50Ms, floorMs: floorOf.get(sideKey(a)) },
      { p50Ms: b.p50Ms, floorMs: floorOf.get(sideKey(b)) },
      margin,
    );
    const verdict: Verdict =
      resolution !== null && resolution < MIN_RESOLUTION
        ? 'not-resolvable'
        : judge(estimate, limit, pMarginHolm, alpha);
    const needed = verdict === 'inconclusive' ? roundsNeeded(estimate, limit, undecided, alpha) : null;
    const comparison: Comparison = {
      id: pair.id,
      kind: pair.kind,
      a: { arm: a.arm, cell: a.cell },
      b: { arm: b.arm, cell: b.cell },
      rounds: estimate.n,
      ...toEffect(estimate, alpha),
      p: signFlipP([...logRatios.values()], createNamedRandom(seed, pair.id)),
      pMarginHolm,
      spread: estimate.spread,
      resolution,
      verdict,
      ...(needed === null ? {} : { roundsNeeded: needed }),
    };
    return { comparison, logRatios };
  });
}

function measure(pair: SidePair, limit: number): Measured[] {
  const logRatios = pairRounds(pair.a.rounds, pair.b.rounds);
  if (logRatios.size === 0) return [];
  const estimate = estimatePaired([...logRatios.values()]);
  return [{ pair, logRatios, estimate, p: marginP(estimate, limit) }];
}

function sideKey({ arm, cell }: { readonly arm: string; readonly cell: string }): string {
  return `${arm} ${cell}`;
}

interface Level {
  readonly p50Ms: number;
  readonly floorMs: number | undefined;
}

/**
 * |difference of the medians| over |difference of the floors' midmeans|. Below 2 the client may have made, or hidden,
 * the whole difference: the pair is not resolvable, whatever its interval says. That goes for `equivalent` too, because
 * two servers that differ by what the clients differ look the same.
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
