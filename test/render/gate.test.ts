import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { buildAlert } from '../../src/render/alert.ts';
import { describeKept, describeRule } from '../../src/render/gate-findings.ts';
import { buildGateTable, explainGate } from '../../src/render/gate-table.ts';
import { describeLimit } from '../../src/render/gate-words.ts';
import { buildHeadline } from '../../src/render/headline.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import type { Gate, GateCheck, GateRule, Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const ARMS: SampleOptions = { arms: ['base', 'new'], noise: 0.03 };
const headlineOf = (report: Report): string => toText(buildHeadline(createLookup(report)).text);
const alertOf = (report: Report): string => {
  const { lead, items } = buildAlert(createLookup(report)) ?? { lead: [], items: [] };
  return [lead, ...items].map(toText).join(' ');
};
const rowsOf = (report: Report): string[][] =>
  (buildGateTable(createLookup(report))?.rows ?? []).map((row) => row.map(toText));

test('a broken limit is the alert, leads the headline, and is named with cell, medians, difference and limit', () => {
  const report = sampleReport({ ...ARMS, gate: 'regression over 5%\nerrors over 0%\nthroughput under 1' });
  const { 'comment.md': comment } = renderAll(report);
  assert.match(
    headlineOf(report),
    /^Seldon payload benchmark: 1 of 3 limits exceeded, 2 kept; new against base: 2 cells/,
  );
  assert.match(comment, /^### 🔴 /m);
  assert.match(
    comment,
    /^> \[!CAUTION\]\n> \*\*Gate failed\*\*\. <code>regression over 5&#37;<\/code>: REST `tftensor` raw, batch 1: p50 0\.632 → 0\.728 ms, \+13\.6%\u00a0\[\+11\.8%,\u00a0\+15\.3%\] in 20 further rounds; the limit is \+5%; likewise in 1 more cell\.$/m,
  );
  assert.equal(report.outcome, 'regression');
});

test('several broken limits stand one below the other, the worst first, and beyond a few they are counted', () => {
  const rules = ['p50 over 0.1ms', 'p50 over 0.2ms', 'p50 over 0.3ms', 'p50 over 0.4ms', 'p50 over 0.5ms'];
  const report = sampleReport({ gate: [...rules, 'p50 over 900ms in predict'].join('\n') });
  const { 'comment.md': comment } = renderAll(report);
  assert.equal(comment.match(/^> - <code>p50 over/gm)?.length, 3);
  assert.match(comment, /^> - 2 more limits in the report's files\.$/m);
  assert.match(headlineOf(report), /: 5 of 6 limits exceeded, 1 kept; /);
});

test('kept limits are one short line, and no alert', () => {
  const report = sampleReport({ ...ARMS, gate: 'errors over 0%\nthroughput under 1' });
  assert.match(renderAll(report)['comment.md'], /^All 2 limits kept\.$/m);
  assert.equal(buildAlert(createLookup(report)), null);
  assert.doesNotMatch(headlineOf(report), /limit/);
  assert.match(renderTerminal(report, { colour: false, width: 100 }), /^All 2 limits kept\.$/m);
});

test('what the numbers do not tell is called neither exceeded nor kept, and is not green', () => {
  const report = sampleReport({ gate: 'p50 over 0.75ms in predict.rest.ndarray.1\nerrors over 0%' });
  assert.equal(report.gate?.result, 'inconclusive');
  assert.match(headlineOf(report), /: 1 of 2 limits inconclusive, 1 kept; /);
  const kept = toText(describeKept(createLookup(report)) ?? []);
  assert.match(kept, /ndarray\.1: not shown to be exceeded, nor to be kept\.$/);
  assert.match(renderAll(report)['comment.md'], /^### ⚪ /m);
});

test('a limit that nothing was held against says why', () => {
  const why = (options: SampleOptions): string => alertOf(sampleReport(options));
  assert.match(why({ gate: 'regression' }), /^Gate failed\. regression: there is nothing that it could be held/);
  assert.match(why({ ...ARMS, gate: 'regression over 2%' }), /the limit of \+2% is less than the margin of 5% that/);
  const tails = sampleReport({ gate: 'p99 over 999ms' });
  const [rule] = tails.gate?.rules ?? [];
  assert.ok(rule?.result === 'inconclusive');
  assert.match(toText(describeRule(createLookup(tails), rule)), /too few requests to tell the p99/);
  assert.match(why({ gate: 'claim raw-faster', methods: ['predict'] }), /the cells that the claim is about were not/);
  assert.match(headlineOf(sampleReport({ gate: 'regression' })), /: 1 limit not measured; /);
});

test('a broken limit and a failed cell are both in the alert', () => {
  const report = sampleReport({ gate: 'p50 over 900ms', failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' } });
  assert.match(alertOf(report), /^Gate failed\. .*Failed: REST ndarray predict \(batch 1\) – HTTP 500\.$/);
});

test('a broken limit is told of an aborted run, too', () => {
  const report = sampleReport({ ...ARMS, roundsDone: 9, gate: 'p50 over 0.1ms' });
  assert.equal(report.outcome, 'aborted');
  assert.match(headlineOf(report), /1 limit exceeded; .*stopped after 9 of 20 rounds/);
  assert.match(alertOf(report), /^Gate failed\. p50 over 0\.1ms: /);
});

test('the table has the worst rule first, of each the worst checks, and counts the rest', () => {
  const report = sampleReport({ ...ARMS, gate: 'errors over 0%\np50 over 1ms in *.rest.*.1\nregression over 5%' });
  const rows = rowsOf(report);
  assert.deepEqual(
    rows.map(([limit, , , , result]) => `${limit}: ${result}`),
    [
      'p50 at most 1 ms in *.rest.*.1: exceeded',
      'p50 at most 1 ms in *.rest.*.1: 5 kept',
      ...Array(2).fill('regression at most +5%: exceeded'),
      ...Array(3).fill('regression at most +5%: inconclusive'),
      'regression at most +5%: 1 inconclusive, 18 kept',
      'errors at most 0%: kept',
      'errors at most 0%: 23 kept',
    ],
  );
  assert.deepEqual(rows[0]?.slice(1, 4), [
    'REST tftensor predict, batch 1',
    '1.08\u00a0[1.05,\u00a01.14] ms',
    'lower end',
  ]);
  assert.match(toText(explainGate(createLookup(report))), /Every check is in the report's files\.$/);
});

test('of a hundred checks and fifty rules the table shows some, and every check is in a row or counted', () => {
  const rules = Array.from({ length: 50 }, (_, i) => `p50 over ${i + 1}ms`).join('\n');
  const report = sampleReport({ gate: rules, batches: [1, 10, 100, 1000, 100_000] });
  const rows = rowsOf(report);
  assert.ok(rows.length <= 100);
  const counted = rows.reduce((sum, [, where = '']) => sum + Number(/^(\d+) more check/.exec(where)?.[1] ?? 1), 0);
  assert.equal(
    counted,
    report.gate?.rules.reduce((sum, { checks }) => sum + checks.length, 0),
  );
});

test('the note on the limits says so where equivalence kept one that the interval reaches over', () => {
  const note = (high: number): string => {
    const report = sampleReport({ ...ARMS, confirm: false });
    const comparisons = report.comparisons.map((one) => ({ ...one, verdict: 'equivalent' as const, high }));
    return toText(explainGate(createLookup(applyGate({ ...report, comparisons }, parseGate('regression')))));
  };
  assert.match(
    note(0.051),
    /held against the verdict is equivalent: its 90% interval lies wholly within the margin\. I/,
  );
  assert.doesNotMatch(note(0.049), /verdict/);
});

test('a throughput is worst where it is lowest, and is not reached', () => {
  const report = sampleReport({ gate: 'throughput under 100000' });
  const lowest = Math.min(...report.cells.map(({ results }) => results.base?.throughput ?? Number.POSITIVE_INFINITY));
  assert.match(rowsOf(report)[0]?.[2] ?? '', new RegExp(`^${lowest.toPrecision(3)}`));
  assert.equal(rowsOf(report)[0]?.[4], 'not reached');
});

test('a limit reads as it was written, to the last digit', () => {
  const rule = (metric: GateRule['metric'], limit: number): string =>
    toText(describeLimit({ metric, limit, scope: '*' }));
  assert.equal(rule('p50', 1.234567), 'p50 at most 1.234567 ms');
  assert.equal(rule('regression', 0.075), 'regression at most +7.5%');
  assert.equal(rule('errors', 0.001), 'errors at most 0.1%');
  assert.equal(rule('throughput', 99.5), 'throughput at least 99.5/s');
});

test('with several arms under limits each check names its arm', () => {
  const report = sampleReport({ arms: ['base', 'new', 'newer'], gate: 'p50 over 0.1ms' });
  assert.match(
    alertOf(report),
    /p50 over 0\.1ms: newer?: gRPC ndarray predict, batch 100000: p50 .* likewise in 47 more comparisons\./,
  );
});

test('a gate that names what is not in the report, or nothing, is rendered all the same', () => {
  const check: GateCheck = {
    ...{ arm: 'gone', cell: 'gone', value: 0.2, low: 0.1, high: 0.3 },
    ...{ bound: 'low', result: 'failed' },
  };
  const rule: GateRule = {
    rule: 'regression',
    metric: 'regression',
    scope: '*',
    limit: 0.05,
    result: 'failed',
    checks: [check],
  };
  const gates: readonly Gate[] = [
    { rules: [rule], result: 'failed' },
    { rules: [], result: 'failed' },
    { rules: [{ ...rule, metric: 'claim', limit: null }], result: 'failed' },
    { rules: [{ ...rule, checks: [] }], result: 'failed' },
  ];
  for (const gate of gates) {
    const { 'comment.md': comment } = renderAll({ ...sampleReport(), gate, outcome: 'regression' });
    assert.match(comment, /^### 🔴 /m);
    assert.doesNotMatch(comment, /undefined|NaN|null|of 0 limits/);
  }
});
