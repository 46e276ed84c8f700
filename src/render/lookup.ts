import {
  type Arm,
  type CellReport,
  type CellResult,
  type Comparison,
  type Report,
  resultOf,
  type Verdict,
} from '../report.ts';
import { connections, encodingLabel, integer, methodLabel, NOTHING, transportLabel } from './format.ts';
import { isConcurrent } from './loop.ts';
import { code, foreign, type Plain, type Prose, plain, say } from './prose.ts';

/** Cells that carry the same load: one batch at one concurrency. */
export interface Group {
  /** "batch 1", with the connections where any cell of the report had more than one. */
  readonly title: Plain;
  readonly batch: number;
  readonly concurrency: number;
  readonly cells: readonly CellReport[];
}

/** A report with its cross references resolved. */
export interface Lookup {
  readonly report: Report;
  /** The baseline, which the tables of cells and pairs show. */
  readonly arm: Arm;
  /** The arms that are compared with the baseline. */
  readonly others: readonly Arm[];
  /** In the order of the batches, then of the connections. */
  readonly groups: readonly Group[];
  /** The comparisons between cells of the baseline. */
  readonly comparisons: readonly Comparison[];
  /** The comparisons of another arm's cell with the same cell of the baseline. */
  readonly between: readonly Comparison[];
  cell(id: string): CellReport | undefined;
  comparison(id: string): Comparison | undefined;
  /** Of the baseline, or of the arm. */
  result(cell: CellReport, arm?: Arm): CellResult | null;
  /** The arm's cell against the baseline's; null where they were not compared. */
  against(cell: CellReport, other: Arm): Comparison | null;
  /** How `b` stands against `a`, whichever way round the report compared them; null where it did not. */
  verdict(a: CellReport, b: CellReport): Verdict | null;
}

/** What the floor is made of: where null servers stood in the cluster, the way there is part of it. */
export function floorName({ report }: Pick<Lookup, 'report'>): Plain {
  const there = report.arms.filter(({ floorAt }) => floorAt === 'target').length;
  if (there === 0) return plain`the client's own floor`;
  return there === report.arms.length
    ? plain`the floor of the client and the way to the cluster`
    : plain`the floor of the client (and, in some arms, of the way to the cluster)`;
}

/** Whether somebody's own model answered, of which nobody here knows what it does with its input. */
export function hasForeignModel({ model, target, image }: Arm): boolean {
  return model !== undefined || target === 'url' || image?.tensorflow === 'unknown';
}

export function createLookup(report: Report): Lookup {
  const [arm, ...others] = report.arms;
  if (arm === undefined) throw new TypeError('a report has at least one arm');
  const cells = new Map(report.cells.map((cell) => [cell.id, cell]));
  const comparisons = report.comparisons.filter(({ a, b }) => a.arm === arm.id && b.arm === arm.id);
  const known = new Set(others.map(({ id }) => id));
  const between = report.comparisons.filter(
    ({ kind, a, b }) =>
      kind === 'arm' && a.arm === arm.id && known.has(b.arm) && a.cell === b.cell && cells.has(b.cell),
  );
  const byId = new Map(report.comparisons.map((comparison) => [comparison.id, comparison]));
  const byCells = new Map(comparisons.map((comparison) => [pairKey(comparison.a.cell, comparison.b.cell), comparison]));
  const byArm = new Map(between.map((comparison) => [pairKey(comparison.b.arm, comparison.b.cell), comparison]));
  return {
    report,
    arm,
    others,
    groups: groupCells(report),
    comparisons,
    between,
    cell: (id) => cells.get(id),
    comparison: (id) => byId.get(id),
    result: (cell, { id } = arm) => resultOf(cell, id),
    against: (cell, other) => byArm.get(pairKey(other.id, cell.id)) ?? null,
    verdict(a, b) {
      const straight = byCells.get(pairKey(a.id, b.id))?.verdict;
      const turned = byCells.get(pairKey(b.id, a.id))?.verdict ?? null;
      return straight ?? (turned === 'faster' ? 'slower' : turned === 'slower' ? 'faster' : turned);
    },
  };
}

/**
 * What fits into a comment: up to three groups, else the smallest, the middle and the largest batch; with several
 * concurrencies up to four, else the smallest and the largest batch with the fewest and with the most connections.
 */
export function pickGroups(groups: readonly Group[]): readonly Group[] {
  const several = new Set(groups.map(({ concurrency }) => concurrency)).size > 1;
  if (groups.length <= (several ? 4 : 3)) return groups;
  const last = groups.length - 1;
  if (!several) return [0, groups.length >> 1, last].flatMap((i) => groups[i] ?? []);
  const ends = [groups[0]?.batch, groups[last]?.batch].map((batch) => groups.filter((group) => group.batch === batch));
  return [...new Set(ends.flatMap((same) => [same[0], same.at(-1)]))].filter((group) => group !== undefined);
}

/** "gRPC `tensor` raw" */
export function cellLabel({ transport, encoding, method }: CellReport): Prose {
  return say`${transportLabel(transport)} ${code(encodingLabel(encoding))} ${methodLabel(method)}`;
}

/** A cell by its id, with its batch, and with its connections where any cell had more than one. */
export function cellName(lookup: Lookup, id: string): Prose {
  const cell = lookup.cell(id);
  if (cell === undefined) return say`${foreign(id)}`;
  return say`${cellLabel(cell)} (${loadLabel(cell, isConcurrent(lookup.report))})`;
}

/** The same without brackets: "gRPC `tensor` raw, batch 1". */
export function cellInWords(lookup: Lookup, id: string): Prose {
  const cell = lookup.cell(id);
  if (cell === undefined) return say`${foreign(id)}`;
  return say`${cellLabel(cell)}, ${loadLabel(cell, isConcurrent(lookup.report))}`;
}

/** "`new` against `base`" */
export function opposeArms({ arm }: Lookup, other: Arm): Prose {
  return say`${foreign(other.id)} against ${foreign(arm.id)}`;
}

function loadLabel({ batch, concurrency }: CellReport, concurrent: boolean): Plain {
  return concurrent ? plain`batch ${integer(batch)}, ${connections(concurrency)}` : plain`batch ${integer(batch)}`;
}

function groupCells(report: Report): Group[] {
  const concurrent = isConcurrent(report);
  const groups = Map.groupBy(report.cells, (cell) => `${cell.batch}.${cell.concurrency}`);
  return [...groups.values()]
    .flatMap((cells) => {
      const first = cells[0];
      if (first === undefined) return [];
      const { batch, concurrency } = first;
      return [{ title: loadLabel(first, concurrent), batch, concurrency, cells }];
    })
    .sort((a, b) => a.batch - b.batch || a.concurrency - b.concurrency);
}

function pairKey(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

/** A dash where there is nothing to say. */
export const nothing: Prose = say`${NOTHING}`;
