import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyGate, judgeGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import type { Comparison, Report } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const CELL = 'predict.rest.tensor.1.c1';

/** The one check of a rule about one cell. */
function check(report: Report, rule: string) {
  const gate = judgeGate(report, parseGate(`${rule} in ${CELL}`));
  const [found, ...others] = gate?.rules[0]?.checks ?? [];
  assert.ok(found !== undefined && others.length === 0);
  assert.equal(gate?.result, found.result);
  return found;
}

function withMedian(value: number, low: number | null, high: number | null): Report {
  const report = sampleReport();
  const result = report.cells.find(({ id }) => id === CELL)?.results.base;
  assert.ok(result);
  result.p50Ms = { value, low, high, confidence: low === null ? null : 0.95 };
  return report;
}

test('a limit is exceeded when the near end of the interval is beyond it, kept when the far end is within', () => {
  const report = withMedian(5, 4.8, 5.3);
  assert.deepEqual(check(report, 'p50 over 4.7ms'), {
    arm: 'base',
    cell: CELL,
    value: 5,
    low: 4.8,
    high: 5.3,
    bound: 'low',
    result: 'failed',
  });
  assert.equal(check(report, 'p50 over 4.8ms').result, 'inconclusive');
  assert.equal(check(report, 'p50 over 5ms').bound, null);
  assert.deepEqual([check(report, 'p50 over 5.3ms').result, check(report, 'p50 over 5.3ms').bound], ['passed', 'high']);
  assert.equal(check(withMedian(5, null, null), 'p50 over 1ms').result, 'inconclusive');
});

test('throughput is held the other way round, by the rounds', () => {
  const report = sampleReport();
  const result = report.cells.find(({ id }) => id === CELL)?.results.base;
  assert.ok(result);
  result.rounds.forEach((round, i) => {
    Object.assign(round, { requests: 100 + (i % 3), wallMs: 1050, fenceMs: 50 });
  });
  result.throughput = 101;
  assert.deepEqual(
    [check(report, 'throughput under 103').result, check(report, 'throughput under 103').bound],
    ['failed', 'high'],
  );
  assert.deepEqual(
    [check(report, 'throughput under 100').result, check(report, 'throughput under 100').bound],
    ['passed', 'low'],
  );
  assert.equal(check(report, 'throughput under 101').result, 'inconclusive');
  result.rounds.forEach((round, i) => {
    Object.assign(round, { requests: 100 + i });
  });
  const low = (alpha: number) => check({ ...report, alpha }, 'throughput under 1').low;
  // 20 rounds: x(6) at .05, x(5) at .0125, as 2 P(Bin(20, 1/2) <= 4) = .0118.
  assert.deepEqual([low(0.05), low(0.0125)], [105, 104]);
});

test('numbers that cannot be trusted break no limit and keep none, but failed requests are what they are', () => {
  const report = withMedian(5, 4.8, 5.3);
  report.warnings.push({ code: 'noisy-canary', effect: 0.2 });
  assert.equal(check(report, 'p50 over 1ms').result, 'inconclusive');
  assert.equal(check(report, 'p50 over 6ms').result, 'inconclusive');
  const result = report.cells.find(({ id }) => id === CELL)?.results.base;
  assert.ok(result);
  Object.assign(result, { requests: 999, errors: 1 });
  assert.deepEqual(check(report, 'errors over 0%'), {
    arm: 'base',
    cell: CELL,
    value: 0.001,
    low: null,
    high: null,
    bound: 'value',
    result: 'failed',
  });
  assert.equal(check(report, 'errors over 0.1%').result, 'passed');
});

test('a cell with too few requests for a tail is open, and other cells that failed are no reason to doubt it', () => {
  const report = withMedian(5, 4.8, 5.3);
  const result = report.cells.find(({ id }) => id === CELL)?.results.base;
  assert.ok(result);
  result.percentilesMs.p99 = null;
  assert.deepEqual([check(report, 'p99 over 5ms').result, check(report, 'p99 over 5ms').value], ['inconclusive', null]);
  report.warnings.push({ code: 'failed-cells', cells: ['predict.grpc.tensor.1.c1'] });
  assert.equal(check(report, 'p50 over 4ms').result, 'failed');
});

