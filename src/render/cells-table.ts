import type { CellReport, CellResult } from '../report.ts';
import { duty, estimate, millis, percent, significant } from './format.ts';
import { cellLabel, type Group, type Lookup, nothing } from './lookup.ts';
import { listMarks, type Mark, markSigns } from './marks.ts';
import { foreign, type Plain, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

const COLUMNS = [
  right(plain`p90`),
  right(plain`p99`),
  right(plain`req/s`),
  right(plain`duty`),
  right(plain`floor`),
  right(plain`connect`),
];

/**
 * One row per cell of a batch; cells that were not measured give their reason. Where blocks were flagged, the estimate
 * without them stands beside the one with them.
 */
export function buildCellsTable(lookup: Lookup, group: Group): Table {
  const flagged = hasFlagged(lookup, group);
  return {
    caption: plain`All cells, ${group.title}`,
    columns: [
      left(plain`transport · encoding · method`),
      right(plain`p50 ms [interval]`),
      ...(flagged ? [right(plain`without flagged blocks`)] : []),
      ...COLUMNS,
    ],
    rows: group.cells.map((cell) => {
      const result = lookup.result(cell);
      const state = cell.state === 'measured' ? [] : describeState(cell);
      if (result === null) {
        return [
          cellLabel(cell),
          cell.state === 'measured' ? nothing : state,
          ...blank(COLUMNS.length + (flagged ? 1 : 0)),
        ];
      }
      return [
        cellLabel(cell),
        [
          ...say`${estimate(result.p50Ms)}${markSigns(listMarks(result))}`,
          ...(state.length > 0 ? [...say`, `, ...state] : []),
        ],
        ...(flagged ? [result.p50UnflaggedMs === null ? nothing : say`${estimate(result.p50UnflaggedMs)}`] : []),
        say`${percentile(result, 'p90')}`,
        say`${percentile(result, 'p99')}`,
        say`${significant(result.throughput)}`,
        say`${duty(result.duty)}`,
        say`${percent(result.floorShare)}`,
        say`${connectShare(result)}`,
      ];
    }),
  };
}

function hasFlagged(lookup: Lookup, group: Group): boolean {
  return group.cells.some((cell) => (lookup.result(cell)?.p50UnflaggedMs ?? null) !== null);
}

/** What the columns and the marks in them mean. */
export function explainCells(lookup: Lookup, groups: readonly Group[]): Prose {
  const results = groups.flatMap((group) => group.cells.flatMap((cell) => lookup.result(cell) ?? []));
  const small = results.some(({ percentilesMs }) => percentilesMs.p90 === null || percentilesMs.p99 === null);
  return [
    ...say`p50 is the median over rounds of the block medians, with its interval over rounds; p90 and p99 pool all requests, in ms.`,
    ...say` Duty is the share of the blocks' time inside requests; floor and connect are shares of p50.`,
    ...(small ? say` “n small”: too few requests for that percentile.` : []),
  ];
}

export function marksIn(lookup: Lookup, groups: readonly Group[]): Set<Mark> {
  const results = groups.flatMap((group) => group.cells.flatMap((cell) => lookup.result(cell) ?? []));
  return new Set(results.flatMap(listMarks));
}

function describeState(cell: CellReport): Prose {
  const word = cell.state === 'failed' ? say`failed` : say`skipped`;
  return cell.reason === undefined ? word : [...word, ...say`: ${foreign(cell.reason)}`];
}

function percentile({ percentilesMs }: CellResult, key: 'p90' | 'p99'): Plain {
  const value = percentilesMs[key];
  return value === null || value === undefined ? plain`n small` : millis(value);
}

function connectShare({ partsMs, p50Ms }: CellResult): Plain {
  return percent(partsMs.connect === null || p50Ms.value === 0 ? null : partsMs.connect / p50Ms.value);
}

function blank(n: number): Prose[] {
  return Array.from({ length: n }, () => nothing);
}
