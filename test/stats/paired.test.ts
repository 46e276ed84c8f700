import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimatePaired, studentInterval } from '../../src/stats/paired.ts';

const near = (found: number | undefined, expected: number) =>
  assert.ok(found !== undefined && Math.abs(found - expected) < 1e-9, `expected ${expected}, found ${found}`);

const differences = [0.12, -0.03, 0.08, 0.15, 0.02, 0.07, -0.01, 0.11];

// numpy.mean, numpy.std(ddof=1), scipy.stats.t.interval(.95 | .9, 7, mean, scipy.stats.sem(d))
test('mean, spread and t intervals agree with scipy', () => {
  const estimate = estimatePaired(differences);
  assert.equal(estimate.n, 8);
  near(estimate.mean, 0.06375);
  near(estimate.spread ?? undefined, 0.06457277179386724);
  const wide = studentInterval(estimate, 0.95);
  near(wide?.low, 0.009765811812706096);
  near(wide?.high, 0.1177341881872939);
  const narrow = studentInterval(estimate, 0.9);
  near(narrow?.low, 0.020496917450454594);
  near(narrow?.high, 0.1070030825495454);
});

test('one difference has neither spread nor interval', () => {
  const estimate = estimatePaired([0.2]);
  assert.deepEqual(estimate, { n: 1, mean: 0.2, spread: null });
  assert.equal(studentInterval(estimate, 0.95), null);
});

test('differences that are all the same have an interval of no width', () => {
  assert.deepEqual(studentInterval(estimatePaired([0.25, 0.25, 0.25, 0.25]), 0.95), { low: 0.25, high: 0.25 });
});
