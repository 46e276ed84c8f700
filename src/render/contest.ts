import type { CellReport, CellResult } from '../report.ts';
import type { Lookup } from './lookup.ts';
import { listMarks } from './marks.ts';

export interface Entry {
  readonly cell: CellReport;
  readonly result: CellResult;
}

/** Which cell is at one end, and whether the data bear saying so. */
export type Contest =
  /** Told apart from every other cell. */
  | { readonly state: 'clear'; readonly first: Entry }
  /** It has the lowest (highest) median, but `rivals` are not told apart from it. */
  | { readonly state: 'tied'; readonly first: Entry; readonly rivals: readonly Entry[] }
  /** The place may belong to a cell that takes part in no claim. */
  | { readonly state: 'unclaimable' }
  /** Fewer than two cells were measured. */
  | { readonly state: 'none' };

export function findFastest(lookup: Lookup, cells: readonly CellReport[]): Contest {
  return decide(lookup, cells, 1);
}

export function findSlowest(lookup: Lookup, cells: readonly CellReport[]): Contest {
  return decide(lookup, cells, -1);
}

/**
 * Whether `slow` takes longer than `fast`. Where the report compared the two, its verdict decides; else intervals that
 * do not overlap.
 */
export function isToldApart(lookup: Lookup, fast: Entry, slow: Entry): boolean {
  const verdict = lookup.verdict(fast.cell, slow.cell);
  if (verdict !== null) return verdict === 'slower';
  const { high } = fast.result.p50Ms;
  const { low } = slow.result.p50Ms;
  return high !== null && low !== null && high < low;
}

/** Whether a cell may be named in a claim: an interval, an idle client, a floor below half of it. */
export function isClaimable({ result }: Entry): boolean {
  const { low, high } = result.p50Ms;
  return low !== null && high !== null && listMarks(result).every((mark) => mark === 'floor-over-20');
}

export function listEntries(lookup: Lookup, cells: readonly CellReport[]): Entry[] {
  return cells.flatMap((cell) => {
    const result = cell.state === 'measured' ? lookup.result(cell) : null;
    return result === null ? [] : [{ cell, result }];
  });
}

function decide(lookup: Lookup, cells: readonly CellReport[], sign: 1 | -1): Contest {
  const entries = listEntries(lookup, cells).sort((a, b) => sign * (a.result.p50Ms.value - b.result.p50Ms.value));
  if (entries.length < 2) return { state: 'none' };
  const [first, ...others] = entries.filter(isClaimable);
  if (first === undefined) return { state: 'unclaimable' };
  const edge = (sign === 1 ? first.result.p50Ms.high : first.result.p50Ms.low) ?? first.result.p50Ms.value;
  const blocked = entries.some((entry) => !isClaimable(entry) && sign * (entry.result.p50Ms.value - edge) <= 0);
  if (blocked) return { state: 'unclaimable' };
  const rivals = others.filter((other) =>
    sign === 1 ? !isToldApart(lookup, first, other) : !isToldApart(lookup, other, first),
  );
  return rivals.length === 0 ? { state: 'clear', first } : { state: 'tied', first, rivals };
}
