import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summariseBlock } from '../../src/analysis/rounds.ts';
import { makeBlock } from './fixture.ts';

test('a block becomes a row: median, mean, and duty without the fences', () => {
  const row = summariseBlock(
    makeBlock('c', 3, [1, 2, 6], { position: 4, wallMs: 12, fenceMs: 2, gcMs: 0.3, errors: 1 }),
  );
  assert.deepEqual(row, {
    round: 3,
    position: 4,
    requests: 3,
    errors: 1,
    medianMs: 2,
    meanMs: 3,
    dropped: 0,
    wallMs: 12,
    duty: 0.9,
    fenceMs: 2,
    gcMs: 0.3,
    flags: [],
    steal: 0,
  });
});

test('a block without a counted request has no median, no mean and no duty', () => {
  const row = summariseBlock(makeBlock('c', 0, [], { wallMs: 0, errors: 3 }));
  assert.deepEqual([row.medianMs, row.meanMs, row.duty, row.requests, row.errors], [null, null, 0, 0, 3]);
});

test('each disturbance has its flag, from just beyond its limit on', () => {
  const flagsOf = (rest: Parameters<typeof makeBlock>[3]) =>
    summariseBlock(makeBlock('c', 0, [1], { wallMs: 110, fenceMs: 10, ...rest })).flags;
  assert.deepEqual(flagsOf({ steal: 0.02 }), []);
  assert.deepEqual(flagsOf({ steal: 0.021 }), ['steal']);
  assert.deepEqual(flagsOf({ throttledMs: 0.1 }), ['throttled']);
  assert.deepEqual(flagsOf({ gcMs: 5 }), [], '5 % of 100 ms without fences');
  assert.deepEqual(flagsOf({ gcMs: 5.1 }), ['gc']);
  assert.deepEqual(flagsOf({ loopBusy: 0.9 }), []);
  assert.deepEqual(flagsOf({ loopBusy: 0.91 }), ['busy-loop']);
  assert.deepEqual(flagsOf({ steal: null, throttledMs: null }), [], 'what nobody knows is no flag');
  assert.deepEqual(flagsOf({ steal: 1, throttledMs: 1, gcMs: 50, loopBusy: 1 }), [
    'steal',
    'throttled',
    'gc',
    'busy-loop',
  ]);
});
