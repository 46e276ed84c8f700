import { quotedDifference } from '../quoted-difference.ts';
import type { Arm, Comparison, Verdict } from '../report.ts';
import { describeArmVerdictBeside } from './arm-verdicts.ts';
import { buildForestPanel } from './charts/forest.ts';
import type { Panel } from './charts/panel.ts';
import { drawnGroups } from './charts/select.ts';
import { effectWithInterval, integer, millis, NOTHING, percentExact } from './format.ts';
import { describeLevels } from './interval-levels.ts';
import { cellLabel, type Group, type Lookup } from './lookup.ts';
import { listMarks, markSigns } from './marks.ts';
import { describeVerdict, listPairs, pairLabel } from './pairs-table.ts';
import { type Plain, type Prose, plain } from './prose.ts';

/** Differences of one batch: the numbers as rows, and the same rows as a chart. */
export interface Forest {
  /** What the intervals are: "95% interval". */
  readonly levels: Plain;
  readonly margin: Plain;
  readonly rows: readonly ForestRow[];
  /** Null where the page draws no charts of this batch. */
  readonly panel: Panel | null;
}

interface ForestRow {
  readonly label: Prose;
  /** The two medians, where the row is about one cell of two arms. */
  readonly medians: Plain | null;
  readonly difference: Plain;
  readonly verdict: Prose;
  readonly tone: Verdict;
}

type Words = Pick<ForestRow, 'label' | 'medians' | 'verdict'>;

/** The baseline's pairs of a batch. Null where it has none. */
export function buildForest(lookup: Lookup, group: Group): Forest | null {
  return listRows(lookup, group, plain`Pairs, ${group.title}`, listPairs(lookup, group), (comparison) => ({
    label: pairLabel(lookup, comparison),
    medians: null,
    verdict: describeVerdict(comparison),
  }));
}

/** One arm against the baseline, the cells of a batch. Null where none was compared. */
export function buildArmForest(lookup: Lookup, group: Group, other: Arm): Forest | null {
  const found = group.cells.flatMap((cell) => lookup.against(cell, other) ?? []);
  const title = plain`Arm ${integer(lookup.others.indexOf(other) + 2)} against the baseline, ${group.title}`;
  return listRows(lookup, group, title, found, (comparison) => {
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

function listRows(
  lookup: Lookup,
  group: Group,
  title: Plain,
  pairs: readonly Comparison[],
  describe: (comparison: Comparison) => Words,
): Forest | null {
  if (pairs.length === 0) return null;
  const { margin } = lookup.report.config;
  const rows = pairs.map((comparison) => {
    const { effect, low, high } = quotedDifference(comparison);
    return {
      ...describe(comparison),
      comparison,
      difference: effectWithInterval(effect, low, high),
      tone: comparison.verdict,
    };
  });
  const named = rows.map(({ label, comparison }) => ({ name: label, comparison }));
  return {
    levels: describeLevels(lookup.report, pairs),
    margin: percentExact(margin),
    rows: rows.map(({ comparison: _, ...row }) => row),
    panel: drawnGroups(lookup).includes(group) ? buildForestPanel(title, named, margin) : null,
  };
}
