import { writeMarker } from '../comment-marker.ts';
import type { Report } from '../report.ts';
import { describeArms } from './arm-conclusions.ts';
import { buildDifferencesTable } from './arm-differences.ts';
import { buildArmTable, explainArms, withinBaseline } from './arm-tables.ts';
import { buildCellsTable, explainCells, marksIn } from './cells-table.ts';
import { describeConclusions } from './conclusions.ts';
import { buildCodecTable, CODEC_NOTE } from './cost-tables.ts';
import { count, integer } from './format.ts';
import { buildHeadline, isReference, SIGNS } from './headline.ts';
import { commitOf } from './identifiers.ts';
import { floorName, type Group, type Lookup, opposeArms } from './lookup.ts';
import { describeOpenLoop, isConcurrent } from './loop.ts';
import {
  blocks,
  bullets,
  details,
  type Md,
  md,
  mermaid,
  numbered,
  small,
  tableToMarkdown,
  toMarkdown,
} from './markdown.ts';
import { explainMarks } from './marks.ts';
import { drawArm, drawIntervals, drawMedians } from './mermaid.ts';
import { describeMethod } from './method.ts';
import { buildPairsTable, PAIRS_NOTE } from './pairs-table.ts';
import { buildPivot, explainPivots, pivotTable } from './pivot.ts';
import type { Posting } from './posting.ts';
import { staleNote } from './posting-lines.ts';
import { join, type Plain, plain, say } from './prose.ts';
import { describeProvenance } from './provenance.ts';
import { type Table, unbroken } from './table.ts';
import { buildThroughput } from './throughput.ts';
import { NOT_SELDON } from './warnings.ts';

/** The parts that the comment and the summary are made of. Each is null or empty where it has nothing to show. */

/** The first line of a comment. */
export function marker(provenance: Report['provenance'], { key }: Posting): Md {
  const { runId = null, runAttempt = null } = provenance;
  return md`${writeMarker({ key, head: commitOf({ provenance }), run: runId, attempt: runAttempt }) as Plain}`;
}

export function head(lookup: Lookup, posting: Posting): Md {
  const { state, text } = buildHeadline(lookup);
  return blocks(
    isReference(lookup.report) ? md`**${toMarkdown(NOT_SELDON)}**` : null,
    md`### ${SIGNS[state]} ${toMarkdown(text)}`,
    staleNote([lookup.report], posting),
    small(describeProvenance(lookup)),
  );
}

/** What the comparison of the arms found; null where there is one arm. */
export function armConclusions(lookup: Lookup): Md | null {
  return lookup.others.length === 0 ? null : blocks(md`**Conclusions**`, numbered(describeArms(lookup)));
}

/** What differs between the arms; null where there is one. */
export function armDifferences(lookup: Lookup): Md | null {
  if (lookup.others.length === 0) return null;
  const differences = buildDifferencesTable(lookup);
  return differences === null
    ? small(say`Nothing that this report knows of differs between the arms.`)
    : tableToMarkdown(differences);
}

/** Tables of its own for each arm: with the verdicts of two, the rows would not fit into a comment's width. */
export function armTables(lookup: Lookup, groups: readonly Group[]): Md | null {
  const { others } = lookup;
  if (others.length === 0) return null;
  const tables = others.flatMap((other) =>
    groups.map((group) => tableToMarkdown(unbroken(buildArmTable(lookup, group, other, { isNarrow: false })))),
  );
  return blocks(...tables, small(explainArms(lookup, groups)));
}

/** One chart for each arm but the baseline. */
export function armCharts(lookup: Lookup, groups: readonly Group[]): Md | null {
  const charts = lookup.others.flatMap((other) => {
    const chart = mermaid(drawArm(lookup, groups, other));
    return chart === null ? [] : [blocks(md`${toMarkdown(opposeArms(lookup, other))}:`, chart)];
  });
  return charts.length === 0 ? null : blocks(...charts);
}

/** What speaks of a single arm: open where there is no other, else folded under the baseline's name. */
export function withinArm(lookup: Lookup, ...parts: readonly (Md | null)[]): Md {
  const inside = blocks(...parts);
  if (lookup.others.length === 0) return inside;
  return details(md`<b>${toMarkdown(withinBaseline(lookup))}</b>: conclusions and medians`, inside);
}

export function conclusions(lookup: Lookup, groups: readonly Group[]): Md | null {
  const items = describeConclusions(lookup, groups);
  return items.length === 0 ? null : blocks(md`**Conclusions**`, numbered(items));
}

