import type { Block } from '../block.ts';
import type { Cell } from '../plan.ts';
import { medianInterval } from '../stats/order-interval.ts';
import { estimatePaired, studentInterval } from '../stats/paired.ts';
import { median } from '../stats/quantile.ts';
import { pairRounds } from './log-ratios.ts';
import { summariseBlock } from './rounds.ts';

/** How often the widths are looked at, at most: at R, 2 R, 4 R and 8 R rounds. */
export const LOOKS = 4;

/** Rounds to run between the look before and this one, from 0. */
export function roundsBeforeLook(look: number, rounds: number): number {
  return look === 0 ? rounds : rounds * 2 ** (look - 1);
}

interface PrecisionInput {
  readonly cells: readonly Cell[];
  /** The first is the baseline. */
  readonly arms: readonly string[];
  readonly blocks: readonly Block[];
  /** The wanted half-width as a share: .03 is 3 %. */
  readonly precision: number;
  /** The intervals have the confidence 1 - alpha. */
  readonly alpha: number;
}

/**
 * The cells that need more rounds. With several arms: those where the interval of a difference to the baseline reaches
 * further than `precision` from its centre (as a ratio). With one: those where the interval of the median does. A cell
 * with too few rounds for an interval needs more, too.
 */
export function findTooWide({ cells, arms, blocks, precision, alpha }: PrecisionInput): Set<string> {
  const [base, ...others] = arms;
  const grouped = Map.groupBy(
    blocks.filter(({ role, confirming }) => role === 'cell' && !confirming),
    ({ arm, cell }) => `${arm} ${cell}`,
  );
  const roundsOf = (arm: string | undefined, cell: string) => (grouped.get(`${arm} ${cell}`) ?? []).map(summariseBlock);
  const limit = Math.log1p(precision);

  const isCellWide = (cell: string): boolean => {
    const medians = roundsOf(base, cell).flatMap(({ medianMs }) => medianMs ?? []);
    const interval = medianInterval(medians, alpha);
    const centre = median(medians);
    if (interval === null || interval.low <= 0) return true;
    return Math.max(Math.log(interval.high / centre), Math.log(centre / interval.low)) > limit;
  };
  const isPairWide = (arm: string, cell: string): boolean => {
    const ratios = [...pairRounds(roundsOf(base, cell), roundsOf(arm, cell)).values()];
    const interval = ratios.length === 0 ? null : studentInterval(estimatePaired(ratios), 1 - alpha);
    return interval === null || (interval.high - interval.low) / 2 > limit;
  };
  const isWide = (cell: string): boolean =>
    others.length === 0 ? isCellWide(cell) : others.some((arm) => isPairWide(arm, cell));
  return new Set(cells.flatMap(({ id }) => (isWide(id) ? [id] : [])));
}
