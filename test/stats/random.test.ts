import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, shuffle } from '../../src/stats/random.ts';

const draw = (seed: number, stream: number, n: number) => {
  const random = createRandom(seed, stream);
  return Array.from({ length: n }, random);
};

test('seed and stream decide every number', () => {
  assert.deepEqual(draw(5, 2, 20), draw(5, 2, 20));
  assert.notDeepEqual(draw(5, 2, 20), draw(5, 3, 20));
  assert.notDeepEqual(draw(5, 2, 20), draw(6, 2, 20));
});

test('numbers lie in [0, 1) and fill it evenly', () => {
  const counts = new Array<number>(10).fill(0);
  for (const value of draw(1, 0, 20_000)) {
    assert.ok(value >= 0 && value < 1);
    counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1;
  }
  // Chi squared with 9 degrees of freedom exceeds 27.9 once in a thousand.
  const chi = counts.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
  assert.ok(chi < 27.9, `chi squared ${chi}`);
});

test('neighbouring streams of a seed are not related', () => {
  const a = draw(9, 0, 5000);
  const b = draw(9, 1, 5000);
  const correlation = (12 / 5000) * a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] as number) - 0.5), 0);
  // Four standard errors of 1 / sqrt(5000).
  assert.ok(Math.abs(correlation) < 0.057, `correlation ${correlation}`);
});

test('a shuffle keeps every item and leaves its input as it was', () => {
  const items = [1, 2, 3, 4, 5, 6];
  const shuffled = shuffle(items, createRandom(3));
  assert.deepEqual(items, [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(shuffled.toSorted(), items);
});

test('every order is equally likely', () => {
  const random = createRandom(4);
  const counts = new Map<string, number>();
  for (let i = 0; i < 12_000; i++) {
    const key = shuffle(['a', 'b', 'c'], random).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Chi squared with 5 degrees of freedom exceeds 20.5 once in a thousand.
  const chi = [...counts.values()].reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
  assert.ok(chi < 20.5, `chi squared ${chi}`);
});
