import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  chartNumber,
  duration,
  duty,
  effect,
  effectWithInterval,
  estimate,
  exact,
  percentExact,
  pValue,
  ratio,
  signedPercent,
  significant,
  timestamp,
} from '../../src/render/format.ts';

const table = <T>(write: (x: T) => string, cases: readonly (readonly [T, string])[]): void => {
  for (const [x, expected] of cases) assert.equal(write(x), expected);
};

test('milliseconds have three significant digits and no exponent', () => {
  table(significant, [
    [0, '0'],
    [0.00402, '0.00402'],
    [0.6519, '0.652'],
    [1.4, '1.40'],
    [46.123, '46.1'],
    [999.6, '1000'],
    [1234.5, '1230'],
    [3e-8, '0.000000030'],
  ]);
});

test('a limit keeps every digit that was written, and has no exponent from a millionth on', () => {
  table(exact, [
    [0, '0'],
    [5, '5'],
    [0.75, '0.75'],
    [1.234567, '1.234567'],
    [0.000001, '0.000001'],
    [123456789.125, '123456789.125'],
    [1e20, '100000000000000000000'],
  ]);
});

test('a percentage carries a real minus sign, and no sign where it rounds to nothing', () => {
  table(signedPercent, [
    [0.118, '+11.8%'],
    [-0.0031, '−0.3%'],
    [-0.0004, '0.0%'],
    [0, '0.0%'],
  ]);
});

test('an effect of twice the time and more is a ratio, with its interval written the same way', () => {
  table(effect, [
    [0.999, '+99.9%'],
    [1, '2.00×'],
    [6.94, '7.94×'],
    [-0.9, '−90.0%'],
  ]);
  assert.equal(effectWithInterval(1.1, 0.9, 1.3), '2.10×\u00a0[1.90×,\u00a02.30×]');
  assert.equal(effectWithInterval(-0.241, -0.252, -0.23), '−24.1%\u00a0[−25.2%,\u00a0−23.0%]');
  assert.equal(effectWithInterval(0.02, null, null), '+2.0%');
});

test('an estimate without an interval is its centre alone', () => {
  assert.equal(estimate({ value: 1.409, low: 1.38, high: 1.452, confidence: 0.959 }), '1.41\u00a0[1.38,\u00a01.45]');
  assert.equal(estimate({ value: 1.409, low: null, high: null, confidence: null }), '1.41');
});

test('a duty below a limit never reads as the limit', () => {
  table(duty, [
    [0.9499, '94.9%'],
    [0.95, '95.0%'],
    [0.99999, '99.9%'],
    [1, '100.0%'],
  ]);
});

test('sizes, durations, p values, settings and times read as people write them', () => {
  table(bytes, [
    [28, '28 B'],
    [9999, '9999 B'],
    [688_915, '689 kB'],
    [999_999, '1.00 MB'],
    [1_066_771, '1.07 MB'],
  ]);
  table(duration, [
    [0, '0 ms'],
    [250, '250 ms'],
    [999.7, '1.0 s'],
    [45_230, '45.2 s'],
    [59_960, '1 min 0 s'],
    [151_000, '2 min 31 s'],
    [3_780_000, '1 h 3 min'],
  ]);
  table(pValue, [
    [0.0004, '<0.001'],
    [0.0123, '0.012'],
    [1, '1'],
    [null, '–'],
  ]);
  table(percentExact, [
    [0.05, '5%'],
    [0.125, '12.5%'],
    [0.07, '7%'],
  ]);
  assert.equal(ratio(9.234), '9.23×');
  assert.equal(timestamp('2025-01-31T14:05:06.000Z'), '2025-01-31 14:05 UTC');
  assert.equal(timestamp('no time'), '–');
});

test('a number in a chart has no exponent, because the chart grammar has none', () => {
  table(chartNumber, [
    [1e-7, '0'],
    [0.0000123, '0.0000123'],
    [0.65217, '0.6522'],
    [91_234.5, '91230'],
    [-0.25, '-0.25'],
  ]);
});
