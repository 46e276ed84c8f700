import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incompleteBeta, logGamma } from '../../src/stats/beta.ts';
import { studentQuantile, studentTwoSided } from '../../src/stats/student-t.ts';

function assertNear(found: number, expected: number, relative: number, what: string): void {
  const allowed = relative * Math.max(Math.abs(expected), Number.MIN_VALUE);
  assert.ok(Math.abs(found - expected) <= allowed, `${what}: expected ${expected}, found ${found}`);
}

/** P(T <= t), by the symmetry of the distribution. */
function studentCdf(t: number, df: number): number {
  const tail = studentTwoSided(t, df) / 2;
  return t < 0 ? tail : 1 - tail;
}

// scipy.special.gammaln
test('the logarithm of the gamma function agrees with scipy', () => {
  const expected: [number, number][] = [
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [4, 1.791759469228055],
    [20, 39.339884187199495],
    [1000.5, 5908.674175848678],
    [500000, 6061176.046459176],
  ];
  for (const [x, value] of expected) assertNear(logGamma(x), value, 1e-12, `ln Gamma(${x})`);
  assert.ok(Math.abs(logGamma(1)) < 1e-13);
});

// scipy.special.betainc
test('the incomplete beta function agrees with scipy, far out in the tail too', () => {
  const expected: [x: number, a: number, b: number, value: number][] = [
    [0.1, 2, 3, 0.0523],
    [0.5, 0.5, 0.5, 0.5],
    [0.9, 10, 0.5, 0.15164090963470994],
    [0.99, 200, 0.5, 0.04509410713707966],
    [0.001, 1, 5, 0.004990009995001],
    [0.3, 200, 0.5, 1.264383372125771e-106],
  ];
  for (const [x, a, b, value] of expected) assertNear(incompleteBeta(x, a, b), value, 1e-11, `I_${x}(${a}, ${b})`);
  assert.equal(incompleteBeta(0, 2, 3), 0);
  assert.equal(incompleteBeta(1, 2, 3), 1);
});

// 2 * scipy.stats.t.sf(|t|, df)
test('two-sided tails agree with scipy', () => {
  const expected: [t: number, df: number, p: number][] = [
    [0.001, 3, 0.9992648949694609],
    [0.5, 1, 0.7048327646991335],
    [2, 5, 0.10193947882985835],
    [-1.3, 7, 0.23476783539237725],
    [12, 19, 2.5908946372221965e-10],
    [40, 39, 2.818811402796312e-33],
  ];
  for (const [t, df, p] of expected) assertNear(studentTwoSided(t, df), p, 1e-11, `t ${t}, df ${df}`);
  assert.equal(studentTwoSided(0, 4), 1);
  assert.equal(studentTwoSided(Number.POSITIVE_INFINITY, 4), 0);
});

// scipy.stats.t.ppf
test('quantiles agree with scipy', () => {
  const expected: [p: number, df: number, t: number][] = [
    [0.95, 7, 1.8945786050900062],
    [0.95, 39, 1.6848751217112248],
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 7, 2.364624251592784],
    [0.975, 19, 2.0930240544083087],
    [0.975, 39, 2.022690920036761],
    [0.995, 1, 63.656741162871526],
    [0.25, 7, -0.7111417780817866],
    [0.975, 1e6, 1.959966356814107],
  ];
  for (const [p, df, t] of expected) assertNear(studentQuantile(p, df), t, 1e-8, `p ${p}, df ${df}`);
  assert.equal(studentQuantile(0.5, 3), 0);
});

test('quantile and distribution function undo each other', () => {
  for (const df of [1, 2, 3, 7, 19, 39, 299])
    for (const p of [0.001, 0.05, 0.3, 0.6, 0.9, 0.975, 0.9999])
      assertNear(studentCdf(studentQuantile(p, df), df), p, 1e-10, `p ${p}, df ${df}`);
});
