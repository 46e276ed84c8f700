import type { Arm, CellReport } from '../../report.ts';
import { encodingLabel, integer, methodLabel, ratio, transportLabel } from '../format.ts';
import type { Group, Lookup } from '../lookup.ts';
import { type Plain, plain } from '../prose.ts';
import { inkOf } from './inks.ts';
import type { Mark, Point } from './marks.ts';
import type { TitledPanel } from './panel.ts';
import { byEncoding, drawnArms } from './select.ts';
import { fitScale } from './ticks.ts';

/** More dots than pixels show nothing more; the first rounds are those that every cell has. */
export const MOST_ROUNDS = 200;

/**
 * The block medians in the order in which the rounds were run, each over its cell's p50 of the baseline, so that both
 * transports and all arms stand on one scale: a panel for each method and encoding.
 */
export function listRoundPanels(lookup: Lookup, group: Group): TitledPanel[] {
  const arms = drawnArms(lookup);
  return byEncoding(group.cells).flatMap((cells) => {
    const [first] = cells;
    const lines = cells.flatMap((cell) => arms.flatMap((arm, i) => listBlocks(lookup, cell, arm, i) ?? []));
    if (first === undefined || lines.length === 0) return [];
    const title = plain`${methodLabel(first.method)} · ${encodingLabel(first.encoding)}`;
    const transports = [...new Set(lines.map(({ cell }) => transportLabel(cell.transport)))].join(', ') as Plain;
    const points = lines.flatMap((line) => line.points);
    const rounds = points.reduce((most, [x]) => Math.max(most, x), 0);
    const panel = {
      label: plain`Block medians over the rounds, ${group.title}, ${title} (${transports}). The numbers are in the table of block medians.`,
      height: 180,
      left: 64,
      x: { title: plain`round`, lines: false, ...fitRounds(rounds) },
      y: { title: plain`block / p50`, lines: true, ...fitScale([0.97, 1.03, ...points.map(([, y]) => y)], ratio) },
      marks: lines.flatMap(drawBlocks),
    };
    return [{ title, panel }];
  });
}

interface Line {
  readonly cell: CellReport;
  readonly arm: number;
  readonly points: readonly Point[];
  readonly flagged: readonly Point[];
}

function listBlocks(lookup: Lookup, cell: CellReport, arm: Arm, index: number): Line | null {
  const level = lookup.result(cell)?.p50Ms.value ?? 0;
  const blocks = lookup.result(cell, arm)?.rounds.slice(0, MOST_ROUNDS) ?? [];
  if (level <= 0) return null;
  const found = blocks.flatMap(({ medianMs, flags }, i) =>
    medianMs === null ? [] : [{ point: [i + 1, medianMs / level] as Point, isFlagged: flags.length > 0 }],
  );
  if (found.length === 0) return null;
  const flagged = found.filter(({ isFlagged }) => isFlagged).map(({ point }) => point);
  return { cell, arm: index, points: found.map(({ point }) => point), flagged };
}

function drawBlocks({ cell, arm, points, flagged }: Line): Mark[] {
  const ink = inkOf(cell.transport, arm);
  // Dots on every round of many would be a band; the two transports' stand beside each other.
  const step = Math.ceil(points.length / 10);
  const sparse = points.filter((_, i) => i % step === (cell.transport === 'rest' ? 0 : step >> 1));
  return [
    { kind: 'line', points, ink, width: 1.25 },
    { kind: 'dots', points: sparse, shape: 'circle', ink },
    ...(flagged.length === 0
      ? []
      : [{ kind: 'dots', points: flagged, shape: 'cross', ink: { colour: 'var(--bad)' } } as const]),
  ];
}

function fitRounds(rounds: number) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => rounds / size <= 6) ?? 100;
  const ticks = Array.from({ length: Math.floor(rounds / step) }, (_, i) => (i + 1) * step);
  return {
    scale: 'linear' as const,
    from: 0.5,
    to: Math.max(rounds, 1) + 0.5,
    ticks: [...new Set([1, ...ticks])].map((at) => ({ at, label: integer(at) })),
  };
}
