import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summariseFloors } from '../../src/analysis/floors.ts';
import { floor as schema } from '../../src/report/cells.ts';
import { allCells, cellOf, makeBlock } from './fixture.ts';

const id = 'predict.rest.tensor.1.c1';
const floorBlock = (round: number, latencyMs: readonly number[]) => makeBlock(id, round, latencyMs, { role: 'floor' });

test('a floor is the median of its block medians, with its sizes', () => {
  const medians = [0.25, 9, 0.125, 0.75, 0.5, 2];
  const blocks = [...medians.map((ms, round) => floorBlock(round, [0.1, ms, 10])), floorBlock(6, [])];
  const [floor, ...others] = summariseFloors('base', allCells, blocks, new Map([[id, 48]]), new Map([[id, 137]]));
  assert.deepEqual(others, []);
  assert.deepEqual(schema.parse(floor), {
    arm: 'base',
    cell: id,
    transport: 'rest',
    encoding: 'tensor',
    batch: 1,
    requestBytes: 48,
    responseBytes: 137,
    requests: 18,
    p50Ms: 0.625,
    // Of 0.25, 0.5, 0.75 and 2.
    midmeanMs: 0.875,
    p99Ms: null,
  });
});

test('its p99 needs 299 calls', () => {
  const calls = Array.from({ length: 299 }, (_, i) => i + 1);
  const sizes = new Map([[id, 1]]);
  const p99 = (latencyMs: readonly number[]) =>
    summariseFloors('base', [cellOf(id)], [floorBlock(0, latencyMs)], sizes, sizes)[0]?.p99Ms;
  assert.equal(p99(calls), 297);
  assert.equal(p99(calls.slice(1)), null);
});

test('blocks of the cell itself are no floor', () => {
  assert.deepEqual(summariseFloors('base', allCells, [makeBlock(id, 0, [1])], new Map(), new Map()), []);
});

test('a floor of unknown size is refused', () => {
  assert.throws(
    () => summariseFloors('base', allCells, [floorBlock(0, [1])], new Map([[id, 1]]), new Map()),
    /size of each/,
  );
});
