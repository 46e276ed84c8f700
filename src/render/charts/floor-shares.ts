import { FLOOR_LIMIT, FLOOR_MARK } from '../../limits.ts';
import { encodingLabel, integer, methodLabel, percent, percentExact, transportLabel } from '../format.ts';
import type { Group, Lookup } from '../lookup.ts';
import { plain } from '../prose.ts';
import { inkOf } from './inks.ts';
import type { Mark } from './marks.ts';
import type { Panel } from './panel.ts';
import { drawnArms } from './select.ts';

const BAR_HEIGHT = 15;
const FRAME = 32;

/** How much of each cell's p50 is the floor, with the two limits; null where no floor was measured. */
export function buildFloorPanel(lookup: Lookup, group: Group): Panel | null {
  const arms = drawnArms(lookup);
  const bars = group.cells.flatMap((cell) =>
    arms.flatMap((arm, i) => {
      const share = lookup.result(cell, arm)?.floorShare ?? null;
      const whose = arms.length > 1 ? plain` · ${integer(i + 1)}` : plain``;
      const name = plain`${transportLabel(cell.transport)} ${encodingLabel(cell.encoding)} ${methodLabel(cell.method)}${whose}`;
      return share === null ? [] : [{ name, share, ink: inkOf(cell.transport, i) }];
    }),
  );
  if (bars.length === 0) return null;
  const to = Math.max(0.6, ...bars.map(({ share }) => share)) * 1.15;
  const ticks = [0, FLOOR_MARK, FLOOR_LIMIT, ...(to >= 1 ? [1] : [])];
  const limit = (at: number): Mark => ({
    kind: 'line',
    points: [
      [at, 0],
      [at, bars.length],
    ],
    ink: { colour: 'var(--bad)', dash: at === FLOOR_MARK ? [2, 3] : [6, 3] },
    width: 1.25,
  });
  return {
    label: plain`Share of the floor in each p50, ${group.title}: ${integer(bars.length)} bars, with lines at ${percentExact(FLOOR_MARK)} and ${percentExact(FLOOR_LIMIT)}. The numbers are in the tables of all cells.`,
    height: FRAME + BAR_HEIGHT * bars.length,
    left: arms.length > 1 ? 166 : 150,
    x: {
      title: null,
      scale: 'linear',
      from: 0,
      to,
      lines: false,
      ticks: ticks.map((at) => ({ at, label: percentExact(at) })),
    },
    y: {
      title: null,
      scale: 'linear',
      from: 0,
      to: bars.length,
      lines: false,
      inverse: true,
      ticks: bars.map(({ name }, i) => ({ at: i + 0.5, label: name })),
    },
    marks: [
      ...bars.map(({ share, ink }, i): Mark => ({ kind: 'area', from: [0, i + 0.2], to: [share, i + 0.8], ink })),
      limit(FLOOR_MARK),
      limit(FLOOR_LIMIT),
      ...bars.map(
        ({ share }, i): Mark => ({
          kind: 'text',
          at: [share, i + 0.5],
          text: percent(share),
          ink: { colour: 'var(--text)' },
          dx: 4,
        }),
      ),
    ],
  };
}
