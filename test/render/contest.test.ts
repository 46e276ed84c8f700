import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findFastest, findSlowest } from '../../src/render/contest.ts';
import { listFastest } from '../../src/render/fastest.ts';
import { cellLabel, createLookup } from '../../src/render/lookup.ts';
import { buildPivot } from '../../src/render/pivot.ts';
import { toText } from '../../src/render/plain-text.ts';
import { type CellReport, type CellResult, type Report, verdict } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const sample = sampleReport({ batches: [1] });

/** The sample with other medians, floors, duties and verdicts. */
const anyReport = fc
  .record({
    cells: fc.array(
      fc.record({
        value: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
        half: fc.option(fc.double({ min: 0, max: 0.3, noNaN: true }), { nil: null, freq: 9 }),
        floorShare: fc.constantFrom(null, 0.1, 0.1, 0.3, 0.7),
        duty: fc.constantFrom(0.99, 0.99, 0.99, 0.9),
      }),
      { minLength: 12, maxLength: 12 },
    ),
    verdicts: fc.array(fc.constantFrom(...verdict.options), {
      minLength: sample.comparisons.length,
      maxLength: sample.comparisons.length,
    }),
    compared: fc.boolean(),
  })
  .map(
    ({ cells, verdicts, compared }): Report => ({
      ...sample,
      cells: sample.cells.map((cell, i) => {
        const { value = 1, half = null, floorShare = null, duty = 1 } = cells[i] ?? {};
        const low = half === null ? null : value - half;
        const high = half === null ? null : value + half;
        const p50Ms = { value, low, high, confidence: low === null ? null : 0.95 };
        const base: CellResult = { ...(cell.results.base as CellResult), p50Ms, floorShare, duty };
        return { ...cell, results: { base } };
      }),
      comparisons: compared
        ? sample.comparisons.map((comparison, i) => ({ ...comparison, verdict: verdicts[i] ?? 'equivalent' }))
        : [],
    }),
  );

test('a cell is called fastest only where no comparison, no interval and no mark speaks against it', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const lookup = createLookup(report);
      const contest = findFastest(lookup, report.cells);
      if (contest.state !== 'clear') return;
      const { cell, result } = contest.first;
      assert.ok(result.duty >= 0.95 && (result.floorShare ?? 0) <= 0.5 && result.p50Ms.high !== null);
      for (const other of report.cells) {
        const { p50Ms, duty, floorShare } = other.results.base as CellResult;
        if (other.id === cell.id) continue;
        if (duty < 0.95 || (floorShare ?? 0) > 0.5 || p50Ms.low === null) {
          assert.ok(p50Ms.value > (result.p50Ms.high ?? 0), 'a cell that takes part in no claim may be faster');
          continue;
        }
        const found = lookup.verdict(cell, other);
        if (found === null) assert.ok(p50Ms.low > (result.p50Ms.high ?? 0));
        else assert.equal(found, 'slower');
      }
    }),
    { seed: 21, numRuns: 500 },
  );
});

test('fastest and slowest mirror each other: turned values turn one into the other', () => {
  const turnedWord = { faster: 'slower', slower: 'faster' } as const;
  const turn = (report: Report): Report => ({
    ...report,
    cells: report.cells.map((cell) => {
      const base = cell.results.base as CellResult;
      const { value, low, high } = base.p50Ms;
      const p50Ms = { ...base.p50Ms, value: -value, low: high && -high, high: low && -low };
      return { ...cell, results: { base: { ...base, p50Ms } } };
    }),
    comparisons: report.comparisons.map((one) => ({
      ...one,
      verdict: turnedWord[one.verdict as 'faster'] ?? one.verdict,
    })),
  });
  fc.assert(
    fc.property(anyReport, (report) => {
      const turned = turn(report);
      const [fastest, slowest] = [
        findFastest(createLookup(report), report.cells),
        findSlowest(createLookup(turned), turned.cells),
      ];
      const idOf = (contest: typeof fastest) => ('first' in contest ? contest.first.cell.id : null);
      assert.deepEqual([fastest.state, idOf(fastest)], [slowest.state, idOf(slowest)]);
    }),
    { seed: 23, numRuns: 300 },
  );
});

