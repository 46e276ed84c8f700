import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePairs, sideOf } from '../../src/analysis/comparisons.ts';
import { listPairs } from '../../src/analysis/pairs.ts';
import { type CellResult, comparison as schema } from '../../src/report.ts';
import { estimatePaired, studentInterval } from '../../src/stats/paired.ts';
import { allCells, cellOf, makeResult } from './fixture.ts';

const A = 'predict.rest.ndarray.1.c1';
const B = 'predict.grpc.ndarray.1.c1';

// exp of it is b / a in each round; see paired.test.ts and verdict.test.ts for the same numbers by scipy
const ratios = [0.2, 0.17, 0.25, 0.22, 0.19, 0.24, 0.21, 0.16];
const base = [2, 2.1, 1.9, 2, 2.2, 2.05, 1.95, 2];

function compare(
  results: Record<string, CellResult>,
  options: { floors?: Record<string, number>; margin?: number; alpha?: number } = {},
) {
  const floors = Object.entries(options.floors ?? {}).map(([id, midmeanMs]) => {
    const { transport, encoding, batch } = cellOf(id);
    return {
      arm: 'base',
      cell: id,
      transport,
      encoding,
      batch,
      requestBytes: 1,
      responseBytes: 1,
      requests: 1,
      // Not what pairs go by.
      p50Ms: 1,
      midmeanMs,
      p99Ms: null,
    };
  });
  const pairs = listPairs(allCells).flatMap(({ id, kind, a, b }) => {
    const [ofA, ofB] = [results[a.id], results[b.id]];
    return ofA && ofB ? [{ id, kind, a: sideOf('base', a.id, ofA), b: sideOf('base', b.id, ofB) }] : [];
  });
  return comparePairs(pairs, floors, { margin: options.margin ?? 0.05, alpha: options.alpha ?? 0.05, seed: 1 }).map(
    ({ comparison }) => schema.parse(comparison),
  );
}

const scaled = (by: readonly number[]) => makeResult(base.map((ms, i) => ms * Math.exp(by[i] as number)));

// mean .205, 95 % t interval of exp [.19550, .26041]; p of the margin 2.2771e-6; 2 of 256 sign patterns
test('effect, interval and both p agree with scipy', () => {
  const [found, ...others] = compare({ [A]: makeResult(base), [B]: scaled(ratios) });
  assert.deepEqual(others, []);
  assert.ok(found);
  assert.equal(found.id, 'transport:predict.ndarray.1.c1');
  assert.deepEqual(
    [found.a, found.b],
    [
      { arm: 'base', cell: A },
      { arm: 'base', cell: B },
    ],
  );
  assert.equal(found.rounds, 8);
  assert.ok(Math.abs(found.effect - (Math.exp(0.205) - 1)) < 1e-12);
  assert.ok(Math.abs((found.low ?? 0) - 0.19549784) < 1e-8 && Math.abs((found.high ?? 0) - 0.2604103) < 1e-7);
  assert.equal(found.p, 2 / 256);
  assert.ok(Math.abs((found.pMarginHolm ?? 1) / 2.2771065561844976e-6 - 1) < 1e-8, 'a family of one');
  assert.equal(found.verdict, 'slower');
  assert.equal(found.resolution, null);
  assert.ok(!('roundsNeeded' in found));
});

test('b is looked at relative to a', () => {
  const [found] = compare({ [A]: scaled(ratios), [B]: makeResult(base) });
  assert.equal(found?.verdict, 'faster');
  assert.ok(found && found.effect < -0.15);
});

test('only rounds in which both cells have a median are paired', () => {
  const withGap = makeResult([...base.slice(0, 5), 0, null, 5]);
  const [found] = compare({ [A]: makeResult(base.slice(0, 7)), [B]: withGap });
  assert.equal(found?.rounds, 5, 'a median of 0 has no logarithm');
  assert.ok(found && Math.abs(found.effect) < 1e-12);
});

test('a pair without a round in common is no comparison, and one round is no evidence', () => {
  assert.deepEqual(compare({ [A]: makeResult([1, null]), [B]: makeResult([null, 1]) }), []);
  const [found] = compare({ [A]: makeResult([1]), [B]: makeResult([9]) });
  assert.deepEqual(
    [found?.low, found?.high, found?.pMarginHolm, found?.spread, found?.p, found?.verdict],
    [null, null, null, null, 1, 'inconclusive'],
  );
  assert.ok(found && Math.abs(found.effect - 8) < 1e-12);
  assert.ok(found && !('roundsNeeded' in found));
});

