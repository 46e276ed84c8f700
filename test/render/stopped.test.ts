import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildHeadline } from '../../src/render/headline.ts';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { NOT_POSTED } from '../../src/render/posting.ts';
import { renderPages } from '../../src/render/render.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { describeStop } from '../../src/render/warnings.ts';
import type { Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const ARMS = ['base', 'new'];
const STOPPED: readonly (readonly [SampleOptions, string])[] = [
  [{ roundsDone: 9 }, 'after 9 of 20 rounds'],
  [{ rounds: 1, roundsDone: 0 }, 'after 0 of 1 round'],
  [{ stoppedDuring: 'planned' }, 'after all 20 rounds'],
  [{ roundsDone: 33, stoppedDuring: 'narrowing' }, 'while narrowing intervals (after 33 rounds)'],
  [{ roundsDone: 20, stoppedDuring: 'narrowing' }, 'while narrowing intervals (after all 20 rounds)'],
  [{ arms: ARMS, stoppedDuring: 'confirming' }, 'while confirming differences between arms, after all 20 rounds'],
  [
    { arms: ARMS, roundsDone: 40, stoppedDuring: 'confirming' },
    'while confirming differences between arms, after 40 rounds',
  ],
];

test('a report in which no cell was measured is incomplete and red, alone and among others', () => {
  const { cells } = sampleReport();
  const skipped = Object.fromEntries(cells.map(({ id }) => [id, 'larger than what the server takes']));
  const none = { ...sampleReport(), cells: [], comparisons: [], claims: [], floor: [] };
  for (const report of [none, sampleReport({ skipped }), sampleReport({ skipped, arms: ARMS })]) {
    assert.equal(report.outcome, 'ok');
    const { state, word, text } = buildHeadline(createLookup(report));
    assert.deepEqual({ state, word }, { state: 'bad', word: 'incomplete' });
    assert.match(toText(text), /(?:\b0 cells|\b0 of 24 cells) measured/);
    assert.doesNotMatch(toText(text), /2021 conclusions/);
    for (const page of Object.values(renderPages([report], NOT_POSTED))) assert.match(page, /^### 🔴 /m);
    const folded = renderPages([{ ...sampleReport(), id: 'good' }, report], NOT_POSTED);
    for (const page of Object.values(folded)) {
      assert.match(page, /^### 🔴 Seldon payload benchmark, 2 reports: 1 incomplete, 1 measured; /m);
      assert.match(page, /^#### 🔴 <code>default<\/code>$/m);
    }
    assert.match(renderTerminal(report, { colour: false, width: 100 }), /^✖ /);
    assert.match(renderHtml(createLookup(report)), /<p class="state bad">incomplete<\/p>/);
  }
  const one = Object.fromEntries(cells.slice(1).map(({ id }) => [id, 'larger than what the server takes']));
  assert.equal(buildHeadline(createLookup(sampleReport({ skipped: one }))).state, 'good');
});

for (const [options, words] of STOPPED) {
  test(`stopped ${words}: headline and warning say so, whoever stopped it`, () => {
    const report = sampleReport(options);
    const headline = (outcome: Report['outcome']): string =>
      toText(buildHeadline(createLookup({ ...report, outcome })).text);
    assert.ok(headline('aborted').includes(` stopped ${words}`), headline('aborted'));
    assert.ok(headline('infra-error').includes(` broke off ${words}`), headline('infra-error'));
    const terminal = renderTerminal(report, { colour: false, width: 1000 });
    assert.ok(terminal.includes(`The run stopped ${words}: stopped by SIGINT.`), terminal);
    for (const text of [terminal, ...Object.values(renderAll(report))]) {
      assert.doesNotMatch(text, /(?:20|33|40) of 20 rounds/);
    }
  });
}

test('no count of rounds is called more than was planned', () => {
  for (const during of ['planned', 'narrowing', 'confirming'] as const) {
    for (const roundsDone of [20, 21, 40]) {
      assert.doesNotMatch(describeStop({ during, roundsDone, roundsPlanned: 20 }), / of /);
    }
  }
});

test('an aborted report without the warning still says how far it came', () => {
  const report: Report = { ...sampleReport({ roundsDone: 9 }), warnings: [] };
  assert.match(toText(buildHeadline(createLookup(report)).text), /stopped after 9 of 20 rounds/);
  const whole: Report = { ...sampleReport(), outcome: 'infra-error' };
  assert.doesNotMatch(toText(buildHeadline(createLookup(whole)).text), /broke off/);
});

test('rounds that were added until the run was stopped did not end for being narrow enough', () => {
  const stopping: Report['stopping'] = { looks: [{ rounds: 20, alpha: 0.0125, tooWide: 3 }], ended: 'stopped' };
  const report = sampleReport({ stopping, alpha: 0.0125, roundsDone: 33, stoppedDuring: 'narrowing' });
  assert.match(renderAll(report)['comment.md'], /; it ended because the run was stopped\. /);
});
