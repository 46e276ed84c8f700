import { integer, millis } from '../format.ts';
import { cellLabel, type Group, type Lookup, nothing } from '../lookup.ts';
import { foreign, type Plain, plain, say } from '../prose.ts';
import { left, right, type Table } from '../table.ts';
import type { Distribution } from './quantiles.ts';

const SHARES: readonly (readonly [number, Plain])[] = [
  [0, plain`fastest`],
  [0.5, plain`50%`],
  [0.9, plain`90%`],
  [0.99, plain`99%`],
  [0.999, plain`99.9%`],
  [0.9999, plain`99.99%`],
];

/** The numbers of the quantile plots, from the same histograms; null where there are none. */
export function buildPercentileTable(lookup: Lookup, group: Group, found: readonly Distribution[]): Table | null {
  const shares = SHARES.filter(([share]) => found.some(({ at }) => at(share) !== null));
  if (shares.length === 0) return null;
  const several = lookup.others.length > 0;
  return {
    caption: plain`Percentiles in ms, ${group.title}`,
    columns: [
      left(plain`transport · encoding · method`),
      ...(several ? [left(plain`arm`)] : []),
      right(plain`requests`),
      ...shares.map(([, title]) => right(title)),
    ],
    rows: found.map(({ cell, arm, requests, at }) => [
      cellLabel(cell),
      ...(several ? [say`${foreign(arm.id)}`] : []),
      say`${integer(requests)}`,
      ...shares.map(([share]) => {
        const ms = at(share);
        return ms === null ? nothing : say`${millis(ms)}`;
      }),
    ]),
  };
}
