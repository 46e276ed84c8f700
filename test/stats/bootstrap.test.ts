import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapQuantiles } from '../../src/stats/bootstrap.ts';
import { nearestRank } from '../../src/stats/quantile.ts';
import { createRandom, type Random } from '../../src/stats/random.ts';

/** The same in the plainest way: draw the groups, copy their values together, sort, look up. */
function bootstrapPlainly(groups: readonly Float64Array[], quantiles: readonly number[], random: Random) {
  const found: number[][] = quantiles.map(() => []);
  for (let draw = 0; draw < 400; draw++) {
    const drawn = groups.map(() => groups[Math.floor(random() * groups.length)] as Float64Array);
    const sorted = drawn.flatMap((group) => [...group]).toSorted((x, y) => x - y);
    quantiles.forEach((p, i) => {
      found[i]?.push(nearestRank(sorted, p));
    });
  }
  return found.map((values) => {
    const sorted = values.toSorted((x, y) => x - y);
    return { low: nearestRank(sorted, 0.025), high: nearestRank(sorted, 0.975) };
  });
}

test('weighting the groups gives what copying and sorting them gives', () => {
  const group = fc
    .array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 })
    .map((values) => Float64Array.from(values));
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 8 }), fc.nat(), (groups, seed) => {
      const quantiles = [0.99, 0.95, 0.9, 0.5];
      assert.deepEqual(
        bootstrapQuantiles(groups, quantiles, createRandom(seed)),
        bootstrapPlainly(groups, quantiles, createRandom(seed)),
      );
    }),
    { numRuns: 40 },
  );
});

// All 27 ways to draw three of three groups: the p90 is 3 in 1 of them, 6 in 7 and 9 in 19.
test('the interval spans what drawing whole groups can give', () => {
  const groups = [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6), Float64Array.of(7, 8, 9)];
  assert.deepEqual(bootstrapQuantiles(groups, [0.9], createRandom(1)), [{ low: 3, high: 9 }]);
});

test('one slow group among many widens the interval far beyond what its samples alone would', () => {
  const calm = Array.from({ length: 9 }, (_, i) => Float64Array.from({ length: 100 }, (_, k) => 1 + (k + i) / 1000));
  const slow = Float64Array.from({ length: 100 }, () => 5);
  const [p95] = bootstrapQuantiles([...calm, slow], [0.95], createRandom(2));
  assert.ok(p95 && p95.low < 1.2 && p95.high === 5, JSON.stringify(p95));
});

test('the same seed gives the same interval', () => {
  const groups = Array.from({ length: 8 }, (_, i) =>
    Float64Array.from({ length: 50 }, (_, k) => ((i * 37 + k * 17) % 101) / 10),
  );
  const run = (seed: number) => bootstrapQuantiles(groups, [0.99, 0.9], createRandom(seed));
  assert.deepEqual(run(3), run(3));
});
