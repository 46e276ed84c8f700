import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFromCompressedBase64, HistogramLogReader } from 'hdr-histogram-js';
import { escapeTag } from '../../src/render/histograms.ts';
import type { Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const report = sampleReport({ arms: ['base', 'new'], histograms: true });
const log = renderAll(report)['histograms.hlog'] ?? '';

test('without histograms there is no log', () => {
  assert.ok(!('histograms.hlog' in renderAll(sampleReport())));
});

test("the log is one that HdrHistogram's reader takes: a line for each cell and arm, with the time of its blocks", () => {
  const reader = new HistogramLogReader(log);
  for (const cell of report.cells) {
    for (const arm of report.arms) {
      const histogram = reader.nextIntervalHistogram();
      const result = cell.results[arm.id];
      assert.ok(histogram && result);
      assert.equal(histogram.tag, `${arm.id}:${cell.id}`);
      assert.equal(histogram.startTimeStampMsec, Date.parse(report.startedAt));
      const spentMs = result.rounds.reduce((sum, { wallMs }) => sum + wallMs, 0);
      assert.ok(Math.abs(histogram.endTimeStampMsec - histogram.startTimeStampMsec - spentMs) <= 1);
      assert.equal(histogram.totalCount, result.rounds.length);
    }
  }
  assert.equal(reader.nextIntervalHistogram(), null);
});

test('a decoded histogram has the percentiles of the latencies that went in, in nanoseconds', () => {
  const line = log.split('\n').find((text) => text.startsWith('Tag=new:')) ?? '';
  const [tag = '', , , max, base64 = ''] = line.split(',');
  const histogram = decodeFromCompressedBase64(base64);
  const result = report.cells.find(({ id }) => tag.endsWith(`:${id}`))?.results.new;
  assert.ok(result);
  assert.equal(max, result.maxMs.toFixed(3));
  const sorted = result.rounds.map(({ medianMs }) => medianMs ?? 0).sort((a, b) => a - b);
  for (const percentile of [5, 50, 90, 100]) {
    const expected = (sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? 0) * 1e6;
    const found = histogram.getValueAtPercentile(percentile);
    assert.ok(Math.abs(found / expected - 1) < 0.001, `p${percentile}: expected ${expected}, found ${found}`);
  }
});

test('a text that is no base64 is left out, and a tag has neither commas nor spaces', () => {
  const [cell] = report.cells;
  const base = cell?.results.base;
  assert.ok(cell && base);
  const forged: Report = {
    ...report,
    cells: [{ ...cell, results: { base: { ...base, histogram: 'HIST\nTag=x,0,0,0,y' } } }],
  };
  assert.ok(!('histograms.hlog' in renderAll(forged)));
  assert.equal(escapeTag('4 threads, new'), '4%20threads%2C%20new');
});
