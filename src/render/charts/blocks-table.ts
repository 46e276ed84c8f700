import type { CellResult } from '../../report.ts';
import { integer, millis } from '../format.ts';
import { cellLabel, type Group, type Lookup, nothing } from '../lookup.ts';
import { foreign, type Prose, plain, say } from '../prose.ts';
import { left, right, type Table } from '../table.ts';
import { MOST_ROUNDS } from './rounds.ts';
import { drawnArms } from './select.ts';

/** The numbers of the charts of rounds: every block's median in milliseconds; null where nothing was measured. */
export function buildBlocksTable(lookup: Lookup, group: Group): Table | null {
  const several = lookup.others.length > 0;
  const rows = group.cells.flatMap((cell) =>
    drawnArms(lookup).flatMap((arm) => {
      const blocks = lookup.result(cell, arm)?.rounds.slice(0, MOST_ROUNDS) ?? [];
      return blocks.length === 0 ? [] : [{ cell, arm, blocks }];
    }),
  );
  const length = Math.max(0, ...rows.map(({ blocks }) => blocks.length));
  if (length === 0) return null;
  return {
    caption: plain`Block medians in ms, ${group.title}: one column a round, flagged blocks with ×`,
    columns: [
      left(plain`transport · encoding · method`),
      ...(several ? [left(plain`arm`)] : []),
      ...Array.from({ length }, (_, i) => right(integer(i + 1))),
    ],
    rows: rows.map(({ cell, arm, blocks }) => [
      cellLabel(cell),
      ...(several ? [say`${foreign(arm.id)}`] : []),
      ...Array.from({ length }, (_, i) => describeBlock(blocks[i])),
    ]),
  };
}

function describeBlock(block: CellResult['rounds'][number] | undefined): Prose {
  if (block === undefined || block.medianMs === null) return nothing;
  return say`${millis(block.medianMs)}${block.flags.length > 0 ? plain`×` : plain``}`;
}
