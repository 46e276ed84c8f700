import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const HEADING = 'without flagged blocks';

test('the estimate without flagged blocks stands beside the one with them, where any block was flagged', () => {
  const plain = sampleReport();
  assert.ok(!renderAll(plain)['summary.md'].includes(HEADING));

  const [first, ...others] = plain.cells;
  const result = first && Object.values(first.results)[0];
  assert.ok(first && result);
  const p50UnflaggedMs = { value: 7.77, low: 7.5, high: 8, confidence: 0.95 };
  const flagged: Report = {
    ...plain,
    cells: [{ ...first, results: { [plain.arms[0]?.id ?? '']: { ...result, p50UnflaggedMs } } }, ...others],
  };
  const lines = renderAll(flagged)['summary.md'].split('\n');
  const headings = lines.filter((line) => line.includes(HEADING));
  assert.equal(headings.length, 1, 'only the batch with a flagged block has the column');
  const rows = lines.filter((line) => line.includes('7.77'));
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.split('|').length, headings[0]?.split('|').length);
});
