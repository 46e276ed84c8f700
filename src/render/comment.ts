import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, details, lines, type Md } from './markdown.ts';
import { list, plain, say } from './prose.ts';
import {
  alertBlock,
  armCharts,
  armConclusions,
  armTables,
  cellTables,
  codecTable,
  conclusions,
  head,
  intervalChart,
  links,
  marker,
  medianCharts,
  method,
  page,
  pairTables,
  pivots,
  small,
  titleOf,
  withinArm,
} from './sections.ts';

/** UTF-16 units. GitHub takes 65 536 characters; what posts the comment may still add to it. */
export const MAX_COMMENT = 60_000;

/** What goes first where a comment is too long. The verdict, the conclusions and the medians stay. */
const SHED = [
  ['medians', plain`the charts of the medians`],
  ['codec', plain`encoding and decoding`],
  ['pairs', plain`the pairs`],
  ['cells', plain`the table of all cells`],
  ['arm-charts', plain`the charts of the arms`],
  ['intervals', plain`the chart of the intervals`],
  ['arm-tables', plain`the tables of the arms`],
  ['method', plain`the method`],
  ['within', plain`conclusions and medians of the baseline`],
] as const;
type Part = (typeof SHED)[number][0];

/** The pull request's comment: what a reader needs in sight, the rest folded. Shows at most four groups of cells. */
export function renderComment(lookup: Lookup): string {
  for (let shed = 0; ; shed++) {
    const text = compose(lookup, shed);
    if (text.length <= MAX_COMMENT || shed === SHED.length) return text;
  }
}

function compose(lookup: Lookup, shed: number): string {
  const groups = pickGroups(lookup.groups);
  const without = SHED.slice(0, shed);
  const keep = (part: Part, write: () => Md | null): Md | null =>
    without.some(([name]) => name === part) ? null : write();
  return page(
    lines(marker(lookup), head(lookup)),
    alertBlock(lookup),
    armConclusions(lookup),
    keep('arm-tables', () => armTables(lookup, groups)),
    keep('arm-charts', () => armCharts(lookup, groups)),
    keep('within', () =>
      withinArm(
        lookup,
        conclusions(lookup, groups),
        pivots(lookup, groups),
        keep('intervals', () => intervalChart(lookup, groups)),
      ),
    ),
    blocks(
      keep('medians', () => details(titleOf('medians', lookup, groups), medianCharts(lookup, groups))),
      keep('cells', () => details(titleOf('cells', lookup, groups), cellTables(lookup, groups))),
      keep('pairs', () => details(titleOf('pairs', lookup, groups), pairTables(lookup, groups))),
      keep('codec', () => details(titleOf('codec', lookup, groups), codecTable(lookup, groups))),
      keep('method', () => method(lookup)),
    ),
    without.length === 0
      ? null
      : small(say`Left out for length, and in report.html: ${list(without.map(([, what]) => what))}.`),
    links(lookup),
  );
}
