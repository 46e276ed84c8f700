import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeSeries, type Series } from '../../bench/soak/judge.ts';
import { fitTrend } from '../../bench/soak/trend.ts';
import { createRandom } from '../../src/stats/random.ts';

const hours = Array.from({ length: 60 }, (_, i) => i / 60);

test('a line has its own slope, and an interval of no width', () => {
  const trend = fitTrend(
    hours,
    hours.map((x) => 3 * x + 7),
  );
  for (const value of Object.values(trend ?? {})) assert.ok(Math.abs(value - 3) < 1e-9, `${value}`);
});

test('what never changes has no trend, and too few points have none either', () => {
  assert.deepEqual(
    fitTrend(
      hours,
      hours.map(() => 4),
    ),
    { slope: 0, low: 0, high: 0 },
  );
  assert.equal(fitTrend([1, 2, 3], [1, 2, 3]), null);
});

test('the interval lies around the slope, and outliers do not move it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
      const random = createRandom(seed, 0);
      const y = hours.map((x, i) => 5 * x + random() + (i === 20 ? 1000 : 0));
      const trend = fitTrend(hours, y);
      assert.ok(trend && trend.low <= trend.slope && trend.slope <= trend.high);
      assert.ok(trend.slope > 3 && trend.slope < 7, `${trend.slope}`);
    }),
    { numRuns: 50, seed: 67 },
  );
});

test('about 95 of 100 intervals hold the true slope', () => {
  const held = Array.from({ length: 400 }, (_, seed) => {
    const random = createRandom(seed, 1);
    const trend = fitTrend(
      hours,
      hours.map((x) => 2 * x + random()),
    );
    return trend !== null && trend.low <= 2 && 2 <= trend.high;
  });
  const share = held.filter(Boolean).length / held.length;
  assert.ok(share > 0.92 && share < 0.98, `${share}`);
});

const series = (unit: Series['unit'], value: (i: number) => number): Series => ({
  name: 'it',
  unit,
  points: Array.from({ length: 200 }, (_, i) => ({ hours: i / 400, value: value(i) })),
});

test('a leak grows, a start-up and noise do not', () => {
  const noise = (i: number): number => createRandom(7, i)();
  assert.equal(judgeSeries(series('MB', (i) => 100 + i * 0.05 + noise(i))).grows, true);
  assert.equal(judgeSeries(series('MB', (i) => 100 + 50 * (1 - Math.exp(-i / 10)) + noise(i))).grows, false);
  assert.equal(judgeSeries(series('count', (i) => 20 + Math.floor(i / 20))).grows, true);
  assert.equal(judgeSeries(series('count', (i) => 20 + (i % 3))).grows, false);
});
