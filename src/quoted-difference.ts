import type { Comparison } from './report.ts';

/**
 * What a comparison is to be quoted with, and held against limits. Of an alarm that was measured again that is what the
 * further rounds showed: the first ones selected it for being large, and so overstate it.
 */
export function quotedDifference({
  effect,
  low,
  high,
  confirmation,
}: Comparison): Pick<Comparison, 'effect' | 'low' | 'high'> {
  return confirmation ?? { effect, low, high };
}
