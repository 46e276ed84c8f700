import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNamedRandom } from '../../src/stats/named-random.ts';

const first = (seed: number, name: string) => {
  const random = createNamedRandom(seed, name);
  return [random(), random(), random()];
};

test('seed and name together decide the stream', () => {
  assert.deepEqual(first(7, 'a pair'), first(7, 'a pair'));
  assert.notDeepEqual(first(7, 'a pair'), first(8, 'a pair'));
});

test('names have streams of their own', () => {
  const names = Array.from({ length: 500 }, (_, i) => `cell.${i}`);
  assert.equal(new Set(names.map((name) => first(1, name)[0])).size, 500);
});
