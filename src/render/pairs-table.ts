import type { Comparison, Verdict } from '../report.ts';
import { confidence, count, effectWithInterval, encodingLabel, methodLabel, pValue, transportLabel } from './format.ts';
import { cellName, type Group, type Lookup } from './lookup.ts';
import { code, type Plain, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

export const VERDICTS: Record<Verdict, Plain> = {
  faster: plain`faster`,
  slower: plain`slower`,
  equivalent: plain`equivalent`,
  inconclusive: plain`inconclusive`,
  'not-resolvable': plain`not resolvable`,
};

/** One row per comparison of a batch, within the baseline. */
export function buildPairsTable(lookup: Lookup, group: Group): Table {
  return {
    caption: plain`Pairs, ${group.title}`,
    columns: [
      left(plain`pair`),
      right(plain`difference [${confidence(lookup.report.alpha)} interval]`),
      right(plain`p`),
      right(plain`Holm p`),
      left(plain`verdict`),
    ],
    rows: listPairs(lookup, group).map((comparison) => [
      pairLabel(lookup, comparison),
      say`${effectWithInterval(comparison.effect, comparison.low, comparison.high)}`,
      say`${pValue(comparison.p)}`,
      say`${pValue(comparison.pMarginHolm)}`,
      describeVerdict(comparison),
    ]),
  };
}

/** The comparisons whose two cells both belong to the group. */
export function listPairs(lookup: Lookup, group: Group): readonly Comparison[] {
  const ids = new Set(group.cells.map((cell) => cell.id));
  return lookup.comparisons.filter(({ a, b }) => ids.has(a.cell) && ids.has(b.cell));
}

/** "`tensor` predict: gRPC vs REST" */
export function pairLabel(lookup: Lookup, { kind, a, b }: Comparison): Prose {
  const from = lookup.cell(a.cell);
  const to = lookup.cell(b.cell);
  if (from === undefined || to === undefined)
    return say`${cellName(lookup, b.cell)} against ${cellName(lookup, a.cell)}`;
  const transport = transportLabel(to.transport);
  const encoding = code(encodingLabel(to.encoding));
  const method = methodLabel(to.method);
  switch (kind) {
    case 'transport':
      return say`${encoding} ${method}: ${transport} vs ${transportLabel(from.transport)}`;
    case 'encoding':
      return say`${transport} ${method}: ${encoding} vs ${code(encodingLabel(from.encoding))}`;
    case 'method':
      return say`${transport} ${encoding}: ${method} vs ${methodLabel(from.method)}`;
    case 'arm':
      return say`${cellName(lookup, b.cell)}`;
  }
}

export function describeVerdict({ verdict, roundsNeeded }: Comparison): Prose {
  return roundsNeeded === undefined
    ? say`${VERDICTS[verdict]}`
    : say`${VERDICTS[verdict]} (${count(roundsNeeded, 'round')})`;
}

export const PAIRS_NOTE = say`The difference is of the time: −20% takes a fifth less, 3.00× takes three times as long. p: sign-flip test of no difference at all; Holm p: that the difference is within the margin, over all pairs. Inconclusive (24 rounds): so many would settle it with a chance of about 80%, if the difference is what was seen.`;
