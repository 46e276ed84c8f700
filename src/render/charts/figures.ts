import { integer } from '../format.ts';
import type { Group, Lookup } from '../lookup.ts';
import { type Plain, type Prose, plain, say } from '../prose.ts';
import { listBatchPanels } from './batch-lines.ts';
import { buildFloorPanel } from './floor-shares.ts';
import { drawPanel, type TitledPanel } from './panel.ts';
import { type Distribution, listQuantilePanels } from './quantiles.ts';
import { listRoundPanels, MOST_ROUNDS } from './rounds.ts';
import type { Svg } from './svg.ts';

/** Small charts of one kind, and what they show in words. */
export interface Figure {
  readonly caption: Prose;
  readonly charts: readonly { readonly title: Plain; readonly svg: Svg }[];
}

/** Null with fewer than three batches. */
export function drawBatches(lookup: Lookup): Figure | null {
  return drawFigure(
    say`Latency over batch size: p50 with its interval, both axes logarithmic`,
    listBatchPanels(lookup),
  );
}

/** Null where no cell of the batch has a histogram with twenty requests. */
export function drawQuantiles(lookup: Lookup, group: Group, found: readonly Distribution[]): Figure | null {
  return drawFigure(
    say`Distribution of latencies, ${group.title}: from the fastest request on the left to the slow ones on the right, which are spread out. Each line ends where fewer than ten requests were slower`,
    listQuantilePanels(lookup, group, found),
  );
}

/** Null where nothing was measured. */
export function drawRounds(lookup: Lookup, group: Group): Figure | null {
  const long = lookup.report.roundsDone > MOST_ROUNDS ? plain` (the first ${integer(MOST_ROUNDS)})` : plain``;
  const others = lookup.others.length > 0 ? plain` of the baseline` : plain``;
  return drawFigure(
    say`Block medians over the rounds${long}, ${group.title}: each over its cell's p50${others}, so that 1.00× is the middle. A cross is a block that was flagged`,
    listRoundPanels(lookup, group),
  );
}

/** Null where no floor was measured. */
export function drawFloors(lookup: Lookup, groups: readonly Group[]): Figure | null {
  return drawFigure(
    say`Floor shares: how much of each cell's p50 is the client and the kernel alone. Beyond the first line a cell is marked, beyond the second it takes part in no claim`,
    groups.flatMap((group) => {
      const panel = buildFloorPanel(lookup, group);
      return panel === null ? [] : [{ title: group.title, panel }];
    }),
  );
}

function drawFigure(caption: Prose, panels: readonly TitledPanel[]): Figure | null {
  if (panels.length === 0) return null;
  return { caption, charts: panels.map(({ title, panel }) => ({ title, svg: drawPanel(panel) })) };
}
