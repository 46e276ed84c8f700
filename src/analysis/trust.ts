import { FLOOR_LIMIT, MIN_DUTY } from '../limits.ts';
import type { CellResult, Warning } from '../report.ts';

const UNTRUSTED: ReadonlySet<Warning['code']> = new Set([
  'low-duty',
  'noisy-canary',
  'few-rounds',
  'little',
  'dropped',
  'failed-requests',
  'failed-cells',
]);

/**
 * Whether the run's numbers may be believed: no low duty, no noisy canary, six rounds or more,
 * Little's law kept, no dropped arrival, no failed request and no failed cell.
 */
export function isTrustworthy({ warnings }: { readonly warnings: readonly Warning[] }): boolean {
  return !warnings.some(({ code }) => UNTRUSTED.has(code));
}

/** What keeps a measured cell out of every claim; null where nothing does. */
export function exclusionOf(result: CellResult): 'floor-over-half' | 'low-duty' | null {
  if (result.duty < MIN_DUTY) return 'low-duty';
  return result.floorShare !== null && result.floorShare > FLOOR_LIMIT ? 'floor-over-half' : null;
}
