import { buildCellsTable, explainCells, marksIn } from './cells-table.ts';
import { describeConclusions } from './conclusions.ts';
import { buildCodecTable, CODEC_NOTE } from './cost-tables.ts';
import { count, integer } from './format.ts';
import { type Alert, buildAlert, buildHeadline, isReference, SIGNS } from './headline.ts';
import type { Group, Lookup } from './lookup.ts';
import {
  alert,
  blocks,
  bullets,
  details,
  lines,
  type Md,
  md,
  mermaid,
  numbered,
  tableToMarkdown,
  toMarkdown,
} from './markdown.ts';
import { explainMarks } from './marks.ts';
import { drawIntervals, drawMedians } from './mermaid.ts';
import { describeMethod } from './method.ts';
import { buildPairsTable, PAIRS_NOTE } from './pairs-table.ts';
import { buildPivot, explainPivots, pivotTable } from './pivot.ts';
import { foreign, join, type Prose, plain, say } from './prose.ts';
import { describeProvenance, markerFields, runName, runUrlOf } from './provenance.ts';
import type { Table } from './table.ts';
import { NOT_SELDON } from './warnings.ts';

/** The parts that the comment and the summary are made of. Each is null or empty where it has nothing to show. */

export function marker(lookup: Lookup): Md {
  return md`<!-- seldon-bench-action:v1 ${markerFields(lookup.report)} -->`;
}

export function head(lookup: Lookup): Md {
  const { state, text } = buildHeadline(lookup);
  return blocks(
    isReference(lookup.report) ? md`**${toMarkdown(NOT_SELDON)}**` : null,
    md`### ${SIGNS[state]} ${text}`,
    small(describeProvenance(lookup)),
    lookup.report.arms.length > 1
      ? small(say`Several arms were measured; the tables show ${foreign(lookup.arm.id)}.`)
      : null,
  );
}

export function alertBlock(lookup: Lookup): Md | null {
  const found: Alert | null = buildAlert(lookup);
  return found === null ? null : alert(found.kind, found.text);
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
  const notes = [
    ...explainPivots(all),
    ...(left > 0 ? [say`${count(left, 'more batch', 'more batches')} in report.html and report.json`] : []),
  ];
  return blocks(
    ...all.map((pivot) => tableToMarkdown(pivotTable(pivot))),
    notes.length === 0 ? null : small([...join(notes, ' · '), ...say`.`]),
  );
}

export function intervalChart(lookup: Lookup, groups: readonly Group[]): Md | null {
  return mermaid(drawIntervals(lookup, groups));
}

export function medianCharts(lookup: Lookup, groups: readonly Group[]): Md {
  return blocks(...groups.map((group) => mermaid(drawMedians(lookup, group))));
}

export function cellTables(lookup: Lookup, groups: readonly Group[]): Md {
  const tables = groups.filter(({ cells }) => cells.length > 0).map((group) => titled(buildCellsTable(lookup, group)));
  if (tables.length === 0) return md``;
  const notes = [explainCells(lookup, groups), ...explainMarks(marksIn(lookup, groups)).map((note) => say`${note}.`)];
  return blocks(...tables, small(join(notes, ' ')));
}

export function pairTables(lookup: Lookup, groups: readonly Group[]): Md {
  const tables = groups.map((group) => buildPairsTable(lookup, group)).filter(({ rows }) => rows.length > 0);
  return tables.length === 0 ? md`` : blocks(...tables.map(titled), small(PAIRS_NOTE));
}

export function codecTable(lookup: Lookup, groups: readonly Group[]): Md {
  const table = buildCodecTable(lookup, new Set(groups.map((group) => group.batch)));
  return table === null ? md`` : blocks(tableToMarkdown(table), small(CODEC_NOTE));
}

export function method(lookup: Lookup): Md {
  return details(md`<b>How this was measured, and what it cannot tell</b>`, bullets(describeMethod(lookup)));
}

export function links({ report }: Lookup): Md | null {
  const url = runUrlOf(report);
  if (url === null) return null;
  const tool = toMarkdown(say`${foreign(report.tool.name)} ${foreign(report.tool.version)}`);
  return md`<sub>[${runName(report)}](${url}) · ${tool}</sub>`;
}

function titled(table: Table): Md {
  return blocks(md`**${table.caption}**`, tableToMarkdown(table));
}

export function small(prose: Prose): Md {
  return md`<sub>${toMarkdown(prose)}</sub>`;
}

export function titleOf(what: 'medians' | 'cells' | 'pairs' | 'codec', groups: readonly Group[]): Md {
  const cells = plain`${integer(groups.reduce((n, group) => n + group.cells.length, 0))}`;
  switch (what) {
    case 'medians':
      return md`<b>Absolute p50</b>, one chart per batch`;
    case 'cells':
      return md`<b>${cells} cells</b>: p50 with interval, p90, p99, throughput, the client's share`;
    case 'pairs':
      return md`<b>Pairs</b>: REST and gRPC, encodings, predict and raw, with intervals and verdicts`;
    case 'codec':
      return md`<b>Encoding and decoding</b>, outside the clock`;
  }
}

export function page(...parts: readonly (Md | null)[]): string {
  return lines(blocks(...parts), md``);
}
