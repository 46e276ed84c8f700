import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyGate } from '../../src/analysis/gate.ts';
import { recallHistory } from '../../src/analysis/history.ts';
import { weighNews } from '../../src/analysis/news.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { describeOutputs } from '../../src/github/outputs.ts';
import { listFindings } from '../../src/render/annotations.ts';
import { listRoundPanels } from '../../src/render/charts/rounds.ts';
import { listLogTicks, listTicks } from '../../src/render/charts/ticks.ts';
import { listFastest } from '../../src/render/fastest.ts';
import { createLookup, type Group } from '../../src/render/lookup.ts';
import { NOT_POSTED } from '../../src/render/posting.ts';
import { plain } from '../../src/render/prose.ts';
import { renderFiles, renderPages } from '../../src/render/render.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { parseReport, type Report } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { listPlaces, type Place, spoil, spoilings } from './spoil.ts';

/** Small, and yet with all that pages can have: three batches make curves, two arms and a gate make tables. */
const SAMPLE = sampleReport({
  methods: ['predict'],
  encodings: ['tensor'],
  batches: [1, 10, 100],
  rounds: 6,
  arms: ['base', 'other'],
  gate: 'p50 over 5ms, regression, errors over 1%, claim grpc-faster',
  history: 'found',
  histograms: true,
});
const GATE = parseGate(
  'p50 over 5ms, regression over 10%, errors over 0%, throughput under 100, p99 over 1s in *.rest',
);

/** What a report can be beside a measured one and still be taken by the schema. */
function read(value: unknown): Report | null {
  try {
    return parseReport(JSON.stringify(value));
  } catch {
    return null;
  }
}

/** All that is made of a report that somebody else wrote. */
function checkPages(report: Report): void {
  for (const reports of [[report], [SAMPLE, report]] as const) {
    const pages = renderPages([...reports] as [Report, ...Report[]], NOT_POSTED);
    assert.ok(pages['comment.md'].length <= 65_536);
    assert.ok(Buffer.byteLength(pages['summary.md']) <= 1024 * 1024);
    for (const page of Object.values(pages)) assert.doesNotMatch(page, /\bNaN\b|\bundefined\b|\[object /);
  }
  assert.equal(typeof renderTerminal(report, { colour: false, width: 100 }), 'string');
  const judged = applyGate(report, GATE);
  assert.notEqual(read(judged), null, 'the report with its gate is a report');
  const earlier = { branch: 'main', runId: '1', sha: 'a'.repeat(40), report };
  const recalled = [recallHistory(SAMPLE, earlier), recallHistory(report, { ...earlier, report: SAMPLE })];
  for (const history of recalled) assert.notEqual(read({ ...report, history }), null);
  weighNews([report, SAMPLE]);
  listFindings(judged);
  const outputs = describeOutputs(report, { small: listFastest(report, 1), large: listFastest(report, 100) });
  assert.ok(Object.values(outputs).every((text) => typeof text === 'string'));
}

/** What can be opened by programs is what it says it is. */
async function checkFiles(report: Report): Promise<void> {
  const files = await renderFiles(report);
  assert.match(files['report.html'] ?? '', /^<!doctype html>[\s\S]*<\/html>\s*$/i);
  assert.doesNotMatch(files['report.html'] ?? '', / d="[^"]*(NaN|Infinity)/);
  for (const name of ['benchmark-action.json', 'bencher.json']) JSON.parse(files[name] ?? '');
  assert.match(files['junit.xml'] ?? '', /<\/testsuites>\s*$/);
}

const PLACES = listPlaces(SAMPLE);
const valueAt = (place: Place): unknown =>
  place.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], SAMPLE);
/** One place for each kind of number, however many cells and rounds have it. */
const NUMBERS = [
  ...new Map(
    PLACES.filter((place) => typeof valueAt(place) === 'number').map((place) => [
      place.filter((key) => typeof key === 'string').join('.'),
      place,
    ]),
  ).values(),
];
const EXTREMES = [0, -1, 1, 5e-324, 1e-15, 1e15, 2 ** 53 - 1, 1e308, -1e308];

/** Reports that the schema takes, spoilt in any way. */
const spoilt = fc
  .oneof(
    spoilings.map((list) => spoil(SAMPLE, PLACES, list)),
    fc
      .array(fc.record({ at: fc.nat(), value: fc.constantFrom(...EXTREMES) }), { minLength: 1, maxLength: 6 })
      .map((list) =>
        spoil(
          SAMPLE,
          NUMBERS,
          list.map((one) => ({ kind: 'set', ...one })),
        ),
      ),
  )
  .map(read)
  .filter((report) => report !== null);

test('whatever a report says, there are pages, findings and outputs of it', () => {
  fc.assert(fc.property(spoilt, checkPages), { numRuns: 30, seed: 401 });
});

test('whatever a report says, there are files of it that can be opened', async () => {
  await fc.assert(fc.asyncProperty(spoilt, checkFiles), { numRuns: 10, seed: 403 });
});

test('a report of nothing but the ends of the numbers has its pages and files', async () => {
  for (const value of [0, 5e-324, 1e308]) {
    const all = NUMBERS.reduce<unknown>((report, place) => {
      const next = spoil(report, [place], [{ kind: 'set', at: 0, value }]);
      return read(next) === null ? report : next;
    }, SAMPLE);
    const report = read(all);
    assert.ok(report !== null);
    checkPages(report);
    await checkFiles(report);
  }
});

test('a chart of more blocks than a call takes arguments is drawn', () => {
  const [cell] = SAMPLE.cells;
  const result = cell?.results.base;
  const [block] = result?.rounds ?? [];
  assert.ok(cell && result && block);
  const rounds = Array.from({ length: 200 }, () => block);
  const cells = Array.from({ length: 1000 }, () => ({ ...cell, results: { base: { ...result, rounds } } }));
  const lookup = createLookup({ ...SAMPLE, cells });
  const [panel] = listRoundPanels(lookup, { title: plain`all`, cells } as unknown as Group);
  assert.equal(panel?.panel.x.to, 200.5);
});

test('an axis has few ticks, whatever its ends', () => {
  const end = fc.double({ min: 1e-12, max: 1e15, noNaN: true });
  fc.assert(
    fc.property(end, end, (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      if (to / from < 1.001) return;
      for (const ticks of [listTicks(from, to), listLogTicks(from, to)]) {
        assert.ok(ticks.length <= 7, String(ticks));
        assert.ok(ticks.every((tick) => Number.isFinite(tick)));
      }
    }),
    { numRuns: 500, seed: 405 },
  );
});
