import { buildBlocksTable } from './charts/blocks-table.ts';
import { drawBatches, drawFloors, drawQuantiles, drawRounds } from './charts/figures.ts';
import { buildPercentileTable } from './charts/percentile-table.ts';
import { readDistributions } from './charts/quantiles.ts';
import { drawnArms, drawnGroups, explainSelection } from './charts/select.ts';
import { integer } from './format.ts';
import { viewFigure, viewOptional, viewProse } from './html-parts.ts';
import type { Lookup } from './lookup.ts';
import { foreign, plain, say } from './prose.ts';

/** The charts of the page with the tables that hold their numbers. */
export function viewCharts(lookup: Lookup) {
  const groups = drawnGroups(lookup);
  return {
    batches: viewFigure(drawBatches(lookup)),
    groups: groups.map((group) => {
      const found = readDistributions(lookup, group);
      return {
        title: group.title,
        quantiles: viewFigure(drawQuantiles(lookup, group, found)),
        percentiles: viewOptional(buildPercentileTable(lookup, group, found)),
        rounds: viewFigure(drawRounds(lookup, group)),
        blocks: viewOptional(buildBlocksTable(lookup, group)),
      };
    }),
    floors: viewFigure(drawFloors(lookup, groups)),
    hasHistograms: lookup.report.cells.some(({ results }) =>
      Object.values(results).some(({ histogram }) => histogram !== null),
    ),
    arms: lookup.others.length === 0 ? null : listArms(lookup),
    notes: explainSelection(lookup).map(viewProse),
  };
}

/** In a chart an arm is a number and a dash: its name is somebody else's text. */
function listArms(lookup: Lookup) {
  return drawnArms(lookup).map((arm, i) => ({
    dash: `dash${i}`,
    name: viewProse(say`arm ${integer(i + 1)}${i === 0 ? plain`, the baseline` : plain``}: ${foreign(arm.id)}`),
  }));
}
