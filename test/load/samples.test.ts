import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePressure } from '../../src/load/cpu-pressure.ts';
import { Samples } from '../../src/load/samples.ts';

test('a sample counts from the intended start, its connecting from when it was sent', () => {
  const samples = new Samples(1);
  samples.add({ start: 10, connected: 12, firstByte: 15, end: 20 }, 9);
  const { latencyMs, connectMs, firstByteMs } = samples.take();
  assert.deepEqual([[...latencyMs], [...(connectMs ?? [])], [...(firstByteMs ?? [])]], [[11], [2], [6]]);
});

test('parts that the client does not see are null', () => {
  const samples = new Samples(1);
  samples.add({ start: 1, connected: Number.NaN, firstByte: Number.NaN, end: 2 }, 1);
  assert.deepEqual([samples.take().connectMs, samples.take().firstByteMs], [null, null]);
});

test('between two moments are the replies after the one and until the other', () => {
  const samples = new Samples(1);
  for (const end of [1, 2, 4, 8]) samples.add({ start: 0, connected: 0, firstByte: 0, end }, 0);
  assert.deepEqual(samples.between(1, 4), { count: 2, meanMs: 3 });
});

test('CPU pressure is what happened between two readings, and unknown where one of them is', () => {
  const before = { steal: { stolen: 10, all: 100 }, throttledUs: 5000 };
  const after = { steal: { stolen: 12, all: 140 }, throttledUs: 12_000 };
  assert.deepEqual(comparePressure(before, after), { steal: 0.05, throttledMs: 7 });
  assert.deepEqual(comparePressure(before, { steal: null, throttledUs: null }), { steal: null, throttledMs: null });
  assert.deepEqual(comparePressure(before, before), { steal: null, throttledMs: 0 });
});
