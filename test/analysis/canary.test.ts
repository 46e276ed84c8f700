import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeCanary } from '../../src/analysis/canary.ts';
import type { Block } from '../../src/block.ts';
import { makeBlock } from './fixture.ts';

const id = 'predict.rest.ndarray.1.c1';

function blocksOf(canary: readonly number[], cell: readonly number[] = Array(8).fill(1)): Block[] {
  return [
    ...cell.map((ms, round) => makeBlock(id, round, [ms])),
    ...canary.map((ms, round) => makeBlock(id, round, [ms], { role: 'canary' })),
    makeBlock(id, 0, [0.01], { role: 'floor' }),
    makeBlock('another.cell', 0, [50]),
    makeBlock(id, 0, [50], { arm: 'new' }),
    makeBlock(id, 0, [9], { arm: 'new', role: 'canary' }),
    makeBlock(id, 0, [50], { confirming: true }),
  ];
}

test('a cell that equals itself is quiet', () => {
  const canary = judgeCanary(blocksOf([1.01, 0.99, 1, 1.02, 0.98, 1, 1.01, 0.99]), 'base', 0.05, 0.05, 1);
  assert.equal(canary?.cell, id);
  assert.equal(canary?.rounds, 8);
  assert.equal(canary?.verdict, 'equivalent');
  assert.equal(canary?.noisy, false);
  assert.ok(canary?.low && canary.high && canary.low < canary.effect && canary.effect < canary.high);
});

test('a cell that differs from itself marks the run as noisy, in either direction', () => {
  const slower = judgeCanary(blocksOf([1.2, 1.21, 1.19, 1.2, 1.22, 1.18, 1.2, 1.2]), 'base', 0.05, 0.05, 1);
  assert.deepEqual([slower?.verdict, slower?.noisy], ['slower', true]);
  const faster = judgeCanary(blocksOf([0.8, 0.81, 0.79, 0.8, 0.82, 0.78, 0.8, 0.8]), 'base', 0.05, 0.05, 1);
  assert.deepEqual([faster?.verdict, faster?.noisy], ['faster', true]);
});

test('a cell that scatters is inconclusive, which is not noisy', () => {
  const canary = judgeCanary(blocksOf([2, 0.5, 1.5, 0.7, 1.8, 0.6, 1.2, 0.9]), 'base', 0.05, 0.05, 1);
  assert.deepEqual([canary?.verdict, canary?.noisy], ['inconclusive', false]);
});

test('without a canary, or without the cell beside it, nothing is said', () => {
  assert.equal(judgeCanary(blocksOf([]), 'base', 0.05, 0.05, 1), null);
  assert.equal(judgeCanary(blocksOf([1, 1], []), 'base', 0.05, 0.05, 1), null);
});
