import { quotedDifference } from '../quoted-difference.ts';
import type { Comparison } from '../report.ts';
import { describeAlarm } from './arm-verdicts.ts';
import { MAX_ROUNDS, TOO_NEAR } from './conclusions.ts';
import { count, effectWithInterval, integer, percentExact } from './format.ts';
import { cellInWords, floorName, type Lookup, opposeArms } from './lookup.ts';
import { join, type Plain, type Prose, plain, say, strong } from './prose.ts';
import { countVerdicts, listByEffect, type Tally, tallyArms } from './tally.ts';

/** Cells that are named of each kind, the largest difference first. */
const MOST_NAMED = 3;

/** One item for each arm that is compared with the baseline: what was found in which cells, and what stays open. */
export function describeArms(lookup: Lookup): Prose[] {
  return tallyArms(lookup).map((tally) => {
    const head = say`${opposeArms(lookup, tally.other)}: `;
    const parts = describeParts(lookup, tally).filter(({ n }) => n > 0);
    if (tally.comparisons.length === 0) return say`${head}no cell was measured on both sides.`;
    const all = tally.comparisons.length + tally.missing;
    const told = parts.map(({ n, word, loud, again = null, note }, i) => {
      const of = n === all ? plain`all ${count(all, 'cell')}` : plain`${integer(n)} of ${count(all, 'cell')}`;
      const text = plain`${i === 0 ? of : integer(n)} ${word}`;
      const every = again === null ? [] : say`, ${n > 1 ? plain`all ` : plain``}${again}`;
      return say`${loud ? strong(text) : text}${every}${note.length === 0 ? [] : say` (${note})`}`;
    });
    return say`${head}${join(told, '; ')}.`;
  });
}

interface Part {
  readonly n: number;
  readonly word: Plain;
  readonly loud: boolean;
  /** What became of all of the alarms when they were measured again, where it is the same of all. */
  readonly again?: Plain | null;
  readonly note: Prose;
}

function describeParts(lookup: Lookup, tally: Tally): Part[] {
  const of = countVerdicts(tally.comparisons);
  const margin = plain`±${percentExact(lookup.report.config.margin)}`;
  return [
    describeAlarms(lookup, listByEffect(tally, 'slower'), plain`slower`),
    describeAlarms(lookup, listByEffect(tally, 'faster'), plain`faster`),
    { n: of.equivalent, word: plain`equivalent within ${margin}`, loud: false, note: [] },
    { n: of.inconclusive, word: plain`inconclusive`, loud: false, note: describeOpen(tally) },
    { n: of['not-resolvable'], word: plain`not resolvable beside ${floorName(lookup)}`, loud: false, note: [] },
    { n: tally.missing, word: plain`not measured on both sides`, loud: false, note: [] },
  ];
}

/** "REST `ndarray` predict, batch 1: +11.8% [+9.9%, +13.7%]; ...; 1 more" */
function describeAlarms(lookup: Lookup, found: readonly Comparison[], word: Plain): Part {
  const [again = null, ...others] = new Set(found.map((comparison) => describeAlarm(lookup, comparison)));
  const isSame = others.length === 0;
  const named = found.slice(0, MOST_NAMED).map((comparison) => {
    const { effect, low, high } = quotedDifference(comparison);
    const own = isSame ? null : describeAlarm(lookup, comparison);
    const difference = effectWithInterval(effect, low, high);
    return say`${cellInWords(lookup, comparison.b.cell)}: ${difference}${own === null ? [] : say`, ${own}`}`;
  });
  const left = found.length - named.length;
  const note = join([...named, ...(left > 0 ? [say`${integer(left)} more`] : [])], '; ');
  return { n: found.length, word, loud: true, again: isSame ? again : null, note };
}

/** How many were alarms that did not come again, and how many rounds would settle what is open. */
function describeOpen({ comparisons }: Tally): Prose {
  const open = comparisons.filter(({ verdict }) => verdict === 'inconclusive');
  const refuted = open.filter(({ confirmation }) => confirmation?.holds === false);
  const needs = open.flatMap(({ roundsNeeded }) => roundsNeeded ?? []);
  const most = Math.max(0, ...needs);
  return join(
    [
      ...(refuted.length > 0 ? [say`${count(refuted.length, 'alarm')} not confirmed`] : []),
      ...(most > MAX_ROUNDS
        ? [say`at least one lies ${TOO_NEAR}`]
        : most > 0
          ? [say`about ${count(most, 'round')} would settle ${nameNeeding(open)}`]
          : []),
    ],
    '; ',
  );
}

/** Those of the open ones of which it is known how many rounds they need. */
function nameNeeding(open: readonly Comparison[]): Plain {
  const isRefuted = ({ confirmation }: Comparison): boolean => confirmation?.holds === false;
  const without = open.filter(({ roundsNeeded }) => roundsNeeded === undefined);
  const n = open.length - without.length;
  if (without.length === 0) {
    if (n === 1) return plain`it`;
    return open.some(isRefuted) ? plain`all ${integer(n)}` : plain`them`;
  }
  const others = open.filter((one) => !isRefuted(one));
  if (without.every(isRefuted) && n === others.length) return n === 1 ? plain`the other` : plain`the others`;
  return plain`${integer(n)} of them`;
}
