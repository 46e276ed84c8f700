import { quotedDifference } from '../quoted-difference.ts';
import type { Arm, CellReport, Verdict } from '../report.ts';
import { describeArmVerdictBeside, describeArmVerdictBriefly } from './arm-verdicts.ts';
import { confidence, count, effectWithInterval, integer, millis, percentExact } from './format.ts';
import { hasTwoLevels } from './interval-levels.ts';
import { cellLabel, floorName, type Group, type Lookup, nothing } from './lookup.ts';
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
 * One row per cell of a batch: the baseline's median, then the other arm's against it, with the quoted difference. A
 * coloured sign stands before each verdict, beside its word, and behind it what the difference was before it was
 * measured again. Narrow, for a terminal, it has neither.
 */
export function buildArmTable(
  lookup: Lookup,
  group: Group,
  other: Arm,
  { isNarrow }: { readonly isNarrow: boolean },
): Table {
  return {
    caption: plain`Arms, ${group.title}`,
    columns: [
      left(plain`${group.title} · p50 ms`),
      right(say`${foreign(lookup.arm.id)}`),
      ...listColumns(lookup, group, other, isNarrow),
    ],
    rows: group.cells.map((cell) => [
      cellLabel(cell),
      describeMedian(lookup, cell, lookup.arm),
      ...compareCell(lookup, cell, other, isNarrow),
    ]),
  };
}

function listColumns(lookup: Lookup, { cells }: Group, other: Arm, isNarrow: boolean): Column[] {
  const { report } = lookup;
  const found = cells.flatMap((cell) => lookup.against(cell, other) ?? []);
  // A head with both levels would take the room of the verdicts: the note has them, or in a narrow table each verdict.
  const levels = !isNarrow && hasTwoLevels(report, found) ? plain`` : plain`${confidence(report.alpha)} `;
  return [right(say`${foreign(other.id)}`), right(plain`difference [${levels}interval]`), left(plain`verdict`)];
}

function compareCell(lookup: Lookup, cell: CellReport, other: Arm, isNarrow: boolean): Prose[] {
  const comparison = lookup.against(cell, other);
  const median = describeMedian(lookup, cell, other);
  if (comparison === null) return [median, nothing, nothing];
  const { effect, low, high } = quotedDifference(comparison);
  const told = isNarrow
    ? describeArmVerdictBriefly(lookup, comparison)
    : say`${SIGNS[comparison.verdict]} ${describeArmVerdictBeside(lookup, comparison)}`;
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

/** What the columns, the verdicts and the marks in them mean. */
export function explainArms(lookup: Lookup, groups: readonly Group[]): Prose {
  const { margin, confirm } = lookup.report.config;
  const marks = groups.flatMap(({ cells }) =>
    cells.flatMap((cell) => lookup.report.arms.flatMap((arm) => listMarks(lookup.result(cell, arm) ?? NO_MARKS))),
  );
  const again = confirm
    ? say` What seemed to lie outside was measured again in ${countRounds(lookup)}, and these alone decide (Holm over all that were measured again). There the difference is theirs, with a 95% interval${describeOtherLevel(lookup)}, and behind the verdict stands that of the first rounds, which picked it for its size and so tend to overstate it; the medians are of the first rounds.`
    : say` Holm over all comparisons of arms.`;
  return say`The difference is of the time: −20% takes a fifth less. It is the mean over rounds, and need not be the quotient of the two medians. Faster and slower: the interval lies wholly outside the margin of ±${percentExact(margin)}; equivalent: its ${confidence(2 * lookup.report.alpha)} interval lies wholly inside.${again} Inconclusive (24 rounds): so many would settle it with a chance of about 80%, if the difference is what was seen.${explainMarks(new Set(marks), floorName(lookup)).flatMap((note) => say` ${note}.`)}`;
}

/** " (the others have 98.7%)", where that is so. */
function describeOtherLevel({ report, between }: Lookup): Plain {
  return hasTwoLevels(report, between) ? plain` (the others have ${confidence(report.alpha)})` : plain``;
}

/** "20 further rounds", "20 to 40 further rounds"; where nothing was measured again, "rounds of its own". */
function countRounds({ between }: Lookup): Plain {
  const rounds = between.flatMap(({ confirmation }) => confirmation?.rounds ?? []);
  if (rounds.length === 0) return plain`rounds of its own`;
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)];
  const from = fewest === most ? plain`` : plain`${integer(fewest)} to `;
  return plain`${from}${count(most, 'further round')}`;
}
