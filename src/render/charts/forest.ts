import { quotedDifference } from '../../quoted-difference.ts';
import type { Comparison } from '../../report.ts';
import { integer, percentExact, ratio } from '../format.ts';
import { type Plain, type Prose, plain } from '../prose.ts';
import { TONES } from './inks.ts';
import type { Mark } from './marks.ts';
import type { Panel } from './panel.ts';
import { listLogTicks } from './ticks.ts';

/** Each row has its name above its interval, so that both fit a narrow screen. */
const ROW_HEIGHT = 32;
const FRAME = 48;
/** An effect never lies at or below -1: no request takes no time at all. */
const LEAST_RATIO = 2 ** -20;
/** Nor is any request so much slower: a report may come from a stranger, and an axis has to end. */
const MOST_RATIO = 2 ** 20;

/**
 * Differences as intervals on one logarithmic axis of ratios, in the order of `rows`, with the margin as a band around
 * "the same".
 */
export function buildForestPanel(
  title: Plain,
  rows: readonly { readonly name: Prose; readonly comparison: Comparison }[],
  margin: number,
): Panel {
  const shown = rows.map(({ name, comparison }, i) => {
    const { effect, low, high } = quotedDifference(comparison);
    const [at, from, to] = [effect, low ?? effect, high ?? effect].map((x) => clampRatio(1 + x));
    const { ink, shape } = TONES[comparison.verdict];
    return { y: i + 0.5, name: nameRow(name, i), at: at ?? 1, from: from ?? 1, to: to ?? 1, ink, shape };
  });
  const ends = shown.flatMap(({ from, to }) => [from, to]);
  const same = [clampRatio(1 / (1 + margin)), clampRatio(1 + margin)] as const;
  const [least, most] = [Math.min(same[0], ...ends), Math.max(same[1], ...ends)];
  const room = Math.max((most / least) ** 0.04, 1.005);
  const [from, to] = [least / room, most * room];
  return {
    label: plain`${title}: ${integer(rows.length)} differences as intervals of the ratio of two times, with a band for the margin of ${percentExact(margin)}. The numbers are in the table beside it.`,
    height: FRAME + ROW_HEIGHT * rows.length,
    left: 14,
    x: {
      title: plain`ratio of times, logarithmic`,
      scale: 'log',
      from,
      to,
      lines: true,
      ticks: listLogTicks(from, to).map((at) => ({ at, label: ratio(at) })),
    },
    y: { title: null, scale: 'linear', from: 0, to: rows.length, lines: false, ticks: [], inverse: true },
    marks: [
      { kind: 'area', from: [same[0], 0], to: [same[1], rows.length], ink: { colour: 'var(--band)' } },
      {
        kind: 'line',
        points: [
          [1, 0],
          [1, rows.length],
        ],
        ink: { colour: 'var(--soft)' },
        width: 1,
      },
      ...shown.flatMap(({ y, name, at, from: low, to: high, ink, shape }): Mark[] => [
        { kind: 'text', at: [from, y], text: name, ink: { colour: 'var(--text)' }, dy: -8 },
        {
          kind: 'spans',
          spans: [
            [
              [low, y + 0.22],
              [high, y + 0.22],
            ],
          ],
          ink,
          width: 2.5,
        },
        { kind: 'dots', points: [[at, y + 0.22]], shape, ink },
      ]),
    ],
  };
}

function clampRatio(ratio: number): number {
  return Math.min(Math.max(ratio, LEAST_RATIO), MOST_RATIO);
}

/** A row whose cells this report does not know has a name that somebody else wrote: it is numbered. */
function nameRow(name: Prose, index: number): Plain {
  const ours = name.flatMap((segment) => (segment.style === 'foreign' ? [] : [segment.text]));
  return ours.length === name.length ? (ours.join('') as Plain) : plain`row ${integer(index + 1)}`;
}
