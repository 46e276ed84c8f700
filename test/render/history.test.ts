import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildHistoryTable, explainHistory } from '../../src/render/history-table.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import type { History } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const STATUSES: readonly History['status'][] = ['found', 'not-comparable', 'none', 'unreadable'];

test('earlier runs stand from the oldest to the newest, this one last, and a cell that they had not is a dash', () => {
  const report = sampleReport({ history: 'found', arms: ['base', 'new'] });
  const table = buildHistoryTable(createLookup(report));
  assert.deepEqual(
    table?.columns.map(({ title }) => toText(title)),
    ['p50 ms', 'ab09e7c 2025‑01‑26', '1ab09e7 2025‑01‑28', '41ab09e 2025‑01‑30', 'now'],
  );
  const rows = table?.rows.map((row) => row.map(toText)) ?? [];
  assert.equal(rows.length, report.cells.length);
  assert.deepEqual([rows[1]?.[0], rows[1]?.[1]], ['REST tensor predict, batch 1', '–']);
  assert.deepEqual(
    rows.map((row) => row.at(-1)),
    report.cells.map(({ results }) => results.base?.p50Ms.value.toPrecision(3)),
  );
});

test('earlier runs are folded in the comment and say that they decide nothing, and whose medians they are', () => {
  const comment = renderAll(sampleReport({ history: 'found', arms: ['base', 'new'] }))['comment.md'];
  assert.match(comment, /<details><summary><b>Earlier runs<\/b> on <code>main<\/code>: /);
  assert.match(
    comment,
    /Medians of the baseline <code>base<\/code> in earlier runs .* They decide nothing: the machine differs/,
  );
  assert.match(renderAll(sampleReport({ history: 'found' }))['summary.md'], /Medians in earlier runs on <code>main/);
});

test('without earlier runs one line says why, in every text', () => {
  const lines: Partial<Record<History['status'], RegExp>> = {
    'not-comparable':
      /run 1234567000 on main is not comparable \(processor was Intel\(R\) .*, is now AMD .*; Seldon Core was 1\.18\.2, is now 1\.19\.0\)\.$/,
    none: /^Earlier runs: none on main \(no successful run of this workflow\)\.$/,
    unreadable: /^Earlier runs on main could not be read \(the artifact has expired\)\.$/,
  };
  for (const [status, line] of Object.entries(lines) as [History['status'], RegExp][]) {
    const report = sampleReport({ history: status });
    const lookup = createLookup(report);
    assert.match(toText(explainHistory(lookup) ?? []), line);
    assert.equal(buildHistoryTable(lookup), null);
    const { 'comment.md': comment, 'summary.md': summary } = renderAll(report);
    for (const text of [comment, summary]) assert.match(text, /^<sub>Earlier runs.*<\/sub>$/m);
    assert.match(renderTerminal(report, { colour: false, width: 1000 }), /^Earlier runs/m);
  }
});

test('no verdict, count or sign comes from earlier runs', () => {
  const without = renderAll(sampleReport({ arms: ['base', 'new'] }))['comment.md'];
  for (const status of STATUSES) {
    const comment = renderAll(sampleReport({ arms: ['base', 'new'], history: status }))['comment.md'];
    const rest = comment
      .replace(/<details><summary><b>Earlier runs[\s\S]*?<\/details>\n\n/, '')
      .replace(/<sub>Earlier runs.*<\/sub>\n\n/, '');
    assert.equal(rest, without, status);
    assert.notEqual(comment, without);
  }
  assert.doesNotMatch(without, /Earlier runs/);
});
