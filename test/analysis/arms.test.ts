import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareArms, findAlarms } from '../../src/analysis/arms.ts';
import type { Block } from '../../src/block.ts';
import { comparison as schema } from '../../src/report.ts';
import { createRandom } from '../../src/stats/random.ts';
import { cellOf, makeBlock } from './fixture.ts';

const X = 'predict.rest.ndarray.1.c1';
const Y = 'predict.grpc.ndarray.1.c1';
const ROUNDS = 10;

/** Ten rounds of one cell on one arm, with 2 % of noise. */
function measure(arm: string, cell: string, ms: number, options: { confirming?: boolean } = {}): Block[] {
  const random = createRandom(arm.length, cell.length + (options.confirming ? 1 : 0));
  const first = options.confirming ? ROUNDS : 0;
  return Array.from({ length: ROUNDS }, (_, i) =>
    makeBlock(cell, first + i, [ms * (0.98 + 0.04 * random())], { arm, confirming: options.confirming ?? false }),
  );
}

function inputOf(blocks: readonly Block[], arms = ['base', 'new']) {
  return { cells: [cellOf(X), cellOf(Y)], arms, blocks, margin: 0.05, alpha: 0.05, seed: 1 };
}

function compare(blocks: readonly Block[], arms?: string[]) {
  return compareArms(inputOf(blocks, arms), []).map((one) => schema.parse(one));
}

test('each other arm is compared with the first, cell by cell', () => {
  const blocks = [
    ...measure('base', X, 1),
    ...measure('new', X, 1.3),
    ...measure('other', X, 1),
    ...measure('base', Y, 2),
    ...measure('new', Y, 2),
  ];
  const found = compare(blocks, ['base', 'new', 'other']);
  assert.deepEqual(
    found.map(({ id, kind, a, b, verdict }) => [id, kind, a.arm, b.arm, verdict]),
    [
      [`arm:new:${X}`, 'arm', 'base', 'new', 'slower'],
      [`arm:new:${Y}`, 'arm', 'base', 'new', 'equivalent'],
      [`arm:other:${X}`, 'arm', 'base', 'other', 'equivalent'],
    ],
  );
});

test('alarms are the cells that would be given as different, and nothing else', () => {
  const blocks = [
    ...measure('base', X, 1),
    ...measure('new', X, 1.3),
    ...measure('base', Y, 2),
    ...measure('new', Y, 2),
  ];
  assert.deepEqual(findAlarms(inputOf(blocks)), [{ arm: 'new', cell: X }]);
  assert.deepEqual(findAlarms(inputOf(blocks, ['base'])), []);
  // Rounds that were to confirm something raise no new alarm.
  const again = [...measure('base', Y, 2, { confirming: true }), ...measure('new', Y, 9, { confirming: true })];
  assert.deepEqual(findAlarms(inputOf([...blocks, ...again])), [{ arm: 'new', cell: X }]);
});

const alarm = [...measure('base', X, 1), ...measure('new', X, 1.3)];

test('an alarm that comes again is confirmed, by the new rounds alone', () => {
  const [found] = compare([
    ...alarm,
    ...measure('base', X, 1, { confirming: true }),
    ...measure('new', X, 1.2, { confirming: true }),
  ]);
  assert.equal(found?.verdict, 'slower');
  assert.equal(found?.confirmation?.holds, true);
  assert.equal(found?.confirmation?.rounds, ROUNDS);
  assert.ok(Math.abs((found?.confirmation?.effect ?? 0) - 0.2) < 0.03);
  // The comparison itself is still of the planned rounds.
  assert.equal(found?.rounds, ROUNDS);
  assert.ok(Math.abs((found?.effect ?? 0) - 0.3) < 0.03);
});

test('an alarm that does not come again, or comes the other way, is inconclusive', () => {
  for (const ms of [1, 0.7]) {
    const [found] = compare([
      ...alarm,
      ...measure('base', X, 1, { confirming: true }),
      ...measure('new', X, ms, { confirming: true }),
    ]);
    assert.deepEqual([found?.verdict, found?.confirmation?.holds], ['inconclusive', false]);
  }
});

