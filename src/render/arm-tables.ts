import type { Arm, CellReport, Verdict } from '../report.ts';
import { quotedDifference } from './arm-effects.ts';
import { describeArmVerdict, describeArmVerdictBriefly } from './arm-verdicts.ts';
import { confidence, effectWithInterval, millis, percentExact } from './format.ts';
import { cellLabel, type Group, type Lookup, nothing } from './lookup.ts';
import { explainMarks, listMarks, markSigns } from './marks.ts';
import { foreign, type Plain, type Prose, plain, say } from './prose.ts';
import { type Column, left, right, type Table } from './table.ts';

const SIGNS: Record<Verdict, Plain> = {
  slower: plain`🔴`,
  faster: plain`🟢`,
  equivalent: plain`⚪`,
  inconclusive: plain`❔`,
  'not-resolvable': plain`❔`,
};

const NO_MARKS = { duty: 1, floorShare: null };

/**
 * One row per cell of a batch: the baseline's median, then each of the other arms against it. In full, a coloured sign
 * stands before each verdict, beside its word, and behind it what measuring again showed; else that is the difference.
 */
export function buildArmTable(
  lookup: Lookup,
  group: Group,
  others: readonly Arm[],
  { inFull }: { readonly inFull: boolean },
): Table {
  return {
    caption: plain`Arms, ${group.title}`,
    columns: [
      left(plain`${group.title} · p50 ms`),
      right(say`${foreign(lookup.arm.id)}`),
      ...others.flatMap((other) => listColumns(lookup, other)),
    ],
    rows: group.cells.map((cell) => [
      cellLabel(cell),
      describeMedian(lookup, cell, lookup.arm),
      ...others.flatMap((other) => compareCell(lookup, cell, other, inFull)),
    ]),
  };
}

function listColumns({ report }: Lookup, other: Arm): Column[] {
  return [
    right(say`${foreign(other.id)}`),
    right(plain`difference [${confidence(report.alpha)} interval]`),
    left(plain`verdict`),
  ];
}

function compareCell(lookup: Lookup, cell: CellReport, other: Arm, inFull: boolean): Prose[] {
  const comparison = lookup.against(cell, other);
  const median = describeMedian(lookup, cell, other);
  if (comparison === null) return [median, nothing, nothing];
  const { effect, low, high } = inFull ? comparison : quotedDifference(comparison);
  const told = inFull
    ? say`${SIGNS[comparison.verdict]} ${describeArmVerdict(lookup, comparison)}`
    : describeArmVerdictBriefly(lookup, comparison);
  return [median, say`${effectWithInterval(effect, low, high)}`, told];
}

function describeMedian(lookup: Lookup, cell: CellReport, arm: Arm): Prose {
  const result = lookup.result(cell, arm);
  if (result !== null) return say`${millis(result.p50Ms.value)}${markSigns(listMarks(result))}`;
  return cell.state === 'measured' ? nothing : cell.state === 'failed' ? say`failed` : say`skipped`;
}

/** The heading of everything that speaks of one arm. */
export function withinBaseline({ arm }: Lookup): Prose {
  return say`Within the baseline, ${foreign(arm.id)}`;
}

/** Where the difference stands that measuring again showed: behind the verdict, or in place of the first one. */
export type Place = 'verdict' | 'difference';

const AGAIN: Record<Place, Prose> = {
  verdict: say`There the difference behind the verdict is theirs, with a 95% interval, and so is that in the conclusions and the chart; the one in the column is of the first rounds, which picked it for its size and so tend to overstate it.`,
  difference: say`There the difference is theirs, with a 95% interval, and behind the verdict stands that of the first rounds, which picked it for its size and so tend to overstate it; the medians are of the first rounds.`,
};

/** What the columns, the verdicts and the marks in them mean. */
export function explainArms(lookup: Lookup, groups: readonly Group[], place: Place): Prose {
  const { margin, confirm } = lookup.report.config;
  const marks = groups.flatMap(({ cells }) =>
    cells.flatMap((cell) => lookup.report.arms.flatMap((arm) => listMarks(lookup.result(cell, arm) ?? NO_MARKS))),
  );
  const again = confirm
    ? say` What seemed to lie outside was measured again, in rounds of its own, and these alone decide (Holm over all that were measured again). ${AGAIN[place]}`
    : say` Holm over all comparisons of arms.`;
  return say`The difference is of the time: −20% takes a fifth less. It is the mean over rounds, and need not be the quotient of the two medians. Faster and slower: the interval lies wholly outside the margin of ±${percentExact(margin)}; equivalent: wholly inside.${again} Inconclusive (24 rounds): so many would settle it.${explainMarks(new Set(marks)).flatMap((note) => say` ${note}.`)}`;
}