test('the sentence and the list of outputs name the same cells', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const lookup = createLookup(report);
      const contest = findFastest(lookup, report.cells);
      const ids = listFastest(report, 1);
      const sentence =
        renderAll(report)
          ['comment.md'].split('\n')
          .find((line) => line.includes('**Batch 1**')) ?? '';
      assert.equal(ids.length === 1, / is fastest/.test(sentence), sentence);
      assert.equal(ids.length > 1, /are not told apart as fastest/.test(sentence), sentence);
      assert.equal(ids.length === 0, contest.state === 'unclaimable');
      const names = ids.slice(0, 2).map((id) => toText(cellLabel(lookup.cell(id) as CellReport)));
      const [, told = ''] = sentence.replaceAll('`', '').split(/\*\*Batch 1\*\*: /);
      if (ids.length > 0) assert.ok(told.startsWith(names.join(ids.length > 2 ? ', ' : ' and ')), sentence);
    }),
    { seed: 22, numRuns: 60 },
  );
});

test('a comparison decides the place against overlapping intervals, and an equivalence against separate ones', () => {
  const only = sampleReport({ batches: [1], methods: ['predict'], encodings: ['tensor'] });
  const [rest, grpc] = only.cells;
  const [comparison] = only.comparisons;
  assert.ok(rest !== undefined && grpc !== undefined && comparison !== undefined);
  const withVerdict = (word: 'faster' | 'equivalent', gap: number): Report => ({
    ...only,
    cells: [rest, grpc].map((cell, i) => {
      const value = i === 0 ? 1 + gap : 1;
      const p50Ms = { value, low: value - 0.1, high: value + 0.1, confidence: 0.95 };
      return { ...cell, results: { base: { ...(cell.results.base as CellResult), p50Ms } } };
    }),
    comparisons: [{ ...comparison, verdict: word }],
  });
  assert.deepEqual(listFastest(withVerdict('faster', 0.05), 1), [grpc.id]);
  assert.deepEqual(listFastest(withVerdict('equivalent', 0.9), 1), [grpc.id, rest.id]);
});

test('a pivot has a column per transport and method that was measured, and none that was not', () => {
  const titles = (options: Parameters<typeof sampleReport>[0]): readonly string[] => {
    const lookup = createLookup(sampleReport(options));
    return lookup.groups.flatMap((group) => buildPivot(lookup, group).columns);
  };
  assert.deepEqual(titles({ batches: [1] }), ['REST predict', 'REST raw', 'gRPC predict', 'gRPC raw']);
  assert.deepEqual(titles({ batches: [1], methods: ['predict'] }), ['REST predict', 'gRPC predict']);
  assert.deepEqual(titles({ batches: [1], transports: ['grpc'] }), ['gRPC predict', 'gRPC raw']);
});

test('marks stand at the cells that earn them', () => {
  const report = sampleReport({ batches: [1], methods: ['predict'], transports: ['grpc'] });
  const shares = [0.2, 0.201, 0.501];
  const lookup = createLookup({
    ...report,
    cells: report.cells.map((cell, i) => {
      const base = {
        ...(cell.results.base as CellResult),
        floorShare: shares[i] ?? null,
        duty: i === 2 ? 0.949 : 0.95,
      };
      return { ...cell, results: { base } };
    }),
  });
  const [group] = lookup.groups;
  assert.ok(group !== undefined);
  const texts = buildPivot(lookup, group).rows.flatMap((row) => row.cells.map(({ text }) => toText(text)));
  assert.deepEqual(
    texts.map((text) => text.replace(/[\d.]/g, '')),
    ['', '†', '‡§'],
  );
});
