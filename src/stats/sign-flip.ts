import type { Random } from './random.ts';

/** Up to here all 2^n sign patterns are tried. */
const EXACT_UP_TO = 12;
const DRAWS = 10_000;

/**
 * Two-sided sign-flip test of "the differences are symmetric about zero": the share of sign patterns whose sum is at
 * least as far from zero as the one observed. Exact for n <= 12; beyond, 10 000 random patterns, of which the observed
 * one counts as one more (so that p is never 0). 1 for no differences.
 */
export function signFlipP(differences: readonly number[], random: Random): number {
  const size = differences.reduce((sum, d) => sum + Math.abs(d), 0);
  // Sums of the same numbers in another order differ in their last bits.
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0)) - 1e-12 * size;
  return differences.length <= EXACT_UP_TO
    ? exactShare(differences, observed)
    : (drawnCount(differences, observed, random) + 1) / (DRAWS + 1);
}

function exactShare(differences: readonly number[], observed: number): number {
  const patterns = 2 ** differences.length;
  let extreme = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    differences.forEach((d, i) => {
      sum += (pattern >> i) & 1 ? -d : d;
    });
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / patterns;
}

function drawnCount(differences: readonly number[], observed: number, random: Random): number {
  let extreme = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < differences.length; i++) {
      // One number of the stream carries 32 signs.
      bits = i % 32 === 0 ? (random() * 2 ** 32) | 0 : bits >>> 1;
      const d = differences[i] as number;
      sum += bits & 1 ? -d : d;
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme;
}
