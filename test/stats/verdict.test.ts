import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimatePaired, type PairedEstimate, studentInterval } from '../../src/stats/paired.ts';
import { detectableDifference, judge, logMargin, marginP, roundsNeeded } from '../../src/stats/verdict.ts';

const limit = logMargin(0.05);
const verdictOf = (estimate: PairedEstimate, p = marginP(estimate, limit)) => judge(estimate, limit, p);

// 2 * scipy.stats.t.sf((mean - ln 1.05) / (s / sqrt 8), 7)
test('the p of the margin agrees with scipy', () => {
  const estimate = estimatePaired([0.2, 0.17, 0.25, 0.22, 0.19, 0.24, 0.21, 0.16]);
  const p = marginP(estimate, limit);
  assert.ok(p !== null && Math.abs(p / 2.2771065561844976e-6 - 1) < 1e-8, `${p}`);
  assert.equal(verdictOf(estimate), 'slower');
});

test('an interval that lies wholly outside the margin is faster or slower, by its side', () => {
  assert.equal(verdictOf({ n: 20, mean: 0.2, spread: 0.05 }), 'slower');
  assert.equal(verdictOf({ n: 20, mean: -0.2, spread: 0.05 }), 'faster');
});

test('a difference that is significant but within the margin is no verdict of speed', () => {
  assert.equal(verdictOf({ n: 40, mean: 0.02, spread: 0.02 }), 'equivalent');
});

// mean .002875, s .00679: 90 % interval [-.00167, .00742] by scipy.stats.t.interval
test('the 90 % interval decides equivalence', () => {
  const estimate = estimatePaired([0.01, 0.005, -0.008, 0.012, 0.002, -0.004, 0.006, 0]);
  assert.equal(judge(estimate, 0.0075, marginP(estimate, 0.0075)), 'equivalent');
  assert.equal(judge(estimate, 0.0074, marginP(estimate, 0.0074)), 'inconclusive');
});

test('an interval that crosses the margin is inconclusive', () => {
  assert.equal(verdictOf({ n: 8, mean: 0.07, spread: 0.08 }), 'inconclusive');
  assert.equal(verdictOf({ n: 8, mean: 0, spread: 0.2 }), 'inconclusive');
});

test('what the family takes away leaves inconclusive, not equivalent', () => {
  assert.equal(verdictOf({ n: 8, mean: 0.2, spread: 0.08 }, 0.2), 'inconclusive');
});

test('one round judges nothing', () => {
  const estimate = estimatePaired([3]);
  assert.equal(marginP(estimate, limit), null);
  assert.equal(verdictOf(estimate), 'inconclusive');
  assert.equal(roundsNeeded(estimate, limit, 1), null);
});

test('rounds that agree to the last bit are judged by where they lie', () => {
  assert.equal(verdictOf({ n: 8, mean: 0.5, spread: 0 }), 'slower');
  assert.equal(verdictOf({ n: 8, mean: 0.01, spread: 0 }), 'equivalent');
  const atTheMargin = { n: 8, mean: limit, spread: 0 };
  assert.equal(verdictOf(atTheMargin), 'inconclusive');
  assert.equal(roundsNeeded(atTheMargin, limit, 1), null);
});

const estimates = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 })
  .map((differences) => estimatePaired(differences));

test('verdict and interval never disagree', () => {
  fc.assert(
    fc.property(estimates, (estimate) => {
      const interval = studentInterval(estimate, 0.95);
      assert.ok(interval);
      // The two are computed on different ways, which may part in the last digits.
      const outside = Math.max(interval.low - limit, -limit - interval.high);
      if (Math.abs(outside) < 1e-9) return;
      const verdict = verdictOf(estimate);
      assert.equal(verdict === 'faster' || verdict === 'slower', outside > 0);
      if (verdict === 'faster') assert.ok(interval.high < -limit);
      if (verdict === 'slower') assert.ok(interval.low > limit);
    }),
  );
});

test('turning a pair round turns the verdict round', () => {
  const mirror = { faster: 'slower', slower: 'faster', equivalent: 'equivalent', inconclusive: 'inconclusive' };
  fc.assert(
    fc.property(estimates, (estimate) => {
      assert.equal(verdictOf({ ...estimate, mean: -estimate.mean }), mirror[verdictOf(estimate)]);
    }),
  );
});

// ((1.96 + .84) * .08 / ln(1 + D))^2 + 2: 59.4, 23.1, 7.5
test('rounds for 80 % power are those of the method: 3 % 60, 5 % 24, 10 % 8', () => {
  const needed = (margin: number) => roundsNeeded({ n: 2, mean: 0, spread: 0.08 }, logMargin(margin), 1);
  assert.deepEqual([0.03, 0.05, 0.1].map(needed), [60, 24, 8]);
});

// ((1.96 + .84) * .08 / (ln 1.05 - .03))^2 + 2 = 144.1
test('the nearer the difference lies to the margin, the more rounds it needs', () => {
  assert.equal(roundsNeeded({ n: 8, mean: 0.03, spread: 0.08 }, limit, 1), 145);
  assert.equal(roundsNeeded({ n: 8, mean: -0.03, spread: 0.08 }, limit, 1), 145);
  assert.equal(roundsNeeded({ n: 8, mean: limit + 1e-6, spread: 0.08 }, limit, 1), null, 'at the margin none will do');
});

// ((norm.ppf(1 - .05/80) + .84) * .08 / (.15 - ln 1.05))^2 + 2 = 12.3; for a family of one 6.9
test('beyond the margin the family counts', () => {
  assert.equal(roundsNeeded({ n: 4, mean: 0.15, spread: 0.08 }, limit, 1), 7);
  assert.equal(roundsNeeded({ n: 4, mean: 0.15, spread: 0.08 }, limit, 40), 13);
  assert.equal(roundsNeeded({ n: 8, mean: 0.03, spread: 0.08 }, limit, 40), 145, 'within it, it does not');
});

// norm.ppf(.975) + .84, norm.ppf(1 - .0125 / 2) + .84
test('what 80 % power finds is 2.8 standard errors at 5 %, and more at a stricter level', () => {
  assert.ok(Math.abs(detectableDifference(0.02, 0.05) - 0.02 * 2.79996) < 1e-6);
  assert.ok(Math.abs(detectableDifference(0.02, 0.0125) - 0.02 * 3.33771) < 1e-6);
});

test('rounds needed are more than were run', () => {
  fc.assert(
    fc.property(estimates, (estimate) => {
      const needed = roundsNeeded(estimate, limit, 1);
      assert.ok(needed === null || needed > estimate.n);
    }),
  );
});
