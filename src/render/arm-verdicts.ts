import { quotedDifference } from '../quoted-difference.ts';
import type { Arm, Comparison, Verdict } from '../report.ts';
import { describeOwnLevel } from './arm-effects.ts';
import { count, effectWithInterval, integer, effect as showEffect } from './format.ts';
import type { Lookup } from './lookup.ts';
import { describeVerdict, VERDICTS } from './pairs-table.ts';
import { foreign, join, type Plain, type Prose, plain, say, strong } from './prose.ts';

/** What the comparison of one arm with the baseline found: every planned cell is in one of the counts. */
export interface Tally {
  readonly other: Arm;
  readonly comparisons: readonly Comparison[];
  readonly of: Readonly<Record<Verdict, number>>;
  /** Cells that were not measured on both sides. */
  readonly missing: number;
}

export function tallyArms(lookup: Lookup): Tally[] {
  return lookup.others.map((other) => {
    const comparisons = lookup.report.cells.flatMap((cell) => lookup.against(cell, other) ?? []);
    const of = { slower: 0, faster: 0, equivalent: 0, inconclusive: 0, 'not-resolvable': 0 };
    for (const { verdict } of comparisons) of[verdict] += 1;
    return { other, comparisons, of, missing: lookup.report.cells.length - comparisons.length };
  });
}

/** "3 cells slower, 1 faster, 18 equivalent, 2 inconclusive" */
export function describeTally({ of, missing }: Pick<Tally, 'of' | 'missing'>, what = 'cell'): Plain {
  const counts: readonly (readonly [number, Plain])[] = [
    ...(Object.keys(of) as Verdict[]).map((verdict) => [of[verdict], VERDICTS[verdict]] as const),
    [missing, plain`not compared`],
  ];
  const parts = counts
    .filter(([n]) => n > 0)
    .map(([n, word], i) => plain`${i === 0 ? count(n, what) : integer(n)} ${word}`);
  return parts.length === 0 ? plain`nothing compared` : (parts.join(', ') as Plain);
}

/** "`new` against `base`" */
export function opposeArms({ arm }: Lookup, other: Arm): Prose {
  return say`${foreign(other.id)} against ${foreign(arm.id)}`;
}

/**
 * "slower, confirmed in 20 further rounds: +11.2% [+9.0%, +13.4%]". An alarm that did not come again is inconclusive,
 * and says what it was at first.
 */
export function describeArmVerdict(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation } = comparison;
  const alarm = describeAlarm(lookup, comparison);
  const again =
    confirmation === undefined
      ? []
      : say`: ${effectWithInterval(confirmation.effect, confirmation.low, confirmation.high)}`;
  return say`${describeWords(comparison)}${alarm === null ? [] : say`, ${alarm}`}${again}`;
}

/**
 * "slower, confirmed (at first +13.5%)", "inconclusive (326 rounds), slower at first (+6.5%), not confirmed": for a place
 * beside the quoted difference, which the further rounds showed.
 */
export function describeArmVerdictBeside(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation, effect } = comparison;
  if (confirmation === undefined) return describeArmVerdict(lookup, comparison);
  const words = describeWords(comparison);
  const first = showEffect(effect);
  return confirmation.holds ? say`${words}, confirmed (at first ${first})` : say`${words} (${first}), not confirmed`;
}

/** "slower, confirmed", for a narrow column beside the quoted difference, whose interval may have another level. */
export function describeArmVerdictBriefly(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation } = comparison;
  if (confirmation === undefined) return describeArmVerdict(lookup, comparison);
  const level = describeOwnLevel(lookup.report, comparison);
  const again = confirmation.holds ? plain`confirmed` : plain`not confirmed`;
  return say`${describeWords(comparison)}, ${again}${level === null ? [] : say` (${level})`}`;
}

/** An alarm that did not come again says what it was. */
function describeWords(comparison: Comparison): Prose {
  const { verdict, confirmation, effect } = comparison;
  const word = isAlarm(comparison) ? say`${strong(VERDICTS[verdict])}` : describeVerdict(comparison);
  return confirmation?.holds === false ? say`${word}, ${effect > 0 ? plain`slower` : plain`faster`} at first` : word;
}

/** "confirmed in 20 further rounds"; null where there was nothing to confirm or nobody asked for it. */
export function describeAlarm({ report }: Lookup, comparison: Comparison): Plain | null {
  const { confirmation } = comparison;
  if (confirmation === undefined)
    return isAlarm(comparison) && report.config.confirm ? plain`not measured again` : null;
  const rounds = count(confirmation.rounds, 'further round');
  return confirmation.holds ? plain`confirmed in ${rounds}` : plain`not confirmed in ${rounds}`;
}

function isAlarm({ verdict }: Comparison): boolean {
  return verdict === 'slower' || verdict === 'faster';
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
  if (tallies.length <= 2) {
    return join(
      tallies.map((tally) => say`${opposeArms(lookup, tally.other)}: ${describeTally(tally)}`),
      '; ',
    );
  }
  const sum = (read: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + read(tally), 0);
  const of = {
    slower: sum((tally) => tally.of.slower),
    faster: sum((tally) => tally.of.faster),
    equivalent: sum((tally) => tally.of.equivalent),
    inconclusive: sum((tally) => tally.of.inconclusive),
    'not-resolvable': sum((tally) => tally.of['not-resolvable']),
  };
  const counts = describeTally({ of, missing: sum(({ missing }) => missing) }, 'comparison');
  return say`${count(tallies.length, 'arm')} against ${foreign(lookup.arm.id)}: ${counts}`;
}