test('an alarm that nobody measured again stands as it is', () => {
  const [found] = compare(alarm);
  assert.equal(found?.verdict, 'slower');
  assert.equal(found?.confirmation, undefined);
});

/** Eight rounds of both arms whose ln(new / base) is `effect`, and .05 more or less in turn. */
function differ(cell: string, effect: number, confirming = false): Block[] {
  return Array.from({ length: 8 }, (_, i) => i + (confirming ? 8 : 0)).flatMap((round) => [
    makeBlock(cell, round, [1], { arm: 'base', confirming }),
    makeBlock(cell, round, [Math.exp(effect + (round % 2 ? 0.05 : -0.05))], { arm: 'new', confirming }),
  ]);
}

// 2 * scipy.stats.t.sf(x * sqrt(7) / .05, 7) is .030 for x .0513 beyond the margin, and .064 for x .0416.
test('Holm goes over all that were measured again: what is confirmed alone is not beside another like it', () => {
  const beyond = (x: number) => Math.log(1.05) + x;
  const first = [...differ(X, 0.5), ...differ(Y, 0.5)];
  const again = (x: number, y?: number) =>
    compare([...first, ...differ(X, beyond(x), true), ...(y === undefined ? [] : differ(Y, beyond(y), true))]);
  assert.deepEqual(
    again(0.0513).map(({ confirmation }) => confirmation?.holds),
    [true, undefined],
  );
  assert.deepEqual(
    again(0.0513, 0.0513).map(({ confirmation }) => confirmation?.holds),
    [false, false],
  );
  // Y alone is left undecided: ((1.96 + .84) * .05345 / .0416)^2 + 2 = 14.9
  const [, open] = again(0.5, 0.0416);
  assert.deepEqual([open?.verdict, open?.roundsNeeded], ['inconclusive', 15]);
});

test('a difference that the client may have made is not resolvable, however often it is measured', () => {
  const { transport, encoding, batch } = cellOf(X);
  const floors = [0.1, 0.4].map((midmeanMs, i) => ({
    ...{ arm: i === 0 ? 'base' : 'new', cell: X, transport, encoding, batch },
    ...{ requestBytes: 1, responseBytes: 1, requests: 1, p50Ms: 0.1, midmeanMs, p99Ms: null },
  }));
  const [found] = compareArms(inputOf([...differ(X, 0.4), ...differ(X, 0.4, true)]), floors);
  assert.deepEqual([found?.verdict, found?.confirmation?.holds], ['not-resolvable', true]);
});

test('with confirmation one cell among many is found that Holm over all of them would miss', () => {
  const noise = [-0.1, 0.11, -0.08, 0.1, -0.12, 0.09, -0.09, 0.08];
  const cells = Array.from({ length: 60 }, (_, i) => ({ ...cellOf(X), id: `cell${i}` }));
  const run = (cell: string, effect: number, confirming: boolean) =>
    noise.flatMap((d, i) => [
      makeBlock(cell, i + (confirming ? 8 : 0), [1], { arm: 'base', confirming }),
      makeBlock(cell, i + (confirming ? 8 : 0), [Math.exp(effect + d)], { arm: 'new', confirming }),
    ]);
  const first = cells.flatMap(({ id }) => run(id, id === 'cell7' ? 0.2 : 0, false));
  const input = { ...inputOf(first), cells };
  const verdictOf = (blocks: Block[]) => compareArms({ ...input, blocks }, []).find(({ b }) => b.cell === 'cell7');
  assert.deepEqual(findAlarms(input), [{ arm: 'new', cell: 'cell7' }]);
  assert.equal(verdictOf(first)?.verdict, 'inconclusive');
  assert.equal(verdictOf([...first, ...run('cell7', 0.2, true)])?.verdict, 'slower');
});
