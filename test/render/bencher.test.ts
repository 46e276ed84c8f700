import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { renderBencher } from '../../src/render/bencher.ts';
import type { Report } from '../../src/report.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from './hostile-strings.ts';

const metric = z.strictObject({
  value: z.number().positive(),
  lower_value: z.number().positive().optional(),
  upper_value: z.number().positive().optional(),
});

/** The published schema, narrowed to the two measures of every project and to the length that a name may have. */
const format = z.record(
  z.string().min(1).max(1024),
  z.strictObject({ latency: metric, throughput: metric.pick({ value: true }) }),
);

const VARIANTS: readonly SampleOptions[] = [
  {},
  { arms: ['base', 'new'] },
  { arms: ['base', 'new', 'v1.18'], concurrencies: [1, 8], rounds: 4 },
  { failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' }, arms: ['base', 'new'] },
  { skipped: { 'predict.grpc.ndarray.100000.c1': 'too large' } },
  { roundsDone: 0 },
];

test('a benchmark for each measured cell and arm: p50 in nanoseconds with its interval, requests a second', () => {
  for (const report of VARIANTS.map(sampleReport)) {
    const found = parse(report);
    const measured = report.cells.filter(({ state }) => state === 'measured');
    const names = measured.flatMap(({ id }) => report.arms.map((arm) => nameOf(report, arm.id, id)));
    assert.deepEqual(Object.keys(found), names);
    for (const cell of measured) {
      for (const [arm, { p50Ms, throughput }] of Object.entries(cell.results)) {
        const one = found[nameOf(report, arm, cell.id)];
        assert.deepEqual(one?.throughput, { value: throughput });
        const { value, lower_value, upper_value } = one.latency;
        const inMs = [value, lower_value, upper_value].map((ns) => (ns === undefined ? null : ns / 1e6));
        for (const [i, ms] of [p50Ms.value, p50Ms.low, p50Ms.high].entries()) {
          const other = inMs[i] ?? null;
          assert.ok(ms === null ? other === null : other !== null && Math.abs(other / ms - 1) < 1e-12);
        }
      }
    }
  }
});

test('foreign ids give names of plain characters', () => {
  for (const text of HOSTILE) {
    const names = Object.keys(parse(plantEverywhere(text)));
    assert.ok(names.length > 0);
    for (const name of names) assert.match(name, /^[\w.!~*'()%-]+:[\w.%-]+$/);
  }
});

function nameOf(report: Report, arm: string, cell: string): string {
  return report.arms.length > 1 ? `${arm}:${cell}` : cell;
}

function parse(report: Report): z.infer<typeof format> {
  return format.parse(JSON.parse(renderBencher(report)));
}
