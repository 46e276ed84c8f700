import type { Comparison, Report } from '../report.ts';
import { confidence } from './format.ts';
import { type Plain, plain } from './prose.ts';

/** Confirming rounds are looked at once, so their intervals are at this level whatever the others are at. */
const CONFIRMING_ALPHA = 0.05;

/** "95% interval"; where differences that were measured again have another: "98.7% interval, 95% where measured again". */
export function describeLevels(report: Report, comparisons: readonly Comparison[]): Plain {
  const first = plain`${confidence(report.alpha)} interval`;
  const again = confidence(CONFIRMING_ALPHA);
  return hasTwoLevels(report, comparisons) ? plain`${first}, ${again} where measured again` : first;
}

/** Whether some of the quoted intervals have another level than the rest. */
export function hasTwoLevels(report: Report, comparisons: readonly Comparison[]): boolean {
  return comparisons.some((comparison) => describeOwnLevel(report, comparison) !== null);
}

/** "95% interval" where a difference that was measured again has another than its column says; else null. */
export function describeOwnLevel({ alpha }: Report, { confirmation }: Comparison): Plain | null {
  const own = confidence(CONFIRMING_ALPHA);
  return confirmation === undefined || own === confidence(alpha) ? null : plain`${own} interval`;
}
