import type { Arm, CellReport, CellResult } from '../report.ts';
import { bytes, duty, estimate, integer, millis, percent, significant } from './format.ts';
import { cellLabel, type Group, type Lookup, nothing } from './lookup.ts';
import { describeOpenLoop } from './loop.ts';
import { listMarks, type Mark, markSigns } from './marks.ts';
import { foreign, join, type Plain, type Prose, plain, say } from './prose.ts';
import { type Column, left, right, type Table } from './table.ts';

interface Field {
  readonly column: Column;
  readonly read: (result: CellResult) => Plain | Prose;
  /** Whether the field is worth a column for a result; one of the group's has to be. */
  readonly needs?: (result: CellResult) => boolean;
}

const FIELDS: readonly Field[] = [
  {
    column: right(plain`without flagged blocks`),
    read: ({ p50UnflaggedMs }) => (p50UnflaggedMs === null ? nothing : estimate(p50UnflaggedMs)),
    needs: ({ p50UnflaggedMs }) => p50UnflaggedMs !== null,
  },
  { column: right(plain`p90`), read: (result) => percentile(result, 'p90') },
  { column: right(plain`p99`), read: (result) => percentile(result, 'p99') },
  { column: right(plain`req/s`), read: ({ throughput }) => significant(throughput) },
  {
    column: right(plain`dropped`),
    read: ({ dropped }) => integer(dropped),
    needs: ({ dropped }) => dropped > 0,
  },
  { column: right(plain`duty`), read: (result) => duty(result.duty) },
  { column: right(plain`floor`), read: ({ floorShare }) => percent(floorShare) },
  { column: right(plain`connect`), read: connectShare },
  {
    column: right(plain`server CPU ms`),
    read: ({ server }) => millis(server?.cpuMsPerRequest ?? null),
    needs: ({ server }) => server !== null,
  },
  {
    column: right(plain`server memory`),
    read: ({ server }) => (server === null || server.rssBytes === null ? nothing : bytes(server.rssBytes)),
    needs: ({ server }) => server !== null && server.rssBytes !== null,
  },
];

/**
 * One row per cell of a batch, of the baseline or of another arm; cells that were not measured give their reason. Where
 * blocks were flagged, the estimate without them stands beside the one with them.
 */
export function buildCellsTable(lookup: Lookup, group: Group, arm: Arm = lookup.arm): Table {
  const results = group.cells.flatMap((cell) => lookup.result(cell, arm) ?? []);
  const fields = FIELDS.filter(({ needs }) => needs === undefined || results.some(needs));
  return {
    caption: captionOf(lookup, group, arm),
    columns: [
      left(plain`transport · encoding · method`),
      right(plain`p50 ms [interval]`),
      ...fields.map(({ column }) => column),
    ],
    rows: group.cells.map((cell) => {
      const result = lookup.result(cell, arm);
      const state = cell.state === 'measured' ? [] : describeState(cell);
      if (result === null)
        return [cellLabel(cell), cell.state === 'measured' ? nothing : state, ...fields.map(() => nothing)];
      const median = say`${estimate(result.p50Ms)}${markSigns(listMarks(result))}`;
      return [
        cellLabel(cell),
        state.length > 0 ? say`${median}, ${state}` : median,
        ...fields.map(({ read }) => say`${read(result)}`),
      ];
    }),
  };
}

function captionOf({ report }: Lookup, { title }: Group, arm: Arm): Plain {
  const loop = describeOpenLoop(report);
  const at = report.arms.indexOf(arm);
  const whose = at > 0 ? plain` of arm ${integer(at + 1)}` : report.arms.length > 1 ? plain` of the baseline` : plain``;
  return plain`All cells${whose}, ${title}${loop === null ? plain`` : plain`, ${loop}`}`;
}

/** What the columns and the marks in them mean. */
export function explainCells(lookup: Lookup, groups: readonly Group[]): Prose {
  const results = groups.flatMap((group) => group.cells.flatMap((cell) => lookup.result(cell) ?? []));
  const has = (holds: (result: CellResult) => boolean): boolean => results.some(holds);
  const small = has(({ percentilesMs }) => percentilesMs.p90 === null || percentilesMs.p99 === null);
  const isOpen = lookup.report.config.rate !== null;
  return [
    ...say`p50 is the median over rounds of the block medians, with its interval over rounds; p90 and p99 pool all requests, in ms.`,
    ...(isOpen
      ? say` Duty is the share of the latencies that is not the client's own lateness; floor and connect are shares of p50.`
      : say` Duty is the share of the blocks' time inside requests; floor and connect are shares of p50.`),
    ...(small ? say` “n small”: too few requests for that percentile.` : []),
    ...(has(({ dropped }) => dropped > 0) ? say` Dropped: arrivals that were not sent any more.` : []),
    ...(has(({ server }) => server !== null)
      ? say` Server CPU is milliseconds of CPU time a request, of all of the server's processes; server memory the most that they held resident after a block, summed over them, with shared pages counted in each.`
      : []),
    ...explainLittle(lookup, groups),
  ];
}

/** Little's law: what was in flight on average is throughput times mean latency, whoever counts. */
function explainLittle(lookup: Lookup, groups: readonly Group[]): Prose {
  const ranges = groups.flatMap((group) => {
    const found = group.cells.flatMap((cell) => lookup.result(cell)?.inFlight ?? []);
    if (group.concurrency === 1 || found.length === 0) return [];
    const [low, high] = [significant(Math.min(...found)), significant(Math.max(...found))];
    return [say`${low === high ? low : plain`${low} to ${high}`} at ${group.title}`];
  });
  if (ranges.length === 0) return [];
  return say` Requests in flight, which are throughput times mean latency (Little's law): ${join(ranges, '; ')}.`;
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
  return value === null ? plain`n small` : millis(value);
}

function connectShare({ partsMs, p50Ms }: CellResult): Plain {
  return percent(partsMs.connect === null || p50Ms.value === 0 ? null : partsMs.connect / p50Ms.value);
}