test('all pairs of a report are one family', () => {
  const C = 'predict.rest.tensor.1.c1';
  const alone = compare({ [A]: makeResult(base), [B]: scaled(ratios) })[0]?.pMarginHolm ?? 0;
  // With C there are two pairs, of which that with A itself shows nothing.
  const [found, other] = compare({ [A]: makeResult(base), [B]: scaled(ratios), [C]: makeResult(base) });
  assert.equal(other?.id, 'encoding:predict.rest.ndarray-tensor.1.c1');
  assert.equal(found?.pMarginHolm, 2 * alone);
  assert.equal(other?.pMarginHolm, 1);
});

test('at a stricter level verdict, interval and rounds are that of the level', () => {
  // .0513 beyond the margin, with a p of .030; see arms.test.ts.
  const near = ratios.map((_, i) => Math.log(1.05) + 0.0513 + (i % 2 ? 0.05 : -0.05));
  const C = 'predict.rest.tensor.1.c1';
  assert.equal(compare({ [A]: makeResult(base), [B]: scaled(near) })[0]?.verdict, 'slower');
  const [found] = compare({ [A]: makeResult(base), [B]: scaled(near), [C]: makeResult(base) }, { alpha: 0.0125 });
  const interval = studentInterval(estimatePaired(near), 0.9875);
  assert.ok(found && interval && Math.abs((found.low ?? 0) - Math.expm1(interval.low)) < 1e-9);
  // Two are undecided: ((norm.ppf(1 - .0125 / 4) + .84) * .05345 / .0513)^2 + 2 = 15.9; for one 14.1
  assert.deepEqual([found.verdict, found.roundsNeeded], ['inconclusive', 16]);
});

test('an inconclusive pair says how many rounds would settle it', () => {
  const wide = ratios.map((_, i) => (i % 2 ? 0.3 : -0.3));
  const [found] = compare({ [A]: makeResult(base), [B]: scaled(wide) });
  assert.equal(found?.verdict, 'inconclusive');
  // s = .3 * sqrt(8 / 7); (2.8 s / ln 1.05)^2 + 2 = 340.8
  assert.equal(found?.roundsNeeded, 341);
});

test('a difference below twice that of the floors is not resolvable, whatever the interval says', () => {
  const results = { [A]: makeResult(Array(8).fill(1)), [B]: makeResult(Array(8).fill(1.2)) };
  const verdicts = (floorB: number) => {
    const [found] = compare(results, { floors: { [A]: 0.05, [B]: floorB } });
    return [found?.verdict, Number(found?.resolution?.toFixed(6))];
  };
  assert.deepEqual(verdicts(0.145), ['slower', 2.105263]);
  assert.deepEqual(verdicts(0.16), ['not-resolvable', 1.818182]);
});

test('that goes for equivalence too: a client that differs may hide a server that differs', () => {
  const results = { [A]: makeResult(Array(8).fill(1)), [B]: makeResult(Array(8).fill(1.01)) };
  const [found] = compare(results, { floors: { [A]: 0.05, [B]: 0.2 } });
  assert.equal(found?.verdict, 'not-resolvable');
});

test('floors that differ by less than a tenth of the margin are as good as the same', () => {
  const results = { [A]: makeResult(Array(8).fill(1)), [B]: makeResult(Array(8).fill(1.001)) };
  const found = (floorB: number) => compare(results, { floors: { [A]: 0.05, [B]: floorB } })[0];
  assert.deepEqual([found(0.0549)?.resolution, found(0.0549)?.verdict], [null, 'equivalent']);
  assert.equal(found(0.0551)?.verdict, 'not-resolvable');
  const apart = { [A]: makeResult(Array(8).fill(1)), [B]: makeResult(Array(8).fill(2)) };
  assert.ok(compare(apart, { floors: { [A]: 0.05, [B]: 0.057 } })[0]?.resolution, 'at the faster of the two');
});

test('with one floor unknown nothing is said of resolution', () => {
  const results = { [A]: makeResult(base), [B]: scaled(ratios) };
  assert.equal(compare(results, { floors: { [A]: 0.05 } })[0]?.resolution, null);
});

test('a not resolvable pair names no rounds: more of them would not help', () => {
  const wide = ratios.map((_, i) => (i % 2 ? 0.3 : -0.3));
  const [found] = compare({ [A]: makeResult(base), [B]: scaled(wide) }, { floors: { [A]: 0.05, [B]: 3 } });
  assert.equal(found?.verdict, 'not-resolvable');
  assert.ok(found && !('roundsNeeded' in found));
});
