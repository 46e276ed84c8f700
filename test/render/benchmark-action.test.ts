import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { renderBenchmarkAction } from '../../src/render/benchmark-action.ts';
import type { CellResult, Report } from '../../src/report.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from './hostile-strings.ts';

/** What that action's parser takes, without the conversions that it would make for others. */
const entries = z.array(
  z.strictObject({
    name: z.string().min(1),
    unit: z.literal('ms'),
    value: z.number().positive(),
    range: z.string().optional(),
    extra: z.string().optional(),
  }),
);

const VARIANTS: readonly SampleOptions[] = [
  {},
  { arms: ['base', 'new'] },
  { arms: ['base', 'new', 'v1.18'], concurrencies: [1, 8], rounds: 4 },
  { rounds: 1, failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' }, arms: ['base', 'new'] },
  { skipped: { 'predict.grpc.ndarray.100000.c1': 'too large' } },
];

test('an entry for the p50 of each measured cell and arm, and for the p99 where there is one, in full precision', () => {
  for (const report of VARIANTS.map(sampleReport)) {
    const found = parse(report);
    const expected = listMeasured(report).flatMap(({ name, result }) => [
      [`${name} p50`, result.p50Ms.value],
      ...(result.percentilesMs.p99 == null ? [] : [[`${name} p99`, result.percentilesMs.p99]]),
    ]);
    assert.deepEqual(
      found.map(({ name, value }) => [name, value]),
      expected,
    );
    assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
  }
});

test('the range is one that the action can turn into another unit, and covers the interval', () => {
  const report = sampleReport();
  const byName = new Map(listMeasured(report).map(({ name, result }) => [`${name} p50`, result.p50Ms]));
  for (const { name, range } of parse(report)) {
    const half = Number(/^± ([0-9].*)$/.exec(range ?? '')?.[1]);
    assert.ok(half > 0, `${name}: ${range}`);
    const p50 = byName.get(name);
    if (p50 === undefined) continue;
    const reach = Math.max(p50.value - (p50.low ?? 0), (p50.high ?? 0) - p50.value);
    assert.ok(Math.abs(half / reach - 1) < 0.005);
  }
});

test('without an interval there is no range', () => {
  const found = parse(sampleReport({ rounds: 4 })).filter(({ name }) => name.endsWith(' p50'));
  assert.ok(found.length > 0);
  for (const entry of found) assert.ok(!('range' in entry));
});

test('a run that measured nothing gives an empty list', () => {
  assert.deepEqual(parse(sampleReport({ roundsDone: 0 })), []);
});

test('names are the same from run to run, whatever was measured, and whichever other cells there are', () => {
  const names = (options: SampleOptions): string[] => parse(sampleReport(options)).map(({ name }) => name);
  assert.deepEqual(names({ noise: 0.2 }), names({}));
  const one = names({ methods: ['predict'], batches: [1] });
  assert.deepEqual(
    one.filter((name) => names({}).includes(name)),
    one,
  );
});

test('foreign ids cannot leave the code of the table that the action writes them into', () => {
  for (const text of HOSTILE) {
    for (const { name } of parse(plantEverywhere(text))) assert.match(name, /^[\w.!~*'()%-]+:[\w.%-]+ p(50|99)$/);
  }
});

function parse(report: Report): z.infer<typeof entries> {
  return entries.parse(JSON.parse(renderBenchmarkAction(report)));
}

function listMeasured(report: Report): { name: string; result: CellResult }[] {
  return report.cells.flatMap((cell) =>
    cell.state !== 'measured'
      ? []
      : Object.entries(cell.results).map(([arm, result]) => ({
          name: report.arms.length > 1 ? `${arm}:${cell.id}` : cell.id,
          result,
        })),
  );
}
