import type { Comparison, Verdict } from '../report.ts';
import { describeTally, opposeArms, tallyArms } from './arm-verdicts.ts';
import type { Lookup } from './lookup.ts';
import { type Prose, plain, say } from './prose.ts';

const KINDS = [
  ['transport', plain`gRPC against REST`],
  ['encoding', plain`Encodings against each other`],
  ['method', plain`Methods against each other`],
] as const;

/** How often each verdict was given: for every other arm against the baseline, then for the pairs within the baseline. */
export function tallyVerdicts(lookup: Lookup): Prose[] {
  const arms = tallyArms(lookup).map((tally) => say`${opposeArms(lookup, tally.other)}: ${describeTally(tally)}`);
  const pairs = KINDS.flatMap(([kind, title]) => {
    const found = lookup.comparisons.filter((comparison) => comparison.kind === kind);
    return found.length === 0
      ? []
      : [say`${title}: ${describeTally({ of: countVerdicts(found), missing: 0 }, 'pair')}`];
  });
  return [...arms, ...pairs];
}

function countVerdicts(comparisons: readonly Comparison[]): Record<Verdict, number> {
  const of = { slower: 0, faster: 0, equivalent: 0, inconclusive: 0, 'not-resolvable': 0 };
  for (const { verdict } of comparisons) of[verdict] += 1;
  return of;
}
