import type { Block } from '../block.ts';
import type { Cell } from '../plan.ts';
import type { Comparison, Floor } from '../report.ts';
import { adjustHolm } from '../stats/holm.ts';
import { estimatePaired } from '../stats/paired.ts';
import { median } from '../stats/quantile.ts';
import { ALPHA, judge, logMargin, type MarginVerdict, marginP, roundsNeeded } from '../stats/verdict.ts';
import { type Compared, comparePairs, type Judging, type Side, type SidePair } from './comparisons.ts';
import { type LogRatios, pairRounds, toEffect } from './log-ratios.ts';
import { summariseBlock } from './rounds.ts';

export interface ArmsInput extends Judging {
  readonly cells: readonly Cell[];
  /** The first is the baseline. */
  readonly arms: readonly string[];
  readonly blocks: readonly Block[];
}

/**
 * Every other arm against the baseline, cell by cell: one family. Without rounds of confirmation the verdicts go by
 * Holm's correction over it. Where alarms were measured again, the first rounds only select, without correction, and
 * the rounds of confirmation alone decide: Holm over what was selected, at the 5 % level and beyond the margin, in the
 * same direction. As those rounds are independent of the selection, that alone keeps the chance of any false alarm
 * below 5 %, and a single cell among many is found far more often. What is not confirmed is `inconclusive`.
 */
export function compareArms(input: ArmsInput, floors: readonly Floor[]): Comparison[] {
  const compared = comparePairs(listPairs(input), floors, input);
  const confirmations = confirmAlarms(compared, input);
  return compared.map(({ comparison }) => {
    const found = confirmations.get(comparison.id);
    if (found === undefined) return comparison;
    const { confirmation, alarm, needed } = found;
    const { roundsNeeded: _, ...rest } = comparison;
    if (comparison.verdict === 'not-resolvable') return { ...rest, confirmation };
    if (confirmation.holds) return { ...rest, verdict: alarm, confirmation };
    return { ...rest, verdict: 'inconclusive', confirmation, ...(needed === null ? {} : { roundsNeeded: needed }) };
  });
}

/** The differences that seem to lie beyond the margin, and are worth measuring again. No correction: a selection. */
export function findAlarms(input: ArmsInput): { readonly arm: string; readonly cell: string }[] {
  return listPairs(input).flatMap(({ a, b }) => {
    const alarm = screen(pairRounds(a.rounds, b.rounds), input);
    return alarm === null ? [] : [{ arm: b.arm, cell: b.cell }];
  });
}

/** By the rounds that were not to confirm anything. */
function listPairs({ cells, arms, blocks }: ArmsInput): SidePair[] {
  const [base, ...others] = arms;
  const sideOf = indexSides(blocks, false);
  return others.flatMap((arm) =>
    cells.map(({ id }): SidePair => {
      return { id: `arm:${arm}:${id}`, kind: 'arm', a: sideOf(base as string, id), b: sideOf(arm, id) };
    }),
  );
}

type Alarm = Extract<MarginVerdict, 'faster' | 'slower'>;

function screen(logRatios: LogRatios, { margin, alpha }: Judging): Alarm | null {
  if (logRatios.size === 0) return null;
  const limit = logMargin(margin);
  const estimate = estimatePaired([...logRatios.values()]);
  const verdict = judge(estimate, limit, marginP(estimate, limit), alpha);
  return verdict === 'faster' || verdict === 'slower' ? verdict : null;
}

interface Confirmed {
  readonly alarm: Alarm;
  readonly confirmation: NonNullable<Comparison['confirmation']>;
  /** Rounds that would settle it, by what the confirming ones showed; null where no number would. */
  readonly needed: number | null;
}

/** By comparison id, of the alarms that were measured again. */
function confirmAlarms(compared: readonly Compared[], input: ArmsInput): Map<string, Confirmed> {
  const sideOf = indexSides(input.blocks, true);
  const limit = logMargin(input.margin);
  const again = compared.flatMap((one) => {
    const { id, a, b } = one.comparison;
    const alarm = screen(one.logRatios, input);
    const ratios = [...pairRounds(sideOf(a.arm, a.cell).rounds, sideOf(b.arm, b.cell).rounds).values()];
    return alarm === null || ratios.length === 0 ? [] : [{ id, alarm, estimate: estimatePaired(ratios) }];
  });
  // One round alone has no spread and decides nothing.
  const adjusted = adjustHolm(again.map(({ estimate }) => marginP(estimate, limit) ?? 1));
  const undecided = adjusted.filter((p) => p >= ALPHA).length;
  return new Map(
    again.map(({ id, alarm, estimate }, i) => {
      const holds = judge(estimate, limit, adjusted[i] as number) === alarm;
      const confirmation = { rounds: estimate.n, ...toEffect(estimate, ALPHA), holds };
      return [id, { alarm, confirmation, needed: roundsNeeded(estimate, limit, undecided) }];
    }),
  );
}

function indexSides(blocks: readonly Block[], confirming: boolean): (arm: string, cell: string) => Side {
  const key = ({ arm, cell }: { readonly arm: string; readonly cell: string }): string => `${arm} ${cell}`;
  const own = blocks.filter((block) => block.role === 'cell' && block.confirming === confirming);
  const grouped = Map.groupBy(own, key);
  return (arm, cell) => {
    const rounds = (grouped.get(key({ arm, cell })) ?? []).map(summariseBlock);
    return { arm, cell, p50Ms: median(rounds.flatMap(({ medianMs }) => medianMs ?? [])), rounds };
  };
}
