import type { Arm, CellReport } from '../../report.ts';
import { encodingLabel, methodLabel, significant, transportLabel } from '../format.ts';
import type { Group, Lookup } from '../lookup.ts';
import { type Plain, plain } from '../prose.ts';
import { inkOf } from './inks.ts';
import type { Mark, Point } from './marks.ts';
import type { TitledPanel } from './panel.ts';
import { readHistogram } from './read-histogram.ts';
import { byEncoding, drawnArms } from './select.ts';
import { fitScale } from './ticks.ts';

/** Of one cell of one arm. */
export interface Distribution {
  readonly cell: CellReport;
  readonly arm: Arm;
  readonly requests: number;
  /** How slow the request was that this share of all was not slower than, in milliseconds; null beyond `highest`. */
  at(share: number): number | null;
  /** The highest share that the requests support: ten of them are slower. */
  readonly highest: number;
}

const NS_PER_MS = 1e6;
/** Steps on the axis for each factor of ten. */
const STEPS = 10;
/** Slower requests that a quantile has to leave before it may be drawn. */
const MIN_SLOWER = 10;

/** What the histograms of a batch say. Cells without one, or with one that cannot be read, are left out. */
export function readDistributions(lookup: Lookup, group: Group): Distribution[] {
  return group.cells.flatMap((cell) => drawnArms(lookup).flatMap((arm) => readDistribution(lookup, cell, arm) ?? []));
}

function readDistribution(lookup: Lookup, cell: CellReport, arm: Arm): Distribution | null {
  const encoded = lookup.result(cell, arm)?.histogram;
  const histogram = encoded == null ? null : readHistogram(encoded);
  if (histogram === null) return null;
  const requests = histogram.totalCount;
  const highest = 1 - MIN_SLOWER / requests;
  return {
    cell,
    arm,
    requests,
    highest,
    at: (share) => (share > highest ? null : histogram.getValueAtPercentile(share * 100) / NS_PER_MS),
  };
}

/**
 * Latency over the share of requests that were faster, which is stretched towards the slow end: a panel for each method
 * and encoding, a line for each transport and arm. A line ends where fewer than ten requests are slower.
 */
export function listQuantilePanels(lookup: Lookup, group: Group, found: readonly Distribution[]): TitledPanel[] {
  const drawn = found.filter(({ highest }) => highest >= 0.5);
  const arms = drawnArms(lookup);
  return byEncoding([...new Set(drawn.map(({ cell }) => cell))]).flatMap((cells) => {
    const [first] = cells;
    const lines = drawn.filter(({ cell }) => cells.includes(cell));
    if (first === undefined) return [];
    const curves = lines.map(({ cell, arm, highest, at }) => ({
      ink: inkOf(cell.transport, arms.indexOf(arm)),
      points: listPoints(highest, at),
    }));
    const title = plain`${methodLabel(first.method)} · ${encodingLabel(first.encoding)}`;
    const transports = [...new Set(lines.map(({ cell }) => transportLabel(cell.transport)))].join(', ') as Plain;
    const to = Math.max(...curves.flatMap(({ points }) => points.map(([x]) => x)));
    const panel = {
      label: plain`Latency by percentile, ${group.title}, ${title} (${transports}). The numbers are in the table of percentiles.`,
      height: 210,
      left: 54,
      x: {
        title: plain`percentile`,
        scale: 'linear' as const,
        from: 0,
        to,
        lines: true,
        ticks: TICKS.filter(({ at }) => at <= to + 1e-9),
      },
      y: {
        title: plain`ms`,
        lines: true,
        ...fitScale(
          curves.flatMap(({ points }) => points.map(([, y]) => y)),
          significant,
        ),
      },
      marks: curves.flatMap(({ points, ink }): Mark[] => {
        // One dot in ten tells the lines apart without their colours.
        const dots = points.filter((_, i) => i % 10 === 5);
        return [
          { kind: 'line', points, ink },
          { kind: 'dots', points: dots, shape: 'circle', ink },
        ];
      }),
    };
    return [{ title, panel }];
  });
}

/** Where a share lies on the axis: 0 at none, 1 at 90 %, 2 at 99 %, 3 at 99.9 %. */
export function stretchShare(share: number): number {
  return -Math.log10(1 - share);
}

const TICKS = (
  [
    [0, plain`0`],
    [0.5, plain`50`],
    [0.9, plain`90`],
    [0.99, plain`99`],
    [0.999, plain`99.9`],
    [0.9999, plain`99.99`],
    [0.99999, plain`99.999`],
  ] as const
).map(([share, label]) => ({ at: stretchShare(share), label }));

function listPoints(highest: number, at: Distribution['at']): Point[] {
  const end = stretchShare(highest);
  const steps = Array.from({ length: Math.floor(end * STEPS) + 1 }, (_, i) => i / STEPS);
  return [...steps, end].flatMap((x): Point[] => {
    const ms = at(Math.min(1 - 10 ** -x, highest));
    return ms === null ? [] : [[x, ms]];
  });
}