export function pivots(lookup: Lookup, groups: readonly Group[]): Md | null {
  const shown = groups.filter(({ cells }) => cells.some(({ state }) => state === 'measured'));
  if (shown.length === 0) return null;
  const all = shown.map((group) => buildPivot(lookup, group));
  const left = lookup.groups.length - groups.length;
  const loop = describeOpenLoop(lookup.report);
  const notes = [
    ...explainPivots(all, floorName(lookup)),
    ...(left > 0 ? [say`${countLeft(lookup, left)} in the report's files`] : []),
    ...(loop === null ? [] : [say`${loop}`]),
  ];
  return blocks(
    ...shown.flatMap((group, i) => {
      const throughput = buildThroughput(lookup, group);
      return [
        ...all.slice(i, i + 1).map((pivot) => tableToMarkdown(pivotTable(pivot))),
        throughput === null ? null : tableToMarkdown(throughput),
      ];
    }),
    notes.length === 0 ? null : small([...join(notes, ' · '), ...say`.`]),
  );
}

function countLeft({ report }: Lookup, n: number): Plain {
  return isConcurrent(report)
    ? count(n, 'more combination of batch and connections', 'more combinations of batch and connections')
    : count(n, 'more batch', 'more batches');
}

export function intervalChart(lookup: Lookup, groups: readonly Group[]): Md | null {
  return mermaid(drawIntervals(lookup, groups));
}

function medianCharts(lookup: Lookup, groups: readonly Group[]): Md {
  return blocks(...groups.map((group) => mermaid(drawMedians(lookup, group))));
}

export function cellTables(lookup: Lookup, groups: readonly Group[]): Md {
  const tables = groups.filter(({ cells }) => cells.length > 0).map((group) => titled(buildCellsTable(lookup, group)));
  if (tables.length === 0) return md``;
  const notes = [
    explainCells(lookup, groups),
    ...explainMarks(marksIn(lookup, groups), floorName(lookup)).map((note) => say`${note}.`),
  ];
  return blocks(...tables, small(join(notes, ' ')));
}

function pairTables(lookup: Lookup, groups: readonly Group[]): Md {
  const tables = groups.map((group) => buildPairsTable(lookup, group)).filter(({ rows }) => rows.length > 0);
  return tables.length === 0 ? md`` : blocks(...tables.map((table) => titled(unbroken(table))), small(PAIRS_NOTE));
}

function codecTable(lookup: Lookup, groups: readonly Group[]): Md {
  const table = buildCodecTable(lookup, new Set(groups.map((group) => group.batch)));
  return table === null ? md`` : blocks(tableToMarkdown(table), small(CODEC_NOTE));
}

export function method(lookup: Lookup): Md {
  return details(md`<b>How this was measured, and what it cannot tell</b>`, bullets(describeMethod(lookup)));
}

function titled(table: Table): Md {
  return blocks(md`**${table.caption}**`, tableToMarkdown(table));
}

type Folded = 'medians' | 'cells' | 'pairs' | 'codec';

const FOLDED: Record<Folded, (lookup: Lookup, groups: readonly Group[]) => Md> = {
  medians: medianCharts,
  cells: cellTables,
  pairs: pairTables,
  codec: codecTable,
};

/** A part that is folded under its title; empty where it has nothing to show. */
export function foldedPart(what: Folded, lookup: Lookup, groups: readonly Group[]): Md {
  return details(titleOf(what, lookup, groups), FOLDED[what](lookup, groups));
}

function titleOf(what: Folded, { others, report }: Lookup, groups: readonly Group[]): Md {
  const load = isConcurrent(report) ? plain`batch and number of connections` : plain`batch`;
  const whose = others.length > 0 ? plain` of the baseline` : plain``;
  const cells = plain`${integer(groups.reduce((n, group) => n + group.cells.length, 0))}`;
  switch (what) {
    case 'medians':
      return md`<b>Absolute p50</b>${whose}, one chart per ${load}`;
    case 'cells':
      return md`<b>${cells} cells</b>${whose}: p50 with interval, p90, p99, throughput, the client's share`;
    case 'pairs':
      return md`<b>Pairs</b>${whose}: REST and gRPC, encodings, predict and raw, with intervals and verdicts`;
    case 'codec':
      return md`<b>Encoding and decoding</b>, outside the clock`;
  }
}
