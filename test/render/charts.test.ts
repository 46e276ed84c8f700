import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { listBatchPanels } from '../../src/render/charts/batch-lines.ts';
import { buildFloorPanel } from '../../src/render/charts/floor-shares.ts';
import { buildForestPanel } from '../../src/render/charts/forest.ts';
import type { Mark } from '../../src/render/charts/marks.ts';
import { drawPanel, type Panel } from '../../src/render/charts/panel.ts';
import { listQuantilePanels, readDistributions, stretchShare } from '../../src/render/charts/quantiles.ts';
import { readHistogram } from '../../src/render/charts/read-histogram.ts';
import { listRoundPanels } from '../../src/render/charts/rounds.ts';
import { drawnGroups, explainSelection } from '../../src/render/charts/select.ts';
import { wrapSvg } from '../../src/render/charts/svg.ts';
import { fitScale, listLogTicks, listTicks } from '../../src/render/charts/ticks.ts';
import { significant } from '../../src/render/format.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { listPairs } from '../../src/render/pairs-table.ts';
import { toText } from '../../src/render/plain-text.ts';
import { foreign, plain } from '../../src/render/prose.ts';
import type { Report } from '../../src/report.ts';
import { sampleHistogram } from '../helpers/sample-histogram.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const arms = createLookup(sampleReport({ arms: ['base', 'new'], batches: [1, 100, 100_000], histograms: true }));

test('latency over batch size: every median and interval of the report, once', () => {
  const marks = listBatchPanels(arms).flatMap(({ panel }) => panel.marks);
  const results = arms.report.cells.flatMap(({ batch, results }) =>
    Object.values(results).map((result) => ({ batch, ...result })),
  );
  const expected = results.map(({ batch, p50Ms }) => [batch, p50Ms.value]);
  assert.deepEqual(sorted(pointsOf(marks, 'line')), sorted(expected));
  assert.deepEqual(sorted(pointsOf(marks, 'dots')), sorted(expected));
  const spans = marks.flatMap((mark) =>
    mark.kind === 'spans' ? mark.spans.map(([[x, low], [, high]]) => [x, low, high]) : [],
  );
  assert.deepEqual(
    sorted(spans),
    sorted(results.map(({ batch, p50Ms: { low, high } }) => [batch, low ?? 0, high ?? 0])),
  );
});

test('latency over batch size takes three batches', () => {
  assert.deepEqual(listBatchPanels(createLookup(sampleReport({ batches: [1, 10] }))), []);
});

test('rounds over time: every block over the median of its cell, in the order of the rounds; flagged ones are crosses', () => {
  const report = structuredClone(arms.report);
  report.cells[0]?.results.new?.rounds[3]?.flags.push('gc');
  const lookup = createLookup(report);
  for (const group of lookup.groups) {
    const marks = listRoundPanels(lookup, group).flatMap(({ panel }) => panel.marks);
    const expected = group.cells.flatMap((cell) =>
      Object.values(cell.results).flatMap(({ rounds }) =>
        rounds.map(({ medianMs }, i) => [i + 1, (medianMs ?? 0) / (cell.results.base?.p50Ms.value ?? 0)]),
      ),
    );
    assert.deepEqual(sorted(pointsOf(marks, 'line')), sorted(expected));
    const crosses = marks.filter((mark) => mark.kind === 'dots' && mark.shape === 'cross');
    assert.equal(crosses.length, group === lookup.groups[0] ? 1 : 0);
  }
});

test('a quantile plot holds what the latencies were, and ends where ten requests are slower', () => {
  const latencies = Array.from({ length: 1000 }, (_, i) => i + 1);
  const lookup = createLookup(withHistogram(sampleHistogram(latencies)));
  const [group] = lookup.groups;
  assert.ok(group);
  const found = readDistributions(lookup, group);
  assert.equal(found.length, group.cells.length);
  const [line = []] = listQuantilePanels(lookup, group, found).flatMap(({ panel }) =>
    panel.marks.flatMap((mark) => (mark.kind === 'line' ? [mark.points] : [])),
  );
  assert.deepEqual(line.at(-1)?.[0], stretchShare(0.99));
  for (const [x, ms] of line) {
    const expected = Math.max(1, 1000 * (1 - 10 ** -x));
    assert.ok(Math.abs(ms - expected) <= 1 + expected * 0.001, `${ms} ms where ${expected} is right`);
  }
  assert.equal(found[0]?.at(0.991), null);
  const few = createLookup(withHistogram(sampleHistogram(latencies.slice(0, 19))));
  for (const some of few.groups) assert.deepEqual(listQuantilePanels(few, some, readDistributions(few, some)), []);
});

test('a histogram that is none, or that unpacks to more than any of ours, is left out', () => {
  const bomb = deflateSync(Buffer.alloc(50_000_000));
  const head = Buffer.alloc(8);
  head.writeInt32BE(0x1c849314, 0);
  head.writeInt32BE(bomb.length, 4);
  for (const text of ['', 'AAAA', 'not base64!', Buffer.concat([head, bomb]).toString('base64')]) {
    assert.equal(readHistogram(text), null);
  }
  fc.assert(
    fc.property(fc.base64String({ maxLength: 200 }), (text) => {
      assert.equal(readHistogram(text), null);
    }),
    { seed: 11, numRuns: 200 },
  );
});

