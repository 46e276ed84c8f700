import { METHODS, TRANSPORTS } from '../plan.ts';
import type { CellReport, Report } from '../report.ts';
import { findFastest, findSlowest, isToldApart } from './contest.ts';
import { encodingLabel, methodLabel, NOTHING, ratio, significant, transportLabel } from './format.ts';
import { type Group, type Lookup, nothing } from './lookup.ts';
import { explainMarks, listMarks, type Mark, markSigns } from './marks.ts';
import { code, join, type Plain, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

interface PivotCell {
  readonly text: Prose;
  /** Where the cell lies between the batch's fastest (0) and slowest (1), on a logarithmic scale. */
  readonly heat: number | null;
}

interface PivotRow {
  readonly encoding: Plain;
  readonly cells: readonly PivotCell[];
  /** Null where there is nothing to choose between. */
  readonly fastest: Prose | null;
}

/** One batch: a row per encoding, a column per transport and method, the medians in the middle. */
export interface Pivot {
  readonly title: Plain;
  readonly columns: readonly Plain[];
  readonly rows: readonly PivotRow[];
  readonly marks: ReadonlySet<Mark>;
}

export const FASTEST = plain`fastest`;

/** Methods and transports that the report does not have are no columns; encodings that it does not have, no rows. */
export function buildPivot(lookup: Lookup, group: Group): Pivot {
  const heads = listColumns(lookup.report);
  const heat = heatScale(lookup, group.cells);
  const marks = new Set<Mark>();
  const rows = lookup.report.config.encodings.map((encoding) => {
    const cells = heads.map(({ transport, method }) =>
      group.cells.find((c) => c.encoding === encoding && c.transport === transport && c.method === method),
    );
    return {
      encoding: encodingLabel(encoding),
      cells: cells.map((cell) => describeCell(lookup, cell, heat, marks)),
      fastest:
        heads.length < 2
          ? null
          : nameFastest(
              lookup,
              cells.flatMap((cell) => cell ?? []),
            ),
    };
  });
  return { title: group.title, columns: heads.map((head) => head.title), rows, marks };
}

export function pivotTable({ title, columns, rows }: Pivot): Table {
  const hasFastest = rows.some((row) => row.fastest !== null);
  return {
    caption: plain`${title}, p50 in ms`,
    columns: [left(plain`${title} · p50 ms`), ...columns.map(right), ...(hasFastest ? [left(FASTEST)] : [])],
    rows: rows.map((row) => [
      say`${code(row.encoding)}`,
      ...row.cells.map((cell) => cell.text),
      ...(row.fastest === null ? [] : [row.fastest]),
    ]),
  };
}

interface Head {
  readonly transport: CellReport['transport'];
  readonly method: CellReport['method'];
  readonly title: Plain;
}

/** What the marks and signs in these pivots mean; only those that occur. `floor`: what it is called. */
export function explainPivots(pivots: readonly Pivot[], floor: Plain): Prose[] {
  const named = pivots.flatMap(({ rows }) =>
    rows.flatMap(({ fastest }) => fastest?.map(({ text }) => text).join('') ?? []),
  );
  return [
    ...explainMarks(new Set(pivots.flatMap((pivot) => [...pivot.marks])), floor),
    ...(named.some((text) => text.endsWith('×)')) ? [say`(2.00×): the slowest of the row takes twice as long`] : []),
    ...(named.some((text) => text.includes('≈')) ? [say`≈ not told apart`] : []),
    ...(named.includes(NOTHING) ? [say`– the numbers do not bear naming one`] : []),
  ];
}

/** The columns of everything that is laid out as encodings against transports and methods. */
export function listColumns({ config }: Report): Head[] {
  return TRANSPORTS.filter((transport) => config.transports.includes(transport)).flatMap((transport) =>
    METHODS.filter((method) => config.methods.includes(method)).map((method) => ({
      transport,
      method,
      title: plain`${transportLabel(transport)} ${methodLabel(method)}`,
    })),
  );
}

function describeCell(
  lookup: Lookup,
  cell: CellReport | undefined,
  heat: (value: number) => number | null,
  marks: Set<Mark>,
): PivotCell {
  if (cell === undefined) return { text: nothing, heat: null };
  if (cell.state !== 'measured') return { text: cell.state === 'failed' ? say`failed` : say`skipped`, heat: null };
  const result = lookup.result(cell);
  if (result === null) return { text: nothing, heat: null };
  const own = listMarks(result);
  for (const mark of own) marks.add(mark);
  return { text: say`${significant(result.p50Ms.value)}${markSigns(own)}`, heat: heat(result.p50Ms.value) };
}

/** A winner only where the data bear one; cells that are not told apart from it stand beside it. */
function nameFastest(lookup: Lookup, cells: readonly CellReport[]): Prose {
  const contest = findFastest(lookup, cells);
  if (contest.state === 'none' || contest.state === 'unclaimable') return say`${NOTHING}`;
  const { first } = contest;
  if (contest.state === 'clear') {
    const slowest = findSlowest(lookup, cells);
    const bears =
      slowest.state !== 'none' && slowest.state !== 'unclaimable' && isToldApart(lookup, first, slowest.first);
    if (!bears) return say`${shortName(first.cell)}`;
    return say`${shortName(first.cell)} (${ratio(slowest.first.result.p50Ms.value / first.result.p50Ms.value)})`;
  }
  if (contest.rivals.length + 1 === cells.length && cells.length > 2) return say`none told apart`;
  return join(
    [first, ...contest.rivals].map((entry) => shortName(entry.cell)),
    ' ≈ ',
  );
}

function shortName({ transport, method }: CellReport): Plain {
  return plain`${transportLabel(transport)} ${methodLabel(method)}`;
}

function heatScale(lookup: Lookup, cells: readonly CellReport[]): (value: number) => number | null {
  const logs = cells.flatMap((cell) => {
    const value = cell.state === 'measured' ? lookup.result(cell)?.p50Ms.value : undefined;
    return value !== undefined && value > 0 ? [Math.log(value)] : [];
  });
  const low = Math.min(...logs);
  const range = Math.max(...logs) - low;
  return (value) => (value > 0 && range > 0 ? (Math.log(value) - low) / range : null);
}
