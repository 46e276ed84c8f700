import type { Verdict } from '../report.ts';
import { chartNumber, effectWithInterval, percentExact, ratio } from './format.ts';
import type { Group, Lookup } from './lookup.ts';
import { describeVerdict, listPairs, pairLabel } from './pairs-table.ts';
import type { Plain, Prose } from './prose.ts';

/** A batch's pairs as intervals on one logarithmic axis. Places are percent of the plot's width. */
export interface Forest {
  readonly title: Plain;
  readonly one: Plain;
  readonly band: { readonly x: Plain; readonly width: Plain; readonly label: Plain };
  readonly ticks: readonly { readonly x: Plain; readonly label: Plain }[];
  readonly rows: readonly ForestRow[];
}

export interface ForestRow {
  readonly label: Prose;
  readonly difference: Plain;
  readonly verdict: Prose;
  readonly tone: Verdict;
  readonly point: Plain;
  readonly interval: { readonly from: Plain; readonly to: Plain } | null;
}

const EDGE = 4;

/** Null where the batch has no pair. */
export function buildForest(lookup: Lookup, group: Group): Forest | null {
  const pairs = listPairs(lookup, group);
  if (pairs.length === 0) return null;
  const { margin } = lookup.report.config;
  const ends = pairs.flatMap(({ effect, low, high }) => [low ?? effect, high ?? effect]).map(toLog);
  const from = Math.min(toLog(-margin / (1 + margin)), ...ends);
  const to = Math.max(toLog(margin), ...ends);
  const place = (log: number): Plain => chartNumber(EDGE + ((100 - 2 * EDGE) * (log - from)) / (to - from));
  const bandFrom = place(toLog(-margin / (1 + margin)));
  const bandTo = place(toLog(margin));
  return {
    title: group.title,
    one: place(0),
    band: { x: bandFrom, width: chartNumber(Number(bandTo) - Number(bandFrom)), label: percentExact(margin) },
    ticks: listTicks(from, to).map((log) => ({ x: place(log), label: ratio(2 ** log) })),
    rows: pairs.map((comparison) => ({
      label: pairLabel(lookup, comparison),
      difference: effectWithInterval(comparison.effect, comparison.low, comparison.high),
      verdict: describeVerdict(comparison),
      tone: comparison.verdict,
      point: place(toLog(comparison.effect)),
      interval:
        comparison.low === null || comparison.high === null
          ? null
          : { from: place(toLog(comparison.low)), to: place(toLog(comparison.high)) },
    })),
  };
}

const BASES = [1.1, 1.25, 1.5, 2, 4, 10, 32, 100, 1000];
const MOST_TICKS = 5;

/** Powers of the smallest base that does not crowd the axis; "same" is one of them. */
function listTicks(from: number, to: number): number[] {
  const powers = (base: number): number[] => {
    const step = Math.log2(base);
    const first = Math.ceil(from / step);
    const length = Math.floor(to / step) - first + 1;
    return length > MOST_TICKS ? [] : Array.from({ length }, (_, i) => (first + i) * step);
  };
  return BASES.map(powers).find((ticks) => ticks.length > 0) ?? [0];
}

/** An effect never lies at or below -1: no request takes no time at all. */
function toLog(effect: number): number {
  return Math.log2(Math.max(1 + effect, 2 ** -20));
}
