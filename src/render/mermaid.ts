import { TRANSPORTS } from '../plan.ts';
import { listEntries } from './contest.ts';
import {
  chartNumber,
  effect,
  encodingLabel,
  integer,
  MINUS,
  methodLabel,
  percentExact,
  transportLabel,
} from './format.ts';
import type { Group, Lookup } from './lookup.ts';
import { listPairs } from './pairs-table.ts';
import { type Plain, plain } from './prose.ts';

/**
 * Charts for GitHub. One quote or colon in a label breaks a whole diagram, so nothing but closed labels and numbers
 * goes in: no function here takes a string.
 */

const SAME = 1000;
const PER_DOUBLING = 100;

/** Intervals of gRPC's time against REST's; null where no pair has one. */
export function drawIntervals(lookup: Lookup, groups: readonly Group[]): Plain | null {
  const { margin } = lookup.report.config;
  const rows = groups.flatMap((group) =>
    listPairs(lookup, group).flatMap(({ kind, b, effect: centre, low, high, verdict }) => {
      const cell = lookup.cell(b.cell);
      if (kind !== 'transport' || cell === undefined || low === null || high === null) return [];
      const name = plain`${encodingLabel(cell.encoding)} ${methodLabel(cell.method)} b${integer(cell.batch)}`;
      const word =
        verdict === 'faster' || verdict === 'slower' ? verdict : verdict === 'equivalent' ? 'same' : 'unclear';
      // No `active`: its label is all but invisible on a dark page.
      const colour = { faster: '', slower: 'crit, ', same: 'done, ', unclear: 'done, ' }[word];
      return [`    section ${name}\n    ${word} ${ascii(effect(centre))} :${colour}${span(low, high)}`];
    }),
  );
  if (rows.length === 0) return null;
  return [
    '%%{init: {"gantt": {"leftPadding": 170, "barHeight": 16, "fontSize": 11, "sectionFontSize": 11, "useWidth": 800}}}%%',
    'gantt',
    '    title gRPC time against REST time, 95% interval (1000 = same, each +100 doubles, each -100 halves)',
    '    dateFormat x',
    '    axisFormat %Q',
    '    todayMarker off',
    '    section margin',
    `    within ${percentExact(margin)} :done, ${span(-margin / (1 + margin), margin)}`,
    ...rows,
  ].join('\n') as Plain;
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
  if (points.length === 0) return null;
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

/** An interval of effects on the chart's scale, which is logarithmic: halves and doubles lie equally far from "same". */
function span(low: number, high: number): string {
  const place = (x: number): number => Math.round(SAME + PER_DOUBLING * Math.log2(Math.max(1 + x, 2 ** -9)));
  const from = place(low);
  return `${from}, ${Math.max(place(high), from + 1)}`;
}

function ascii(text: Plain): string {
  return text.replace(MINUS, '-').replace('×', 'x');
}