test('the forest draws the differences of the report as ratios, each with its interval', () => {
  const [group] = arms.groups;
  assert.ok(group);
  const pairs = listPairs(arms, group);
  const { marks, y } = buildForestPanel(
    plain`Pairs`,
    pairs.map((comparison) => ({ name: [], comparison })),
    0.05,
  );
  assert.deepEqual(
    sorted(pointsOf(marks, 'dots').map(([x = 0]) => [x])),
    sorted(pairs.map(({ effect }) => [1 + effect])),
  );
  const spans = marks.flatMap((mark) =>
    mark.kind === 'spans' ? mark.spans.map(([[low], [high]]) => [low, high]) : [],
  );
  assert.deepEqual(sorted(spans), sorted(pairs.map(({ low, high }) => [1 + (low ?? 0), 1 + (high ?? 0)])));
  assert.equal(y.to, pairs.length);
  const [pair] = pairs;
  assert.ok(pair);
  const hostile = buildForestPanel(plain`Pairs`, [{ name: [foreign('<script>')], comparison: pair }], 0.05);
  assert.deepEqual(
    hostile.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : [])),
    ['row 1'],
  );
});

test('floor shares: one bar for each result, as long as its share', () => {
  for (const group of arms.groups) {
    const bars = (buildFloorPanel(arms, group)?.marks ?? []).flatMap((mark) =>
      mark.kind === 'area' ? [[mark.to[0]]] : [],
    );
    const expected = group.cells.flatMap(({ results }) =>
      Object.values(results).map(({ floorShare }) => [floorShare ?? 0]),
    );
    assert.deepEqual(sorted(bars), sorted(expected));
  }
});

test('what the picture shows is where the axes say: places in the SVG turn back into the numbers', () => {
  const xs = [1, 10, 1000];
  const ys = [0.5, 3, 80];
  const panel: Panel = {
    label: plain`test`,
    height: 200,
    left: 50,
    x: { title: null, lines: false, ...fitScale(xs, significant, 'log') },
    y: { title: null, lines: true, ...fitScale(ys, significant, 'log') },
    marks: [{ kind: 'line', points: xs.map((x, i) => [x, ys[i] ?? 0]), ink: { colour: 'var(--rest)' } }],
  };
  const path = /<path d="M([^"]+)"[^>]*stroke="var\(--rest\)"/.exec(drawPanel(panel))?.[1] ?? '';
  const places = path.split('L').map((place) => place.split(' ').map(Number));
  const back = (place: number, start: number, end: number, { from, to }: { from: number; to: number }): number =>
    from * (to / from) ** ((place - start) / (end - start));
  places.forEach(([x = 0, y = 0], i) => {
    assert.ok(Math.abs(back(x, 50, 326, panel.x) / (xs[i] ?? 0) - 1) < 0.01);
    assert.ok(Math.abs(back(y, 178, 10, panel.y) / (ys[i] ?? 0) - 1) < 0.01);
  });
  assert.equal(places.length, 3);
});

test('nothing drawn leaves its panel, whatever the values span', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-4, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 }), (values) => {
      for (const { from, to, ticks, scale } of [fitScale(values, significant), fitScale(values, significant, 'log')]) {
        assert.ok(from < to && (scale === 'linear' || from > 0));
        for (const value of values) assert.ok(value >= from && value <= to);
        for (const { at } of ticks) assert.ok(at >= from - 1e-9 && at <= to * (1 + 1e-9));
        assert.ok(ticks.length <= 7, `${ticks.length} ticks`);
      }
    }),
    { seed: 12 },
  );
  assert.deepEqual(listLogTicks(0.6, 120), [1, 3, 10, 30, 100]);
  assert.deepEqual(listTicks(0.58, 1.45), [0.6, 0.8, 1, 1.2, 1.4]);
});

test('of many cells the charts show a stated part', () => {
  assert.deepEqual(explainSelection(createLookup(sampleReport())), []);
  const many = createLookup(sampleReport({ batches: Array.from({ length: 42 }, (_, i) => i + 1) }));
  const cells = drawnGroups(many).flatMap((group) => group.cells);
  assert.equal(cells.length, 60);
  assert.match(
    explainSelection(many).map(toText).join(''),
    /drawn for 60 of 504 cells: batch 1; batch 2; batch 3; batch 41; batch 42/,
  );
  const arms = createLookup(sampleReport({ arms: ['a', 'b', 'c', 'd', 'e'] }));
  assert.match(explainSelection(arms).map(toText).join(''), /first 4 arms; 1 more arm/);
});

test('a drawing with an id is refused: ids count up over the process', () => {
  assert.throws(() => wrapSvg('<svg><g clip-path="url(#zr0-c0)"></g></svg>', plain`x`, 1, 1), /refers to an id/);
});

function withHistogram(histogram: string): Report {
  const report = sampleReport({ batches: [1] });
  for (const { results } of report.cells) for (const result of Object.values(results)) result.histogram = histogram;
  return report;
}

function pointsOf(marks: readonly Mark[], kind: 'line' | 'dots'): number[][] {
  return marks.flatMap((mark) =>
    mark.kind === kind && 'points' in mark ? mark.points.map((point) => [...point]) : [],
  );
}

/** By their text: the charts and the report list the same things in different orders. */
function sorted(rows: readonly (readonly (number | undefined)[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
