import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adjustHolm } from '../../src/stats/holm.ts';

const round = (values: number[]) => values.map((value) => Number(value.toFixed(12)));

// R: p.adjust(c(.01, .04, .03, .005), 'holm'); p.adjust(c(.5, .02, .9, .02), 'holm')
test('adjusted values agree with R', () => {
  assert.deepEqual(round(adjustHolm([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02]);
  assert.deepEqual(round(adjustHolm([0.5, 0.02, 0.9, 0.02])), [1, 0.08, 1, 0.08]);
});

test('a family of one, or of none, stays as it is', () => {
  assert.deepEqual(adjustHolm([0.03]), [0.03]);
  assert.deepEqual(adjustHolm([]), []);
});

test('adjusting never lowers a p, keeps the order and stays within 1', () => {
  const p = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(p, { maxLength: 50 }), (values) => {
      const adjusted = adjustHolm(values);
      for (const [i, a] of adjusted.entries()) {
        const own = values[i] as number;
        assert.ok(a >= own && a <= Math.min(1, own * values.length), `${own} became ${a}`);
        for (const [j, b] of adjusted.entries()) if (own < (values[j] as number)) assert.ok(a <= b);
      }
    }),
  );
});
