import type { Report } from '../report.ts';
import { findFastest } from './contest.ts';
import { createLookup } from './lookup.ts';

/**
 * Ids of the fastest cell at a batch, with the fewest connections that the report has, and of all that are not told
 * apart from it, the lowest median first. Empty where the numbers do not bear naming any.
 */
export function listFastest(report: Report, batch: number): string[] {
  const fewest = Math.min(...report.cells.map(({ concurrency }) => concurrency));
  const contest = findFastest(
    createLookup(report),
    report.cells.filter((cell) => cell.batch === batch && cell.concurrency === fewest),
  );
  switch (contest.state) {
    case 'clear':
      return [contest.first.cell.id];
    case 'tied':
      return [contest.first, ...contest.rivals].map(({ cell }) => cell.id);
    case 'unclaimable':
    case 'none':
      return [];
  }
}
