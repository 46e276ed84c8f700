import type { Arm, Comparison, Verdict } from '../report.ts';
import { describeLevels, quotedDifference } from './arm-effects.ts';
import { describeArmVerdictBeside } from './arm-verdicts.ts';
import { chartNumber, effectWithInterval, millis, NOTHING, percentExact, ratio } from './format.ts';
import { cellLabel, type Group, type Lookup } from './lookup.ts';
import { listMarks, markSigns } from './marks.ts';
import { describeVerdict, listPairs, pairLabel } from './pairs-table.ts';
import { type Plain, type Prose, plain } from './prose.ts';

/** Differences as intervals on one logarithmic axis. Places are percent of the plot's width. */
export interface Forest {
  readonly title: Plain;
  readonly one: Plain;
  /** What the intervals are: "95% interval". */
  readonly levels: Plain;
  readonly band: { readonly x: Plain; readonly width: Plain; readonly label: Plain };
  readonly ticks: readonly { readonly x: Plain; readonly label: Plain }[];
  readonly rows: readonly ForestRow[];
}

export interface ForestRow {
  readonly label: Prose;
  /** The two medians, where the row is about one cell of two arms. */
  readonly medians: Plain | null;
  readonly difference: Plain;
  readonly verdict: Prose;
  readonly tone: Verdict;
  readonly point: Plain;
  readonly interval: { readonly from: Plain; readonly to: Plain } | null;
}

const EDGE = 4;

type Words = Pick<ForestRow, 'label' | 'medians' | 'verdict'>;

/** The baseline's pairs of a batch. Null where it has none. */
export function buildForest(lookup: Lookup, group: Group): Forest | null {
  return drawForest(lookup, group, listPairs(lookup, group), (comparison) => ({
    label: pairLabel(lookup, comparison),
    medians: null,
    verdict: describeVerdict(comparison),
  }));
}

/** One arm against the baseline, the cells of a batch. Null where none was compared. */
export function buildArmForest(lookup: Lookup, group: Group, other: Arm): Forest | null {
  const found = group.cells.flatMap((cell) => lookup.against(cell, other) ?? []);
  return drawForest(lookup, group, found, (comparison) => {
    const cell = lookup.cell(comparison.b.cell);
    const [before, after] = [lookup.arm, other].map((arm) => {
      const result = cell === undefined ? null : lookup.result(cell, arm);
      return result === null ? NOTHING : plain`${millis(result.p50Ms.value)}${markSigns(listMarks(result))}`;
    });
    return {
      label: cell === undefined ? [] : cellLabel(cell),
      medians: plain`${before ?? NOTHING} → ${after ?? NOTHING}`,
      verdict: describeArmVerdictBeside(lookup, comparison),
    };
  });
}

function drawForest(
  lookup: Lookup,
  group: Group,
  pairs: readonly Comparison[],
  describe: (comparison: Comparison) => Words,
): Forest | null {
  if (pairs.length === 0) return null;
  const { margin } = lookup.report.config;
  const shown = pairs.map((comparison) => ({ comparison, ...quotedDifference(comparison) }));
  const ends = shown.flatMap(({ effect, low, high }) => [low ?? effect, high ?? effect]).map(toLog);
  const from = Math.min(toLog(-margin / (1 + margin)), ...ends);
  const to = Math.max(toLog(margin), ...ends);
  const place = (log: number): Plain => chartNumber(EDGE + ((100 - 2 * EDGE) * (log - from)) / (to - from));
  const bandFrom = place(toLog(-margin / (1 + margin)));
  const bandTo = place(toLog(margin));
  return {
    title: group.title,
    one: place(0),
    levels: describeLevels(lookup.report, pairs),
    band: { x: bandFrom, width: chartNumber(Number(bandTo) - Number(bandFrom)), label: percentExact(margin) },
    ticks: listTicks(from, to).map((log) => ({ x: place(log), label: ratio(2 ** log) })),
    rows: shown.map(({ comparison, effect, low, high }) => ({
      ...describe(comparison),
      difference: effectWithInterval(effect, low, high),
      tone: comparison.verdict,
      point: place(toLog(effect)),
      interval: low === null || high === null ? null : { from: place(toLog(low)), to: place(toLog(high)) },
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
