import type { Arm, CellReport, CellResult, Comparison, Report, Verdict } from '../report.ts';
import { encodingLabel, integer, methodLabel, NOTHING, transportLabel } from './format.ts';
import { code, foreign, type Plain, type Prose, plain, say } from './prose.ts';

/** Cells that carry the same load: one batch at one concurrency. */
export interface Group {
  /** "batch 1", with the concurrency where the report has several. */
  readonly title: Plain;
  readonly batch: number;
  readonly cells: readonly CellReport[];
}

/** `b` against `a`. */
export interface Difference {
  readonly effect: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
}

/** A report with its cross references resolved, for the arm that the tables show. */
export interface Lookup {
  readonly report: Report;
  readonly arm: Arm;
  /** In the order of the batches. */
  readonly groups: readonly Group[];
  /** The comparisons between cells of the arm. */
  readonly comparisons: readonly Comparison[];
  cell(id: string): CellReport | undefined;
  comparison(id: string): Comparison | undefined;
  result(cell: CellReport): CellResult | null;
  /** How `b` stands against `a`, whichever way round the report compared them; null where it did not. */
  difference(a: CellReport, b: CellReport): Difference | null;
}

export function createLookup(report: Report): Lookup {
  const arm = report.arms[0];
  if (arm === undefined) throw new TypeError('a report has at least one arm');
  const cells = new Map(report.cells.map((cell) => [cell.id, cell]));
  const comparisons = report.comparisons.filter(({ a, b }) => a.arm === arm.id && b.arm === arm.id);
  const byId = new Map(report.comparisons.map((comparison) => [comparison.id, comparison]));
  const byCells = new Map(comparisons.map((comparison) => [pairKey(comparison.a.cell, comparison.b.cell), comparison]));
  return {
    report,
    arm,
    groups: groupCells(report.cells),
    comparisons,
    cell: (id) => cells.get(id),
    comparison: (id) => byId.get(id),
    // Ids are foreign text: `constructor` must not find anything.
    result: (cell) => (Object.hasOwn(cell.results, arm.id) ? (cell.results[arm.id] ?? null) : null),
    difference(a, b) {
      const straight = byCells.get(pairKey(a.id, b.id));
      if (straight !== undefined) return straight;
      const reversed = byCells.get(pairKey(b.id, a.id));
      return reversed === undefined ? null : invert(reversed);
    },
  };
}

/** At most three groups: the smallest, the middle and the largest. */
export function pickGroups(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= 3) return groups;
  return [0, groups.length >> 1, groups.length - 1].flatMap((i) => groups[i] ?? []);
}

/** "gRPC `tensor` raw" */
export function cellLabel({ transport, encoding, method }: CellReport): Prose {
  return say`${transportLabel(transport)} ${code(encodingLabel(encoding))} ${methodLabel(method)}`;
}

/** A cell by its id, with its batch. */
export function cellName(lookup: Lookup, id: string): Prose {
  const cell = lookup.cell(id);
  return cell === undefined ? say`${foreign(id)}` : say`${cellLabel(cell)} (batch ${integer(cell.batch)})`;
}

function invert({ effect, low, high, verdict }: Difference): Difference {
  const turn = (x: number): number => 1 / (1 + x) - 1;
  const turned = verdict === 'faster' ? 'slower' : verdict === 'slower' ? 'faster' : verdict;
  return {
    effect: turn(effect),
    low: high === null ? null : turn(high),
    high: low === null ? null : turn(low),
    verdict: turned,
  };
}

function groupCells(cells: readonly CellReport[]): Group[] {
  const several = new Set(cells.map((cell) => cell.concurrency)).size > 1;
  const groups = Map.groupBy(cells, (cell) => `${cell.batch}.${cell.concurrency}`);
  return [...groups.values()]
    .flatMap((members) => {
      const first = members[0];
      if (first === undefined) return [];
      const { batch, concurrency } = first;
      const load = several ? plain`, concurrency ${integer(concurrency)}` : plain``;
      return [{ title: plain`batch ${integer(batch)}${load}`, batch, concurrency, cells: members }];
    })
    .sort((a, b) => a.batch - b.batch || a.concurrency - b.concurrency);
}

function pairKey(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

/** A dash where there is nothing to say. */
export const nothing: Prose = say`${NOTHING}`;
