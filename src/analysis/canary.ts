import type { Block } from '../block.ts';
import type { Canary } from '../report.ts';
import { createNamedRandom } from '../stats/named-random.ts';
import { estimatePaired } from '../stats/paired.ts';
import { signFlipP } from '../stats/sign-flip.ts';
import { judge, logMargin, marginP } from '../stats/verdict.ts';
import { pairRounds, toEffect } from './log-ratios.ts';
import { summariseBlock } from './rounds.ts';

/**
 * The cell that ran twice under two names, compared with itself by the rule that all pairs are judged by (a test of
 * its own: no family). A verdict of `faster` or `slower` cannot be true and marks the run as noisy. Null where no
 * canary ran, or none in a round in which the cell itself was measured.
 */
export function judgeCanary(
  blocks: readonly Block[],
  arm: string,
  margin: number,
  alpha: number,
  seed: number,
): Canary | null {
  const again = blocks.filter((block) => block.role === 'canary' && block.arm === arm);
  const first = again[0];
  if (first === undefined) return null;
  const once = blocks.filter(
    ({ role, cell, arm, confirming }) => role === 'cell' && !confirming && cell === first.cell && arm === first.arm,
  );
  const ratios = [...pairRounds(once.map(summariseBlock), again.map(summariseBlock)).values()];
  if (ratios.length === 0) return null;
  const limit = logMargin(margin);
  const estimate = estimatePaired(ratios);
  const verdict = judge(estimate, limit, marginP(estimate, limit), alpha);
  return {
    cell: first.cell,
    rounds: estimate.n,
    ...toEffect(estimate, alpha),
    p: signFlipP(ratios, createNamedRandom(seed, 'canary')),
    verdict,
    noisy: verdict === 'faster' || verdict === 'slower',
  };
}
