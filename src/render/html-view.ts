import { buildAlert } from './alert.ts';
import { describeArms } from './arm-conclusions.ts';
import { buildDifferencesTable } from './arm-differences.ts';
import { explainArms, withinBaseline } from './arm-tables.ts';
import { buildCellsTable, explainCells, marksIn } from './cells-table.ts';
import { describeConclusions } from './conclusions.ts';
import { buildCodecTable, buildFloorTable, buildPathTable, CODEC_NOTE, PATH_NOTE } from './cost-tables.ts';
import { buildEnvironmentTable } from './environment.ts';
import { buildArmForest, buildForest } from './forest.ts';
import { integer } from './format.ts';
import { buildGateTable, describeGate, explainGate } from './gate-table.ts';
import { buildHeadline, isReference } from './headline.ts';
import { buildHistoryTable, explainHistory } from './history-table.ts';
import { viewCharts } from './html-charts.ts';
import { viewAlert, viewForest, viewOptional, viewPivot, viewProse, viewTable } from './html-parts.ts';
import { runName, runUrlOf } from './identifiers.ts';
import { floorName, type Lookup, opposeArms } from './lookup.ts';
import { describeOpenLoop } from './loop.ts';
import { explainMarks } from './marks.ts';
import { describeMethod } from './method.ts';
import { PAIRS_NOTE } from './pairs-table.ts';
import { buildPivot, explainPivots } from './pivot.ts';
import { toText } from './plain-text.ts';
import { foreign, plain, say } from './prose.ts';
import { describeProvenance } from './provenance.ts';
import { describeTallies } from './tally.ts';
import { buildThroughput } from './throughput.ts';
import { buildTimelineTable } from './timeline-table.ts';
import { describeWarning, NOT_SELDON } from './warnings.ts';

/** What the template shows: text only, every field always there, because the template is strict. */
export function buildView(lookup: Lookup) {
  const { report, groups } = lookup;
  const headline = buildHeadline(lookup);
  const alert = buildAlert(lookup);
  const url = runUrlOf(report);
  const loop = describeOpenLoop(report);
  const pivots = groups.map((group) => buildPivot(lookup, group));
  const gate = describeGate(lookup);
  const history = explainHistory(lookup);
  return {
    state: headline.state,
    word: headline.word,
    title: toText(headline.text),
    headline: viewProse(headline.text),
    lead: isReference(report) ? viewProse(NOT_SELDON) : null,
    provenance: viewProse(describeProvenance(lookup)),
    alert: alert === null ? null : viewAlert(alert),
    tally: describeTallies(lookup).map(viewProse),
    gate: gate === null ? null : viewProse(gate),
    gateTable: viewOptional(buildGateTable(lookup)),
    gateNote: viewProse(explainGate(lookup)),
    history: history === null ? null : viewProse(history),
    historyTable: viewOptional(buildHistoryTable(lookup)),
    charts: viewCharts(lookup),
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
    pivotNotes: explainPivots(pivots, floorName(lookup)).map(viewProse),
    marks: explainMarks(marksIn(lookup, groups), floorName(lookup)).map(viewProse),
    pairsNote: viewProse(PAIRS_NOTE),
    cellsNote: viewProse(explainCells(lookup, groups)),
    floor: viewOptional(buildFloorTable(lookup)),
    path: viewOptional(buildPathTable(lookup)),
    pathNote: viewProse(PATH_NOTE),
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
    note: viewProse(explainArms(lookup, lookup.groups)),
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
