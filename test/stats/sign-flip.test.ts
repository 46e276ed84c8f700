import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/stats/random.ts';
import { signFlipP } from '../../src/stats/sign-flip.ts';

const p = (differences: readonly number[], seed = 1) => signFlipP(differences, createRandom(seed));

// scipy.stats.permutation_test((d,), numpy.mean, permutation_type='samples', n_resamples=inf): 12 of 256
test('up to twelve differences the p is exact', () => {
  assert.equal(p([0.12, -0.03, 0.08, 0.15, 0.02, 0.07, -0.01, 0.11]), 0.046875);
});

test('differences that all point one way have the smallest p there is', () => {
  assert.equal(p([0.1, 0.2, 0.3]), 2 / 8);
  assert.equal(p([-0.1, -0.2, -0.1, -0.4, -0.3, -0.1]), 2 / 64);
  assert.equal(p(Array.from({ length: 12 }, () => 0.1)), 2 / 4096);
});

test('no difference, or none at all, is no evidence', () => {
  assert.equal(p([0, 0, 0, 0]), 1);
  assert.equal(p([0.1, -0.1, 0.2, -0.2]), 1);
  assert.equal(p([]), 1);
  assert.equal(p([0.3]), 1);
});

test('the order of the differences does not matter, to the last bit', () => {
  const differences = [0.1, 0.2, 0.3, -0.6, 0.7, -0.1, 0.05];
  assert.equal(p(differences), p(differences.toReversed()));
});

// All 2^20 sign patterns of these numbers, counted with numpy: .7969627
test('beyond twelve the drawn p is close to the exact one, and the seed decides it', () => {
  const differences = [
    -0.044, -0.086, 0.0, 0.054, 0.111, 0.029, -0.024, -0.043, 0.08, 0.151, 0.042, -0.079, -0.057, 0.148, 0.036, -0.119,
    0.013, -0.073, -0.03, -0.019,
  ];
  // Four standard errors of 10 000 draws.
  for (const seed of [1, 2, 3])
    assert.ok(Math.abs(p(differences, seed) - 0.7969627) < 0.0161, `${p(differences, seed)}`);
  assert.equal(p(differences, 4), p(differences, 4));
});

// Of the four ways to give two ones their signs two are as far from zero.
test('each difference has a sign of its own, those behind the thirty-second too', () => {
  for (const zeros of [18, 38]) assert.ok(Math.abs(p([...Array(zeros).fill(0), 1, 1]) - 0.5) < 0.02);
});

test('a drawn p is never zero', () => {
  assert.equal(p(Array.from({ length: 40 }, () => 0.3)), 1 / 10_001);
});
