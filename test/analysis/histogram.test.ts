import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { encodeHistogram } from '../../src/analysis/histogram.ts';
import { createRandom } from '../../src/stats/random.ts';

test('a histogram holds every latency in nanoseconds, to three digits', () => {
  const random = createRandom(5);
  const samples = Array.from({ length: 3 }, () => Float64Array.from({ length: 400 }, () => 0.01 + 200 * random() ** 8));
  const pooled = samples.flatMap((block) => [...block]).sort((a, b) => a - b);
  const histogram = decodeFromCompressedBase64(encodeHistogram(samples) ?? '');
  assert.equal(histogram.totalCount, 1200);
  for (const percent of [1, 50, 90, 99, 99.9]) {
    const exact = (pooled[Math.ceil((percent / 100) * 1200 - 1e-9) - 1] as number) * 1e6;
    const found = histogram.getValueAtPercentile(percent);
    assert.ok(Math.abs(found / exact - 1) <= 1.1e-3, `p${percent}: ${found} for ${exact}`);
  }
});

test('no samples, no histogram', () => {
  assert.equal(encodeHistogram([]), null);
});
