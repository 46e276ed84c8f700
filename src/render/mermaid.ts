import { TRANSPORTS } from '../plan.ts';
import { quotedDifference } from '../quoted-difference.ts';
import type { Arm, CellReport, Verdict } from '../report.ts';
import { listEntries } from './contest.ts';
import {
  chartNumber,
  confidence,
  effect,
  encodingLabel,
  integer,
  MINUS,
  methodLabel,
  percentExact,
  transportLabel,
} from './format.ts';
import { describeLevels } from './interval-levels.ts';
import type { Group, Lookup } from './lookup.ts';
import { isConcurrent } from './loop.ts';
import { listPairs } from './pairs-table.ts';
import { type Plain, plain } from './prose.ts';

/**
 * Charts for GitHub. One quote or colon in a label breaks a whole diagram, so nothing but closed labels and numbers
 * goes in: no function here takes a string.
 */

const SAME = 1000;
const PER_DOUBLING = 100;

/** No `active`: its label is all but invisible on a dark page. */
const COLOURS: Record<Verdict, string> = {
  faster: '',
  slower: 'crit, ',
  equivalent: 'done, ',
  inconclusive: 'done, ',
  'not-resolvable': 'done, ',
};
const WORDS: Record<Verdict, string> = {
  faster: 'faster',
  slower: 'slower',
  equivalent: 'same',
  inconclusive: 'unclear',
  'not-resolvable': 'unclear',
};

/** Intervals of gRPC's time against REST's; null where no pair has one. */
export function drawIntervals(lookup: Lookup, groups: readonly Group[]): Plain | null {
  const rows = groups.flatMap((group) =>
    listPairs(lookup, group).flatMap(({ kind, b, effect: centre, low, high, verdict }) => {
      const cell = lookup.cell(b.cell);
      if (kind !== 'transport' || cell === undefined || low === null || high === null) return [];
      return [drawRow(nameLoad(lookup, cell), verdict, effect(centre), span(low, high, toDoublings))];
    }),
  );
  const title = plain`gRPC time against REST time, ${confidence(lookup.report.alpha)} interval (1000 = same, +100 = double, -100 = half)`;
  return drawGantt(lookup, title, rows, toDoublings);
}

/** Intervals of an arm's time against the baseline's; null where no cell has one. */
export function drawArm(lookup: Lookup, groups: readonly Group[], other: Arm): Plain | null {
  const found = groups.flatMap(({ cells }) => cells.flatMap((cell) => lookup.against(cell, other) ?? []));
  const rows = found.flatMap((comparison) => {
    const { effect: centre, low, high } = quotedDifference(comparison);
    const cell = lookup.cell(comparison.b.cell);
    if (cell === undefined || low === null || high === null) return [];
    const name = plain`${transportLabel(cell.transport)} ${nameLoad(lookup, cell)}`;
    return [drawRow(name, comparison.verdict, effect(centre), span(low, high, toThousandths))];
  });
  const title = plain`p50 against the baseline, ${describeLevels(lookup.report, found)} (1000 = same, 1100 = takes 10% longer)`;
  return drawGantt(lookup, title, rows, toThousandths);
}

/** Pixels; the letters at a font size of 11. */
const MIN_ROOM = 170;
const PER_LETTER = 5;

type Place = (ratio: number) => number;

/** Logarithmic: halves and doubles lie equally far from "same". */
const toDoublings: Place = (x) => SAME + PER_DOUBLING * Math.log2(Math.max(x, 2 ** -9));

/** Small differences can be read off. */
const toThousandths: Place = (x) => SAME * Math.max(x, 0);

function drawGantt({ report }: Lookup, title: Plain, rows: readonly string[], place: Place): Plain | null {
  if (rows.length === 0) return null;
  // A section's name stands left of the chart and is cut where there is no room.
  const room = Math.max(MIN_ROOM, PER_LETTER * Math.max(...rows.map((row) => row.indexOf('\n'))));
  const { margin } = report.config;
  return [
    `%%{init: {"gantt": {"leftPadding": ${room}, "barHeight": 16, "fontSize": 11, "sectionFontSize": 11, "useWidth": 800}}}%%`,
    'gantt',
    `    title ${title}`,
    '    dateFormat x',
    '    axisFormat %Q',
    '    todayMarker off',
    '    section margin',
    `    within ${percentExact(margin)} :done, ${span(-margin / (1 + margin), margin, place)}`,
    ...rows,
  ].join('\n') as Plain;
}

function drawRow(name: Plain, verdict: Verdict, difference: Plain, interval: string): string {
  return `    section ${name}\n    ${WORDS[verdict]} ${ascii(difference)} :${COLOURS[verdict]}${interval}`;
}

/** "ndarray raw b1", with the connections where any cell had more than one. */
function nameLoad({ report }: Lookup, { encoding, method, batch, concurrency }: CellReport): Plain {
  const load = isConcurrent(report) ? plain` c${integer(concurrency)}` : plain``;
  return plain`${encodingLabel(encoding)} ${methodLabel(method)} b${integer(batch)}${load}`;
}

/** Medians of one batch: bars are the first transport, a line is the second (two series of bars would cover each other). */
export function drawMedians(lookup: Lookup, group: Group): Plain | null {
  const entries = listEntries(lookup, group.cells);
  const { config } = lookup.report;
  const transports = TRANSPORTS.filter((transport) => config.transports.includes(transport));
  const points = config.methods.flatMap((method) =>
    config.encodings.flatMap((encoding) => {
      const known = transports.flatMap((transport) => {
        const entry = entries.find(
          ({ cell }) => cell.method === method && cell.encoding === encoding && cell.transport === transport,
        );
        return entry === undefined ? [] : [entry.result.p50Ms.value];
      });
      const name = plain`${encodingLabel(encoding)} ${methodLabel(method)}`;
      return known.length === transports.length ? [{ name, values: known }] : [];
    }),
  );
  if (points.length === 0 || transports.length === 0) return null;
  const shapes = ['bar', 'line'];
  const series = transports.map(
    (_, i) => `    ${shapes[i]} [${points.map(({ values }) => chartNumber(values[i] ?? 0)).join(', ')}]`,
  );
  const key = transports.map((transport, i) => `${shapes[i]} = ${transportLabel(transport)}`).join(', ');
  const top = Math.max(...points.flatMap(({ values }) => values)) * 1.1;
  return [
    '%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #bf8700"}}, "xyChart": {"height": 300, "width": 760}}}%%',
    'xychart-beta',
    `    title "p50 ms, ${group.title} (${key})"`,
    `    x-axis [${points.map(({ name }) => `"${name}"`).join(', ')}]`,
    `    y-axis "ms" 0 --> ${chartNumber(top)}`,
    ...series,
  ].join('\n') as Plain;
}

/** An interval of effects on the chart's scale. */
function span(low: number, high: number, place: Place): string {
  const from = Math.round(place(1 + low));
  return `${from}, ${Math.max(Math.round(place(1 + high)), from + 1)}`;
}

function ascii(text: Plain): string {
  return text.replace(MINUS, '-').replace('×', 'x');
}
