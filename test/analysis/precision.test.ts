import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTooWide } from '../../src/analysis/precision.ts';
import { cellOf, makeBlock } from './fixture.ts';

const X = 'predict.rest.ndarray.1.c1';
const Y = 'predict.grpc.ndarray.1.c1';
const cells = [cellOf(X), cellOf(Y)];
const blocksOf = (cell: string, medians: readonly number[], arm = 'base') =>
  medians.map((ms, round) => makeBlock(cell, round, [ms], { arm }));
const wide = (blocks: ReturnType<typeof blocksOf>, precision: number, arms = ['base'], alpha = 0.05) => [
  ...findTooWide({ cells, arms, blocks, precision, alpha }),
];

test('without other arms the interval of the median counts, on its longer side', () => {
  // Eight values: the interval is [x(1), x(8)] at .05, as 2 * 2^-8 = .0078 and 2 * 9 * 2^-8 = .0703.
  for (const far of [1.04, 1 / 1.04]) {
    const blocks = [...blocksOf(X, [1, 1, 1, 1, 1, 1, 1, far]), ...blocksOf(Y, [1, 1, 1, 1, 1, 1, 1, 1.01])];
    assert.deepEqual(wide(blocks, 0.03), [X]);
    assert.deepEqual(wide(blocks, 0.05), []);
    assert.deepEqual(wide(blocks, 0.005), [X, Y]);
  }
});

test('with too few rounds for an interval every cell needs more', () => {
  const blocks = [...blocksOf(X, Array(7).fill(1)), ...blocksOf(Y, Array(8).fill(1))];
  assert.deepEqual(wide(blocks, 0.5, ['base'], 0.0125), [X]);
});

test('with other arms the interval of the difference counts, not that of the medians', () => {
  // Both arms drift together: the difference is the same in each round.
  const drift = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4];
  const blocks = [
    ...blocksOf(X, drift),
    ...blocksOf(
      X,
      drift.map((ms) => ms * 1.5),
      'new',
    ),
    ...blocksOf(Y, drift),
    ...blocksOf(Y, drift.toReversed(), 'new'),
  ];
  assert.deepEqual(wide(blocks, 0.01, ['base', 'new']), [Y]);
  // Half of it: 2.365 (scipy.stats.t.ppf(.975, 7)) * .05345 / sqrt(8) = ln 1.0457
  const apart = [
    ...blocksOf(X, drift),
    ...blocksOf(
      X,
      drift.map((ms, i) => ms * Math.exp(i % 2 ? 0.05 : -0.05)),
      'new',
    ),
  ];
  const some = { cells: [cellOf(X)], arms: ['base', 'new'], blocks: apart, alpha: 0.05 };
  assert.deepEqual(
    [0.045, 0.046].map((precision) => findTooWide({ ...some, precision }).size),
    [1, 0],
  );
});

test('rounds that were to confirm something do not count', () => {
  const blocks = blocksOf(X, Array(8).fill(1)).map((block) => ({ ...block, confirming: true }));
  assert.deepEqual(wide(blocks, 0.5), [X, Y]);
});
