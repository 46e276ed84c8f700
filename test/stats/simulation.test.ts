import assert from 'node:assert/strict';
import { test } from 'node:test';
import { independent, MACHINES, type Machine, simulateRounds } from '../../bench/validate/machine.ts';
import { countRuns, isAlarm } from '../../bench/validate/simulate.ts';
import { medianInterval } from '../../src/stats/order-interval.ts';
import { estimatePaired, type PairedEstimate, studentInterval } from '../../src/stats/paired.ts';
import { createRandom, type Random } from '../../src/stats/random.ts';
import { signFlipP } from '../../src/stats/sign-flip.ts';
import { judge, logMargin, marginP } from '../../src/stats/verdict.ts';

/**
 * The method on simulated machines, good and bad. Seeded: the rates are the same in every run.
 */
const RUNS = 2000;
const ROUNDS = 20;
const CELLS = 6;

const { correlated } = MACHINES;

/** One run: ln(median) of each cell (rows) in each round. All cells are the same but for `effects`, by cell. */
function simulateRun(machine: Machine, random: Random, rounds: number, effects: readonly number[]): number[][] {
  return simulateRounds(
    machine,
    Array.from({ length: CELLS }, (_, cell) => effects[cell] ?? 0),
    rounds,
    random,
  );
}

/** The share of runs in which `holds` is true of the first two cells' differences. */
function rateOf(
  machine: Machine,
  effect: number,
  holds: (estimate: PairedEstimate, d: number[]) => boolean,
  rounds = ROUNDS,
) {
  const random = createRandom(20210);
  let count = 0;
  for (let run = 0; run < RUNS; run++) {
    const [a = [], b = []] = simulateRun(machine, random, rounds, [0, effect]);
    const differences = b.map((value, round) => value - (a[round] as number));
    if (holds(estimatePaired(differences), differences)) count++;
  }
  return count / RUNS;
}

const covers = (truth: number) => (estimate: PairedEstimate) => {
  const interval = studentInterval(estimate, 0.95);
  return interval !== null && interval.low <= truth && truth <= interval.high;
};
const isCalledDifferent = (limit: number) => (estimate: PairedEstimate) => {
  const verdict = judge(estimate, limit, marginP(estimate, limit));
  return verdict === 'faster' || verdict === 'slower';
};
const assertWithin = (rate: number, low: number, high: number) =>
  assert.ok(rate >= low && rate <= high, `expected a rate in [${low}, ${high}], found ${rate}`);

for (const [name, machine] of Object.entries(MACHINES)) {
  test(`${name} noise: identical cells are called different in 3 to 7 % of runs without a margin`, () => {
    assertWithin(rateOf(machine, 0, isCalledDifferent(0)), 0.03, 0.07);
  });

  test(`${name} noise: and in at most 1 % with a margin of 5 %`, () => {
    assertWithin(rateOf(machine, 0, isCalledDifferent(logMargin(0.05))), 0, 0.01);
  });

  test(`${name} noise: the interval of a pair covers the true effect in at least 93 % of runs`, () => {
    assertWithin(rateOf(machine, 0.1, covers(0.1)), 0.93, 0.98);
  });
}

test('at the edge of the margin the verdict errs in no more than 2.5 % of runs and a bit', () => {
  const limit = logMargin(0.05);
  assertWithin(rateOf(correlated, limit, isCalledDifferent(limit)), 0.01, 0.035);
});

test('two cells that differ by the margin are called equivalent in no more than 5 % of runs and a bit', () => {
  const limit = logMargin(0.05);
  const isEquivalent = (estimate: PairedEstimate) => judge(estimate, limit, marginP(estimate, limit)) === 'equivalent';
  assertWithin(rateOf(correlated, limit, isEquivalent), 0.03, 0.065);
});

test('the sign-flip test rejects identical cells about as often as it says', () => {
  const random = createRandom(3);
  // Ten rounds: 1024 patterns, all of them tried.
  const rejects = (_: PairedEstimate, differences: number[]) => signFlipP(differences, random) <= 0.05;
  assertWithin(rateOf(correlated, 0, rejects, 10), 0.035, 0.065);
});

test('the interval of a cell covers its true median in at least 93 % of runs', () => {
  const random = createRandom(77);
  let covered = 0;
  for (let run = 0; run < RUNS; run++) {
    const interval = medianInterval(simulateRun(correlated, random, ROUNDS, [])[0] ?? []);
    if (interval && interval.low <= 0 && interval.high >= 0) covered++;
  }
  assertWithin(covered / RUNS, 0.93, 0.98);
});

test('with the rounds that the method names, a difference of 5 % is found in about 80 % of runs', () => {
  // Independent noise: the spread of d is then the square root of 2 times that of a block: .08.
  const machine = independent(0.08);
  assertWithin(rateOf(machine, Math.log(1.05), isCalledDifferent(0), 24), 0.77, 0.85);
});

test('selected and then confirmed: six cells that do not differ give an alarm in at most 5 % of runs and a bit', () => {
  // Without a margin: with it there would be nothing to see.
  const scene = { machine: correlated, effects: Array(6).fill(0), rounds: 20, margin: 0, confirm: true };
  assertWithin(countRuns(500, 11, scene, (all) => all.some(isAlarm)) / 500, 0, 0.07);
});
