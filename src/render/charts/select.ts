import type { Arm, CellReport } from '../../report.ts';
import { count, integer } from '../format.ts';
import type { Group, Lookup } from '../lookup.ts';
import { join, type Prose, say } from '../prose.ts';
import { MOST_ARMS } from './inks.ts';

/** A page with a chart for each of more cells is neither read nor quickly drawn. */
const MOST_CELLS = 60;

/** The batches whose cells are drawn: all, or from both ends of the list inwards as many as fit. */
export function drawnGroups({ groups }: Lookup): readonly Group[] {
  const inwards = groups
    .map((_, i) => (i % 2 === 0 ? i / 2 : groups.length - (i + 1) / 2))
    .flatMap((i) => groups[i] ?? []);
  let left = MOST_CELLS;
  const chosen = new Set(
    inwards.filter(({ cells }, i) => {
      left -= cells.length;
      return i === 0 || left >= 0;
    }),
  );
  return groups.filter((group) => chosen.has(group));
}

/** The baseline and as many others as dashes can tell apart. */
export function drawnArms({ report }: Lookup): readonly Arm[] {
  return report.arms.slice(0, MOST_ARMS);
}

/** What the charts leave out, and where it is told; empty where they show everything. */
export function explainSelection(lookup: Lookup): Prose[] {
  const groups = drawnGroups(lookup);
  const cells = groups.reduce((sum, group) => sum + group.cells.length, 0);
  const all = lookup.report.cells.length;
  const arms = lookup.report.arms.length - drawnArms(lookup).length;
  return [
    ...(cells === all
      ? []
      : [
          say`Charts of single cells are drawn for ${integer(cells)} of ${count(all, 'cell')}: ${join(
            groups.map(({ title }) => title),
            '; ',
          )}. The others are in the tables, and whole in report.json.`,
        ]),
    ...(arms === 0
      ? []
      : [
          say`The charts show the first ${integer(MOST_ARMS)} arms; ${count(arms, 'more arm')} in the tables and in report.json.`,
        ]),
  ];
}

/** The two cells of a method and an encoding, one for each transport, belong together. */
export function byEncoding(cells: readonly CellReport[]): CellReport[][] {
  return [...Map.groupBy(cells, ({ method, encoding }) => `${method}.${encoding}`).values()];
}
