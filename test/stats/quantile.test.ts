import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, midmean, nearestRank, rankOf, samplesNeeded } from '../../src/stats/quantile.ts';

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

test('the median is the middle value, or the mean of the two middle ones', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([10, 9, 100]), 10, 'numbers are ordered as numbers, not as text');
  assert.ok(Number.isNaN(median([])));
});

test('the median leaves its input as it was', () => {
  const input = Float64Array.of(3, 1, 2);
  median(input);
  assert.deepEqual([...input], [3, 1, 2]);
});

test('half of the values lie on either side of the median', () => {
  fc.assert(
    fc.property(values, (input) => {
      const middle = median(input);
      const below = input.filter((value) => value < middle).length;
      const above = input.filter((value) => value > middle).length;
      return below <= input.length / 2 && above <= input.length / 2;
    }),
  );
});

// numpy.quantile(x, q, method='inverted_cdf')
test('the nearest-rank quantile is the inverse of the empirical distribution', () => {
  const sorted = [1.0, 2.2, 3.3, 4.4, 5.5, 6.6, 7.7, 8.8, 9.1, 10.0];
  const expected: [number, number][] = [
    [0.07, 1.0],
    [0.25, 3.3],
    [0.5, 5.5],
    [0.9, 9.1],
    [0.95, 10.0],
    [0.99, 10.0],
  ];
  for (const [p, value] of expected) assert.equal(nearestRank(sorted, p), value, `p ${p}`);
});

test('a rank is not lifted by the last bit of a product', () => {
  assert.ok(0.07 * 100 > 7, 'the product is off');
  assert.equal(rankOf(0.07, 100), 7);
  assert.equal(rankOf(0.99, 299), 297);
});

test('the nearest-rank quantile is an observed value which the share p does not exceed', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (input, p) => {
      const sorted = input.toSorted((x, y) => x - y);
      const found = nearestRank(sorted, p);
      return sorted.includes(found) && sorted.filter((value) => value <= found).length >= p * sorted.length - 1e-6;
    }),
  );
});

// ln(.05) / ln(p): 28.4, 58.4, 298.07
test('a percentile needs the more samples the further out it lies', () => {
  assert.deepEqual([0.9, 0.95, 0.99].map(samplesNeeded), [29, 59, 299]);
});

test('the midmean is the mean of the middle half', () => {
  // scipy.stats.trim_mean([1, 2, 3, 4, 100, 0, 5, 6], 0.25) is 3.5; of one value, that value.
  assert.equal(midmean([1, 2, 3, 4, 100, 0, 5, 6]), 3.5);
  assert.equal(midmean([7]), 7);
  assert.equal(midmean([1, 2, 6]), 3);
  assert.ok(Number.isNaN(midmean([])));
});
