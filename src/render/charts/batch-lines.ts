import type { Arm, CellReport } from '../../report.ts';
import { connections, integer, methodLabel, significant } from '../format.ts';
import type { Lookup } from '../lookup.ts';
import { isConcurrent } from '../loop.ts';
import { plain } from '../prose.ts';
import { inkOf, SHAPES } from './inks.ts';
import type { Mark, Point } from './marks.ts';
import type { TitledPanel } from './panel.ts';
import { drawnArms } from './select.ts';
import { fitScale } from './ticks.ts';

/**
 * Median latency over the batch size, both logarithmic: a panel for each method and number of connections, a line for
 * each transport, encoding and arm, with the medians' intervals. Empty with fewer than three batches: two points are
 * no curve.
 */
export function listBatchPanels(lookup: Lookup): TitledPanel[] {
  const { cells } = lookup.report;
  if (new Set(cells.map(({ batch }) => batch)).size < 3) return [];
  const concurrent = isConcurrent(lookup.report);
  const panels = Map.groupBy(cells, ({ method, concurrency }) => `${method}.${concurrency}`);
  return [...panels.values()].flatMap((some) => {
    const first = some[0];
    const lines = listLines(lookup, some);
    if (first === undefined || lines.length === 0) return [];
    const title = concurrent
      ? plain`${methodLabel(first.method)}, ${connections(first.concurrency)}`
      : methodLabel(first.method);
    const values = lines.flatMap(({ points, spans }) => [...points, ...spans.flat()].map(([, y]) => y));
    const panel = {
      label: plain`Median latency over the batch size, ${title}: ${integer(lines.length)} lines, both axes logarithmic. The numbers are in the tables of all cells.`,
      height: 250,
      left: 54,
      x: {
        title: plain`batch`,
        lines: false,
        ...fitScale(
          lines.flatMap(({ points }) => points.map(([x]) => x)),
          integer,
          'log',
        ),
      },
      y: { title: plain`p50 ms`, lines: true, ...fitScale(values, significant, 'log') },
      marks: lines.flatMap(({ marks }) => marks),
    };
    return [{ title, panel }];
  });
}

/** More dots on a line than these hide the line and one another. */
const MOST_DOTS = 12;

interface Line {
  readonly points: readonly Point[];
  readonly spans: readonly (readonly [Point, Point])[];
  readonly marks: readonly Mark[];
}

function listLines(lookup: Lookup, cells: readonly CellReport[]): Line[] {
  const kinds = Map.groupBy(cells, ({ transport, encoding }) => `${transport}.${encoding}`);
  return [...kinds.values()].flatMap((some) =>
    drawnArms(lookup).flatMap((arm, i) => drawLine(lookup, some, arm, i) ?? []),
  );
}

function drawLine(lookup: Lookup, cells: readonly CellReport[], arm: Arm, index: number): Line | null {
  const [first] = cells;
  const found = cells
    .toSorted((a, b) => a.batch - b.batch)
    .flatMap((cell) => {
      const p50 = lookup.result(cell, arm)?.p50Ms;
      return p50 === undefined || p50.value <= 0 ? [] : [{ batch: cell.batch, ...p50 }];
    });
  if (first === undefined || found.length === 0) return null;
  const ink = inkOf(first.transport, index);
  const points = found.map(({ batch, value }): Point => [batch, value]);
  const spans = found.flatMap(({ batch, low, high }): [Point, Point][] =>
    low === null || high === null || low <= 0
      ? []
      : [
          [
            [batch, low],
            [batch, high],
          ],
        ],
  );
  const { dash: _, ...solid } = ink;
  const dots = points.filter((_, i) => i % Math.ceil(points.length / MOST_DOTS) === 0);
  return {
    points,
    spans,
    marks: [
      { kind: 'spans', spans, ink: solid, width: points.length > MOST_DOTS ? 1 : 3 },
      { kind: 'line', points, ink },
      { kind: 'dots', points: dots, shape: SHAPES[first.encoding], ink },
    ],
  };
}
