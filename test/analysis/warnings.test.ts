import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrustworthy } from '../../src/analysis/trust.ts';
import { listWarnings, type WarningInput } from '../../src/analysis/warnings.ts';
import type { Canary, CellResult } from '../../src/report.ts';
import { allCells, cellOf, makeResult, makeRound } from './fixture.ts';

const [first, second, third] = allCells.map(({ id }) => id) as [string, string, string];
const fine = makeResult([1, 1, 1, 1, 1, 1]);
const noisy: Canary = {
  cell: first,
  rounds: 8,
  effect: 0.2,
  low: 0.1,
  high: 0.3,
  p: 0.01,
  verdict: 'slower',
  noisy: true,
};

function warn(results: Record<string, CellResult[]>, rest: Partial<WarningInput> = {}) {
  return listWarnings({
    cells: allCells,
    failed: new Map(),
    skipped: new Map(),
    measured: new Map(Object.entries(results)),
    canary: null,
    ...rest,
  });
}

test('a run without fault carries no warning and is trustworthy', () => {
  const warnings = warn({ [first]: [fine], [second]: [fine] }, { canary: { ...noisy, noisy: false } });
  assert.deepEqual(warnings, []);
  assert.equal(isTrustworthy({ warnings }), true);
});

test('low duty is named by cell, in the order of the report', () => {
  const low = makeResult([1, 1, 1, 1, 1, 1], { duty: 0.949 });
  const warnings = warn({ [third]: [low], [first]: [low], [second]: [fine] });
  assert.deepEqual(warnings, [{ code: 'low-duty', cells: [first, third] }]);
  assert.equal(isTrustworthy({ warnings }), false);
});

test('a floor of more than a fifth is marked, and one of more than half apart from it', () => {
  const share = (floorShare: number) => [{ ...fine, floorShare }];
  const warnings = warn({ [first]: share(0.21), [second]: share(0.51), [third]: share(0.2) });
  assert.deepEqual(warnings, [
    { code: 'floor-share', cells: [second], over: '50%' },
    { code: 'floor-share', cells: [first], over: '20%' },
  ]);
  assert.equal(isTrustworthy({ warnings }), true, 'a floor limits what can be claimed, not what was measured');
});

test('cells whose server its own CPU limit held back are named, and the numbers stand', () => {
  const held = (throttledShare?: number) => [
    {
      ...fine,
      server: { cpuMsPerRequest: 1, rssBytes: null, ...(throttledShare !== undefined && { throttledShare }) },
    },
  ];
  const warnings = warn({ [first]: held(0.06), [second]: held(0.05), [third]: held() });
  assert.deepEqual(warnings, [{ code: 'server-throttled', cells: [first] }]);
  assert.equal(isTrustworthy({ warnings }), true);
});

test('a noisy canary takes the trust away', () => {
  const warnings = warn({ [first]: [fine] }, { canary: noisy });
  assert.deepEqual(warnings, [{ code: 'noisy-canary', effect: 0.2 }]);
  assert.equal(isTrustworthy({ warnings }), false);
});

test('flagged blocks are counted by flag, out of all blocks', () => {
  const rounds = fine.rounds.map((row, i) =>
    i < 2 ? makeRound(i, 1, { flags: i === 0 ? ['steal', 'gc'] : ['steal'] }) : row,
  );
  const warnings = warn({ [first]: [{ ...fine, rounds }], [second]: [fine] });
  assert.deepEqual(warnings, [
    { code: 'flagged-blocks', flag: 'steal', blocks: 2, of: 12 },
    { code: 'flagged-blocks', flag: 'gc', blocks: 1, of: 12 },
  ]);
  assert.equal(isTrustworthy({ warnings }), true);
});

test('the cell with the fewest rounds decides whether there are enough', () => {
  const five = makeResult([1, 1, 1, 1, 1, null]);
  assert.deepEqual(warn({ [first]: [fine], [second]: [five] }), [{ code: 'few-rounds', rounds: 5 }]);
  assert.equal(isTrustworthy({ warnings: warn({ [second]: [five] }) }), false);
});

test('a cell without a result, and a run without a cell, had no rounds', () => {
  assert.deepEqual(warn({ [first]: [fine], [second]: [] }), [{ code: 'few-rounds', rounds: 0 }]);
  assert.deepEqual(warn({}), [{ code: 'few-rounds', rounds: 0 }]);
});

test('failed and skipped cells are named, and a failed one takes the trust away', () => {
  const skipped = warn({ [first]: [fine] }, { skipped: new Map([[second, 'too large']]) });
  assert.deepEqual(skipped, [{ code: 'skipped-cells', cells: [second] }]);
  assert.equal(isTrustworthy({ warnings: skipped }), true);
  const failed = warn({ [first]: [fine] }, { failed: new Map([[third, 'refused']]) });
  assert.deepEqual(failed, [{ code: 'failed-cells', cells: [third] }]);
  assert.deepEqual(
    warn({}, { failed: new Map([[third, 'refused']]) }),
    failed,
    'no cell came through: no word of rounds',
  );
  assert.equal(isTrustworthy({ warnings: failed }), false);
});

test('requests in flight that are not what the concurrency says take the trust away', () => {
  const eight = { ...cellOf(first), id: first.replace('.c1', '.c8'), concurrency: 8 };
  const check = (inFlight: number | null, cell = eight) =>
    listWarnings({
      cells: [cell],
      failed: new Map(),
      skipped: new Map(),
      measured: new Map([[cell.id, [{ ...fine, inFlight }]]]),
      canary: null,
    });
  assert.deepEqual(check(7.8), [{ code: 'little', cells: [eight.id] }]);
  assert.equal(isTrustworthy({ warnings: check(7.8) }), false);
  for (const inFlight of [7.9, 8.1, null]) assert.deepEqual(check(inFlight), []);
  // With one connection that is what the duty says.
  assert.deepEqual(check(0.96, cellOf(first)), []);
});

test('dropped arrivals are counted out of all, and take the trust away', () => {
  const warnings = warn({
    [first]: [{ ...fine, dropped: 30, requests: 60, errors: 0 }],
    [second]: [{ ...fine, requests: 10 }],
  });
  assert.deepEqual(warnings, [{ code: 'dropped', cells: [first], dropped: 30, arrivals: 100 }]);
  assert.equal(isTrustworthy({ warnings }), false);
});
