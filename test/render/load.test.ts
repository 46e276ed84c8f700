import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listFastest } from '../../src/render/fastest.ts';
import { createLookup, pickGroups } from '../../src/render/lookup.ts';
import type { Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const comment = (options: SampleOptions): string => renderAll(sampleReport(options))['comment.md'];
const titles = (options: SampleOptions): string[] =>
  createLookup(sampleReport(options)).groups.map(({ title }) => title);

test('connections stand beside the batch where any cell had more than one', () => {
  assert.deepEqual(titles({}), ['batch 1', 'batch 100000']);
  assert.deepEqual(titles({ concurrencies: [8], batches: [1] }), ['batch 1, 8 connections']);
  assert.deepEqual(titles({ concurrencies: [1, 8] }), [
    'batch 1, 1 connection',
    'batch 1, 8 connections',
    'batch 100000, 1 connection',
    'batch 100000, 8 connections',
  ]);
});

test('a comment on many combinations shows the ends of both: batches and connections', () => {
  const { groups } = createLookup(sampleReport({ batches: [1, 10, 100], concurrencies: [1, 4, 8] }));
  assert.deepEqual(
    pickGroups(groups).map(({ batch, concurrency }) => [batch, concurrency]),
    [
      [1, 1],
      [1, 8],
      [100, 1],
      [100, 8],
    ],
  );
  assert.match(comment({ batches: [1, 10, 100], concurrencies: [1, 4, 8] }), /5 more combinations of batch and conn/);
});

test('throughput has a table of its own where there are several connections, and Little’s law is checked', () => {
  const with8 = comment({ concurrencies: [1, 8], batches: [1] });
  assert.match(with8, /^\| batch 1, 1 connection · req\/s \| REST predict \|/m);
  assert.match(with8, /^\| batch 1, 8 connections · req\/s \| REST predict \|/m);
  assert.match(with8, /\(Little's law\): 7\.99 at batch 1, 8 connections\./);
  assert.match(with8, /Closed loop, 1 and 8 connections, each with one request after the other, REST and gRPC alike/);
  assert.doesNotMatch(comment({}), /· req\/s|Little|REST and gRPC alike/);
});

test('an open loop is said to be one wherever its numbers stand', () => {
  const sentence = /open loop, 200 arrivals a second \(Poisson\), latency from the intended start/i;
  const files = renderAll(sampleReport({ rate: 200, dropped: { 'predict.rest.ndarray.1.c1': 41 } }));
  const lines = files['comment.md'].split('\n');
  for (const start of ['### ', '- Open loop', '**All cells, batch 1,']) {
    assert.match(lines.find((line) => line.startsWith(start)) ?? '', sentence, start);
  }
  assert.match(files['report.html'], new RegExp(`<caption>p50 in ms, batch 1, ${sentence.source}`, 'i'));
  assert.doesNotMatch(files['comment.md'], /closed loop/i);
  assert.doesNotMatch(comment({}), /open loop|dropped|empty queue/i);
  assert.match(files['comment.md'], /longer than a block lasts, or than 100 ms where the block is shorter, is dropped/);
  assert.match(
    files['comment.md'],
    /Each block starts with an empty queue: near saturation, .* waiting is understated/,
  );
});

test('dropped arrivals have a column only in the tables of cells that have any', () => {
  const text = comment({ rate: 200, dropped: { 'predict.rest.ndarray.1.c1': 41 } });
  const heads = text.match(/^\| transport · encoding · method \|.*$/gm) ?? [];
  assert.deepEqual(
    heads.map((head) => head.includes('| dropped |')),
    [true, false],
  );
  assert.match(text, /> \[!WARNING\]\n> 41 of 12000 arrivals were not sent any more/);
});

test('what the server used has columns only where the target could say', () => {
  assert.match(comment({}), /\| server CPU ms \| server memory \|/);
  assert.equal(comment({}).match(/summed over them, with shared pages counted in each/g)?.length, 1);
  assert.doesNotMatch(comment({ target: 'reference' }), /server CPU|server memory|summed over them/);
  const report = sampleReport({ batches: [1] });
  const withoutMemory: Report = {
    ...report,
    cells: report.cells.map((cell) => {
      const base = cell.results.base;
      if (base === undefined) return cell;
      return { ...cell, results: { base: { ...base, server: { cpuMsPerRequest: 1.5, rssBytes: null } } } };
    }),
  };
  const head = /^\| transport · encoding · method \|.*$/m.exec(renderAll(withoutMemory)['comment.md'])?.[0] ?? '';
  assert.ok(head.includes('server CPU ms') && !head.includes('server memory'));
});

test('intervals are called by their own confidence, and added rounds by what they cost', () => {
  const looks = [
    { rounds: 20, alpha: 0.0125, tooWide: 5 },
    { rounds: 40, alpha: 0.0125, tooWide: 0 },
  ];
  const files = renderAll(sampleReport({ alpha: 0.0125, stopping: { looks, ended: 'precise' } }));
  const said = `${files['comment.md']}${files['report.html']}`;
  assert.match(said, /difference \[98\.7% interval\]/);
  assert.match(said, /equivalent when its 97\.5% interval/);
  assert.match(said, /after 20 rounds \(5 cells too wide, 1\.25% spent\) and after 40 rounds \(none too wide/);
  assert.doesNotMatch(said, /(?<!its |a )95% interval/);
});

test('the fastest cell is that of the fewest connections', () => {
  const report = sampleReport({ batches: [1], concurrencies: [2, 8] });
  const found = listFastest(report, 1);
  assert.ok(found.length > 0);
  for (const id of found) assert.match(id, /\.c2$/);
});

test('raw+decode is a column only where it was measured', () => {
  assert.match(comment({ methods: ['predict', 'predict_raw_decode'] }), /\| REST predict \| REST raw\+decode \|/);
  assert.doesNotMatch(comment({}), /raw\+decode/);
});
