import { buildCellsTable, explainCells, marksIn } from './cells-table.ts';
import { describeConclusions } from './conclusions.ts';
import { buildCodecTable, buildFloorTable, CODEC_NOTE } from './cost-tables.ts';
import { buildEnvironmentTable, buildTimelineTable } from './environment.ts';
import { clean } from './foreign.ts';
import { buildForest, type Forest } from './forest.ts';
import { buildAlert, buildHeadline, isReference } from './headline.ts';
import type { Lookup } from './lookup.ts';
import { explainMarks } from './marks.ts';
import { describeMethod } from './method.ts';
import { PAIRS_NOTE } from './pairs-table.ts';
import { buildPivot, explainPivots, FASTEST, type Pivot } from './pivot.ts';
import { foreign, type Prose, say } from './prose.ts';
import { describeProvenance, runName, runUrlOf } from './provenance.ts';
import type { Table } from './table.ts';
import { describeWarning, NOT_SELDON } from './warnings.ts';

const HEAT_STEPS = 7;

/** What the template shows: text only, every field always there, because the template is strict. */
export function buildView(lookup: Lookup) {
  const { report, groups } = lookup;
  const headline = buildHeadline(lookup);
  const alert = buildAlert(lookup);
  const url = runUrlOf(report);
  const pivots = groups.map((group) => buildPivot(lookup, group));
  return {
    state: headline.state,
    word: { good: 'measured', doubt: 'with doubts', bad: 'incomplete' }[headline.state],
    headline: headline.text,
    lead: isReference(report) ? viewProse(NOT_SELDON) : null,
    provenance: viewProse(describeProvenance(lookup)),
    alert: alert === null ? null : { kind: alert.kind.toLowerCase(), text: viewProse(alert.text) },
    conclusions: describeConclusions(lookup, groups).map(viewProse),
    // A few batches lie open; of many, each is folded.
    open: groups.length <= 3,
    batches: groups.map((group, i) => ({
      id: `b${i + 1}`,
      title: group.title,
      pivot: viewPivot(buildPivot(lookup, group)),
      forest: viewForest(buildForest(lookup, group)),
      cells: viewTable(buildCellsTable(lookup, group)),
    })),
    pivotNotes: explainPivots(pivots).map(viewProse),
    marks: explainMarks(marksIn(lookup, groups)).map(viewProse),
    pairsNote: viewProse(PAIRS_NOTE),
    cellsNote: viewProse(explainCells(lookup, groups)),
    floor: viewOptional(buildFloorTable(lookup)),
    codec: viewOptional(buildCodecTable(lookup, new Set(groups.map(({ batch }) => batch)))),
    codecNote: viewProse(CODEC_NOTE),
    warnings: report.warnings.map((warning) => viewProse(describeWarning(lookup, warning, Number.POSITIVE_INFINITY))),
    environment: viewTable(buildEnvironmentTable(lookup)),
    timeline: viewOptional(buildTimelineTable(lookup)),
    method: describeMethod(lookup).map(viewProse),
    run: url === null ? null : { url, name: runName(report) },
    tool: viewProse(say`${foreign(report.tool.name)} ${foreign(report.tool.version)}`),
  };
}

function viewProse(prose: Prose) {
  return prose.map((segment) => ({
    strong: segment.style === 'strong',
    code: segment.style === 'code',
    foreign: segment.style === 'foreign',
    text: segment.style === 'foreign' ? clean(segment.text) : segment.text,
  }));
}

function viewTable({ caption, columns, rows }: Table) {
  return {
    caption,
    columns: columns.map(({ title, align }) => ({ title, align })),
    rows: rows.map(([head = [], ...cells]) => ({
      head: viewProse(head),
      cells: cells.map((cell, i) => ({ align: columns[i + 1]?.align ?? 'left', text: viewProse(cell) })),
    })),
  };
}

function viewOptional(table: Table | null) {
  return table === null ? null : viewTable(table);
}

function viewPivot({ columns, rows }: Pivot) {
  const hasFastest = rows.some(({ fastest }) => fastest !== null);
  return {
    columns,
    fastestTitle: hasFastest ? FASTEST : null,
    rows: rows.map(({ encoding, cells, fastest }) => ({
      encoding,
      cells: cells.map(({ text, heat }) => ({
        text: viewProse(text),
        heat: heat === null ? 'none' : `h${Math.min(HEAT_STEPS - 1, Math.floor(heat * HEAT_STEPS))}`,
      })),
      fastest: fastest === null ? null : viewProse(fastest),
    })),
  };
}

function viewForest(forest: Forest | null) {
  if (forest === null) return null;
  const { one, band, ticks, rows } = forest;
  return {
    one,
    band,
    ticks,
    rows: rows.map((row) => ({
      ...row,
      one,
      band,
      label: viewProse(row.label),
      verdict: viewProse(row.verdict),
    })),
  };
}