test('what was not measured keeps no limit, and breaks the gate', () => {
  const report: Report = { ...sampleReport({ failed: { [CELL]: 'gone' } }), outcome: 'infra-error' };
  assert.equal(check(report, 'p50 over 5ms').result, 'not-measured');
  const skipped = sampleReport({ skipped: { [CELL]: 'too large' } });
  assert.equal(judgeGate(skipped, parseGate('p50 over 1000s'))?.result, 'passed', 'it was never to be measured');
  const cut = sampleReport({ skipped: { [CELL]: 'the run ended' }, roundsDone: 9 });
  assert.equal(check(cut, 'p50 over 1000s').result, 'not-measured');
  const whole = sampleReport();
  const [nothing] = judgeGate(whole, parseGate('p50 over 5ms in *.*.*.7'))?.rules ?? [];
  assert.deepEqual([nothing?.result, nothing?.checks], ['not-measured', []]);
  assert.equal(applyGate(whole, parseGate('p50 over 5ms in *.*.*.7')).outcome, 'regression');
  assert.equal(judgeGate(whole, parseGate('regression'))?.result, 'not-measured');
  assert.equal(applyGate(report, parseGate('p50 over 5ms')).outcome, 'infra-error', 'a failed run stays one');
});

function withVerdict(change: Partial<Comparison>): Report {
  const report = sampleReport({ arms: ['base', 'new'], confirm: false });
  const found = report.comparisons.find(({ kind, b }) => kind === 'arm' && b.cell === CELL);
  assert.ok(found);
  delete found.confirmation;
  Object.assign(found, change);
  return report;
}

test('a regression needs the verdict, which corrects for many cells, and an interval beyond the limit', () => {
  const slower = { verdict: 'slower', effect: 0.2, low: 0.12, high: 0.28 } as const;
  assert.deepEqual(
    [check(withVerdict(slower), 'regression').result, check(withVerdict(slower), 'regression').bound],
    ['failed', 'low'],
  );
  assert.equal(check(withVerdict(slower), 'regression over 12%').result, 'inconclusive');
  assert.equal(check(withVerdict({ ...slower, verdict: 'inconclusive' }), 'regression').result, 'inconclusive');
  assert.equal(
    check(withVerdict({ ...slower, verdict: 'faster', low: -0.3, high: -0.1 }), 'regression').result,
    'passed',
  );
  assert.equal(check(withVerdict(slower), 'regression over 28%').result, 'passed');
});

test('equivalence keeps the limit of the margin, also where only its own narrower interval lies within', () => {
  const result = (change: Partial<Comparison>) => {
    const { result, bound } = check(withVerdict({ effect: 0.01, low: 0, ...change }), 'regression');
    return [result, bound];
  };
  assert.deepEqual(result({ verdict: 'equivalent', high: 0.02 }), ['passed', 'high']);
  assert.deepEqual(result({ verdict: 'equivalent', high: 0.051 }), ['passed', 'verdict']);
  assert.deepEqual(result({ verdict: 'inconclusive', high: 0.051 }), ['inconclusive', null]);
  // The client may hide a difference.
  assert.deepEqual(result({ verdict: 'not-resolvable', high: 0.02 }), ['inconclusive', null]);
});

test('an alarm that was measured again is held to what the further rounds showed', () => {
  const again = { rounds: 20, effect: 0.08, low: 0.06, high: 0.1, holds: true };
  const report = withVerdict({ verdict: 'slower', effect: 0.2, low: 0.15, high: 0.25, confirmation: again });
  assert.deepEqual(check(report, 'regression over 7%').result, 'inconclusive');
  assert.deepEqual([check(report, 'regression').result, check(report, 'regression').value], ['failed', 0.08]);
});

test('a limit below the margin that was measured with was not looked for', () => {
  assert.equal(
    check(withVerdict({ verdict: 'equivalent', low: 0, high: 0.02 }), 'regression over 1%').result,
    'not-measured',
  );
});

test('a claim keeps the gate when it holds, breaks it when it fails, and else is open', () => {
  const result = (verdict: 'holds' | 'fails' | 'inconclusive' | 'not-resolvable', reason?: 'cells-missing') => {
    const report = sampleReport();
    const claim = report.claims.find(({ id }) => id === 'grpc-faster');
    assert.ok(claim);
    Object.assign(claim, { verdict, reason });
    return judgeGate(report, parseGate('claim grpc-faster'))?.result;
  };
  assert.deepEqual(
    [
      result('holds'),
      result('fails'),
      result('inconclusive'),
      result('not-resolvable'),
      result('inconclusive', 'cells-missing'),
    ],
    ['passed', 'failed', 'inconclusive', 'inconclusive', 'not-measured'],
  );
});

test('with arms, limits are for those that are compared, and the outcome follows the worst rule', () => {
  const report = sampleReport({ arms: ['base', 'new', 'other'] });
  const gate = judgeGate(report, parseGate('p50 over 1000s\nerrors over 0%'));
  assert.deepEqual([...new Set(gate?.rules[0]?.checks.map(({ arm }) => arm))], ['new', 'other']);
  assert.equal(gate?.result, 'passed');
  assert.equal(applyGate(report, parseGate('p50 over 1000s')).outcome, 'ok');
  assert.equal(applyGate({ ...report, outcome: 'regression' }, parseGate('p50 over 1000s')).outcome, 'ok');
  assert.equal(judgeGate(report, []), null);
});
