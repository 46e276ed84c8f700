import type { Claim } from '../report.ts';

/**
 * Where one deciding pair stands. `inconclusive`: more rounds may settle it. `not-resolvable`: its difference is too
 * small beside that of its floors. `floor-over-half`, `low-duty`: a cell of it takes part in no claim. `missing`: a
 * cell of it was not measured.
 */
export type Standing =
  | 'supports'
  | 'contradicts'
  | 'inconclusive'
  | 'not-resolvable'
  | 'floor-over-half'
  | 'low-duty'
  | 'missing';

/**
 * What the deciding pairs make of a claim; the first rule that applies:
 * 1. one contradicts: `fails` (`mixed` where others support it);
 * 2. large and small cannot be told apart: `inconclusive`, `one-batch`;
 * 3. there is none, or one is missing: `inconclusive`, `cells-missing`;
 * 4. all support: `holds`;
 * 5. one waits for more rounds: `inconclusive`, `too-few-rounds`, or `below-floor` where more rounds would not be
 *    enough, because another one is beyond what the client can see;
 * 6. else it is the client that stands in the way: `not-resolvable`, `below-floor` where that is its floor alone.
 */
export function concludeClaim(standings: readonly Standing[], oneBatch: boolean): Pick<Claim, 'verdict' | 'reason'> {
  const has = (...wanted: Standing[]): boolean => standings.some((standing) => wanted.includes(standing));
  if (has('contradicts')) return has('supports') ? { verdict: 'fails', reason: 'mixed' } : { verdict: 'fails' };
  if (oneBatch) return { verdict: 'inconclusive', reason: 'one-batch' };
  if (standings.length === 0 || has('missing')) return { verdict: 'inconclusive', reason: 'cells-missing' };
  if (standings.every((standing) => standing === 'supports')) return { verdict: 'holds' };
  const belowFloor = has('not-resolvable', 'floor-over-half');
  if (has('inconclusive')) return { verdict: 'inconclusive', reason: belowFloor ? 'below-floor' : 'too-few-rounds' };
  return has('low-duty') ? { verdict: 'not-resolvable' } : { verdict: 'not-resolvable', reason: 'below-floor' };
}
