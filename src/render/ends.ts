import {
  type Contest,
  type Entry,
  findFastest,
  findSlowest,
  isClaimable,
  isToldApart,
  listEntries,
} from './contest.ts';
import { count, millisWithUnit, ratio } from './format.ts';
import { cellLabel, floorName, type Group, type Lookup } from './lookup.ts';
import { capitalise, list, type Plain, type Prose, plain, say, strong } from './prose.ts';

/** "Batch 1: gRPC `tensor` raw is fastest, 1.41 ms; REST `tftensor` predict is slowest, 2.31 ms (1.64×)."; null with less than two cells. */
export function describeEnds(lookup: Lookup, group: Group): Prose | null {
  const head = say`${strong(capitalise(group.title))}: `;
  const entries = listEntries(lookup, group.cells);
  if (entries.length < 2) return null;
  const fastest = findFastest(lookup, group.cells);
  const slowest = findSlowest(lookup, group.cells);
  if (!entries.some(isClaimable))
    return [...head, ...say`no cell is named fastest or slowest: ${whyNone(lookup, entries)}.`];
  if (fastest.state === 'unclaimable' && slowest.state === 'unclaimable') {
    return [...head, ...say`no cell is named fastest or slowest, because those in question take part in no claim.`];
  }
  return [
    ...head,
    ...describeEnd(fastest, plain`fastest`),
    ...say`; `,
    ...describeEnd(slowest, plain`slowest`),
    ...describeRatio(lookup, fastest, slowest),
    ...describeMissing(group.cells.length - entries.length),
    ...say`.`,
  ];
}

function describeEnd(contest: Contest, word: Plain): Prose {
  switch (contest.state) {
    case 'none':
    case 'unclaimable':
      return say`no cell is named ${word}, because the one in question takes part in no claim`;
    case 'clear':
      return say`${cellLabel(contest.first.cell)} is ${word}, ${median(contest.first)}`;
    case 'tied': {
      const names = [contest.first, ...contest.rivals].map(({ cell }) => cellLabel(cell));
      return say`${list(names, 2)} are not told apart as ${word}, ${median(contest.first)}`;
    }
  }
}

function describeRatio(lookup: Lookup, fastest: Contest, slowest: Contest): Prose {
  if (!('first' in fastest) || !('first' in slowest)) return [];
  if (!isToldApart(lookup, fastest.first, slowest.first)) return [];
  return say` (${ratio(slowest.first.result.p50Ms.value / fastest.first.result.p50Ms.value)})`;
}

/** "Fastest" and "slowest" are of those that were measured. */
function describeMissing(missing: number): Prose {
  return missing === 0 ? [] : say`; ${count(missing, 'cell')} not measured`;
}

function median({ result }: Entry): Plain {
  return millisWithUnit(result.p50Ms.value);
}

function whyNone(lookup: Lookup, entries: readonly Entry[]): Prose {
  const noInterval = entries.every(({ result }) => result.p50Ms.low === null);
  return noInterval
    ? say`too few rounds for intervals`
    : say`all are mostly ${floorName(lookup)}, or the client was busy`;
}
