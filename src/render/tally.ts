import { quotedDifference } from '../quoted-difference.ts';
import type { Arm, Comparison, Verdict } from '../report.ts';
import { count, integer } from './format.ts';
import { type Lookup, opposeArms } from './lookup.ts';
import { VERDICTS } from './pairs-table.ts';
import { foreign, join, type Plain, type Prose, plain, say } from './prose.ts';

/** What the comparison of one arm with the baseline found: every planned cell is in it. */
export interface Tally {
  readonly other: Arm;
  readonly comparisons: readonly Comparison[];
  /** Cells that were not measured on both sides. */
  readonly missing: number;
}

export function tallyArms(lookup: Lookup): Tally[] {
  return lookup.others.map((other) => {
    const comparisons = lookup.report.cells.flatMap((cell) => lookup.against(cell, other) ?? []);
    return { other, comparisons, missing: lookup.report.cells.length - comparisons.length };
  });
}

export function countVerdicts(comparisons: readonly Comparison[]): Record<Verdict, number> {
  const of = { slower: 0, faster: 0, equivalent: 0, inconclusive: 0, 'not-resolvable': 0 };
  for (const { verdict } of comparisons) of[verdict] += 1;
  return of;
}

/** The cells with a verdict, the largest quoted difference first. */
export function listByEffect({ comparisons }: Tally, verdict: Verdict): Comparison[] {
  const size = (comparison: Comparison): number =>
    Math.abs(Math.log(Math.max(1 + quotedDifference(comparison).effect, Number.MIN_VALUE)));
  return comparisons.filter((one) => one.verdict === verdict).sort((a, b) => size(b) - size(a));
}

/** What the arms were found to be, in one line: each against the baseline, of many the sum. */
export function summariseArms(lookup: Lookup): Prose {
  const tallies = tallyArms(lookup);
  if (tallies.length > 2)
    return say`${count(tallies.length, 'arm')} against ${foreign(lookup.arm.id)}: ${sumTallies(tallies)}`;
  return join(listTallies(lookup, tallies), '; ');
}

/** "3 comparisons slower, 1 faster, 18 equivalent" */
export function sumTallies(tallies: readonly Tally[]): Plain {
  const comparisons = tallies.flatMap((tally) => tally.comparisons);
  const missing = tallies.reduce((sum, tally) => sum + tally.missing, 0);
  return describe(comparisons, missing, 'comparison');
}

const KINDS = [
  ['transport', plain`gRPC against REST`],
  ['encoding', plain`Encodings against each other`],
  ['method', plain`Methods against each other`],
] as const;

/** How often each verdict was given: for every other arm against the baseline, then for the pairs within the baseline. */
export function describeTallies(lookup: Lookup): Prose[] {
  const pairs = KINDS.flatMap(([kind, title]) => {
    const found = lookup.comparisons.filter((comparison) => comparison.kind === kind);
    return found.length === 0 ? [] : [say`${title}: ${describe(found, 0, 'pair')}`];
  });
  return [...listTallies(lookup, tallyArms(lookup)), ...pairs];
}

function listTallies(lookup: Lookup, tallies: readonly Tally[]): Prose[] {
  return tallies.map(
    ({ other, comparisons, missing }) => say`${opposeArms(lookup, other)}: ${describe(comparisons, missing, 'cell')}`,
  );
}

/** "3 cells slower, 1 faster, 18 equivalent, 2 inconclusive" */
function describe(comparisons: readonly Comparison[], missing: number, what: string): Plain {
  const counts: readonly (readonly [number, Plain])[] = [
    ...Object.entries(countVerdicts(comparisons)).map(([verdict, n]) => [n, VERDICTS[verdict as Verdict]] as const),
    [missing, plain`not compared`],
  ];
  const parts = counts
    .filter(([n]) => n > 0)
    .map(([n, word], i) => plain`${i === 0 ? count(n, what) : integer(n)} ${word}`);
  return parts.length === 0 ? plain`nothing compared` : (parts.join(', ') as Plain);
}
