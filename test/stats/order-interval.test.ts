import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianInterval, orderRank } from '../../src/stats/order-interval.ts';
import { createRandom } from '../../src/stats/random.ts';

// scipy.stats.binom: the largest k with 2 * cdf(k - 1, n, .5) <= .05, and 1 minus that
const RANKS: [n: number, k: number, confidence: number][] = [
  [6, 1, 0.96875],
  [7, 1, 0.984375],
  [8, 1, 0.9921875],
  [9, 2, 0.9609375],
  [10, 2, 0.978515625],
  [12, 3, 0.96142578125],
  [20, 6, 0.9586105346679688],
  [40, 14, 0.9615226917157997],
  [60, 22, 0.972659866131922],
  [100, 40, 0.9647997997822951],
  [2000, 956, 0.9534471795082164],
];

test('rank and coverage are those of the binomial distribution', () => {
  for (const [n, k, confidence] of RANKS) {
    const found = orderRank(n);
    assert.equal(found.k, k, `n ${n}`);
    assert.ok(Math.abs(found.confidence - confidence) < 1e-9, `n ${n}: ${found.confidence}`);
  }
});

test('below six values there is no interval', () => {
  for (let n = 0; n < 6; n++) assert.equal(medianInterval(Array.from({ length: n }, (_, i) => i)), null);
});

test('the interval reaches from the k-th smallest to the k-th largest value', () => {
  assert.deepEqual(medianInterval([5, 3, 1, 6, 2, 4]), { low: 1, high: 6, confidence: 0.96875 });
  const ten = medianInterval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual([ten?.low, ten?.high], [2, 9]);
});

test('it covers the true median as often as it says, of a skewed distribution too', () => {
  const random = createRandom(11);
  const trueMedian = Math.LN2;
  let covered = 0;
  const runs = 4000;
  for (let run = 0; run < runs; run++) {
    const interval = medianInterval(Array.from({ length: 10 }, () => -Math.log(1 - random())));
    if (interval && interval.low <= trueMedian && trueMedian <= interval.high) covered++;
  }
  // 97.85 %, four standard errors of 0.23 % to either side.
  assert.ok(covered / runs > 0.969 && covered / runs < 0.988, `covered ${covered / runs}`);
});
