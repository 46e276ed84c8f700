import { describeArms } from './arm-conclusions.ts';
import { buildDifferencesTable } from './arm-differences.ts';
import { explainArms, withinBaseline } from './arm-tables.ts';
import { opposeArms } from './arm-verdicts.ts';
import { buildCellsTable, explainCells, marksIn } from './cells-table.ts';
import { describeConclusions } from './conclusions.ts';
import { buildCodecTable, buildFloorTable, CODEC_NOTE } from './cost-tables.ts';
import { buildEnvironmentTable, buildTimelineTable } from './environment.ts';
import { buildArmForest, buildForest, type Forest } from './forest.ts';
import { integer } from './format.ts';
import { buildAlert, buildHeadline, isReference } from './headline.ts';
import type { Lookup } from './lookup.ts';
import { describeOpenLoop } from './loop.ts';
import { explainMarks } from './marks.ts';
import { describeMethod } from './method.ts';
import { PAIRS_NOTE } from './pairs-table.ts';
import { buildPivot, explainPivots, FASTEST, type Pivot } from './pivot.ts';
import { toText } from './plain-text.ts';
import { foreign, type Plain, type Prose, plain, say } from './prose.ts';
import { describeProvenance, runName, runUrlOf } from './provenance.ts';
import type { Table } from './table.ts';
import { buildThroughput } from './throughput.ts';
import { describeWarning, NOT_SELDON } from './warnings.ts';

const HEAT_STEPS = 7;

/** What the template shows: text only, every field always there, because the template is strict. */
export function buildView(lookup: Lookup) {
  const { report, groups } = lookup;
  const headline = buildHeadline(lookup);
  const alert = buildAlert(lookup);
  const url = runUrlOf(report);
  const loop = describeOpenLoop(report);
  const pivots = groups.map((group) => buildPivot(lookup, group));
  return {
    state: headline.state,
    word: headline.word,
    title: toText(headline.text),
    headline: viewProse(headline.text),
    lead: isReference(report) ? viewProse(NOT_SELDON) : null,
    provenance: viewProse(describeProvenance(lookup)),
    alert: alert === null ? null : { kind: alert.kind.toLowerCase(), text: viewProse(alert.text) },
    arms: viewArms(lookup),
    conclusions: describeConclusions(lookup, groups).map(viewProse),
    // A few batches lie open; of many, each is folded.
    open: groups.length <= 3,
    batches: groups.map((group, i) => ({
      id: `b${i + 1}`,
      title: group.title,
      pivot: viewPivot(buildPivot(lookup, group)),
      throughput: viewOptional(buildThroughput(lookup, group)),
      loop: loop === null ? plain`` : plain`, ${loop}`,
      forest: viewForest(buildForest(lookup, group), {
        first: plain`pair`,
        label: plain`Pairs, ${group.title}`,
        caption: say`Pairs, ${group.title}`,
      }),
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

/** What the comparison of the arms found; null where there is one. */
function viewArms(lookup: Lookup) {
  if (lookup.others.length === 0) return null;
  const differences = buildDifferencesTable(lookup);
  return {
    conclusions: describeArms(lookup).map(viewProse),
    differences: viewOptional(differences),
    note: viewProse(explainArms(lookup, lookup.groups, 'difference')),
    within: viewProse(withinBaseline(lookup)),
    others: lookup.others.map((other, i) => ({
      id: viewProse(say`${foreign(other.id)}`),
      name: viewProse(opposeArms(lookup, other)),
      batches: lookup.groups.map((group) => ({
        title: group.title,
        forest: viewForest(buildArmForest(lookup, group, other), {
          first: plain`cell`,
          label: plain`Arm ${integer(i + 2)} against the baseline, ${group.title}`,
          caption: say`${opposeArms(lookup, other)}, ${group.title}`,
        }),
        cells: viewTable(buildCellsTable(lookup, group, other)),
      })),
    })),
  };
}

function viewProse(prose: Prose) {
  return prose.map((segment) => ({
    strong: segment.style === 'strong',
    code: segment.style === 'code',
    foreign: segment.style === 'foreign',
    text: toText([segment]),
  }));
}

function viewTable({ caption, columns, rows }: Table) {
  return {
    caption,
    columns: columns.map(({ title, align }) => ({ title: viewProse(title), align })),
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

interface ForestWords {
  /** The head of the first column. */
  readonly first: Plain;
  /** For an attribute, where no foreign text belongs. */
  readonly label: Plain;
  readonly caption: Prose;
}

function viewForest(forest: Forest | null, words: ForestWords) {
  if (forest === null) return null;
  const { one, levels, band, ticks, rows } = forest;
  return {
    one,
    levels,
    band,
    ticks,
    ...words,
    caption: viewProse(words.caption),
    hasMedians: rows.some(({ medians }) => medians !== null),
    rows: rows.map((row) => ({
      ...row,
      one,
      band,
      label: viewProse(row.label),
      verdict: viewProse(row.verdict),
    })),
  };
}
