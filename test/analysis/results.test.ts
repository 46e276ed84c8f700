import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summariseCell } from '../../src/analysis/results.ts';
import { cellResult } from '../../src/report/cells.ts';
import { createRandom } from '../../src/stats/random.ts';
import { makeBlock } from './fixture.ts';

const summarise = (blocks: Parameters<typeof summariseCell>[0], floorMs: number | null = null) => {
  const result = summariseCell(blocks, floorMs, 0.05, createRandom(1));
  assert.ok(result);
  return cellResult.parse(result);
};

test('a cell is summed up from its blocks, in the order of the rounds', () => {
  const result = summarise(
    [
      makeBlock('c', 1, [4, 4, 10], { wallMs: 22, fenceMs: 2, errors: 1 }),
      makeBlock('c', 0, [1, 2, 3], { wallMs: 10, connectMs: Float64Array.of(0.1, 0.3, 0.2) }),
    ],
    0.6,
  );
  assert.deepEqual(
    result.rounds.map(({ round, medianMs }) => [round, medianMs]),
    [
      [0, 2],
      [1, 4],
    ],
  );
  assert.equal(result.requests, 6);
  assert.equal(result.errors, 1);
  assert.equal(result.duty, 24 / 30);
  assert.equal(result.throughput, 6 / 0.03);
  assert.equal(result.meanMs, 4);
  assert.equal(result.minMs, 1);
  assert.equal(result.maxMs, 10);
  assert.equal(result.floorShare, 0.6 / 3);
  assert.deepEqual(result.partsMs, { connect: 0.2, firstByte: null });
  assert.deepEqual(result.p50Ms, { value: 3, low: null, high: null, confidence: null }, 'two rounds make no interval');
});

test('the centre is the median of the block medians, not of all requests', () => {
  const blocks = [10, 1, 2, 3, 4, 5].map((ms, round) => makeBlock('c', round, Array(round === 0 ? 500 : 5).fill(ms)));
  assert.deepEqual(summarise(blocks).p50Ms, { value: 3.5, low: 1, high: 10, confidence: 0.96875 });
});

test('blocks without requests count as rounds, but not as medians', () => {
  const result = summarise([makeBlock('c', 0, [2]), makeBlock('c', 1, [], { errors: 4, wallMs: 50 })]);
  assert.equal(result.p50Ms.value, 2);
  assert.equal(result.rounds.length, 2);
  assert.equal(result.errors, 4);
});

test('without one counted request there is no result', () => {
  assert.equal(summariseCell([], null, 0.05, createRandom(1)), null);
  assert.equal(summariseCell([makeBlock('c', 0, [])], null, 0.05, createRandom(1)), null);
});

test('flagged blocks stay in the estimate, and a second one leaves them out', () => {
  const blocks = [1, 2, 3, 4, 5, 6, 90].map((ms, round) => makeBlock('c', round, [ms], { steal: ms === 90 ? 0.5 : 0 }));
  const result = summarise(blocks);
  assert.equal(result.p50Ms.value, 4);
  assert.deepEqual(result.p50UnflaggedMs, { value: 3.5, low: 1, high: 6, confidence: 0.96875 });
});

test('there is no second estimate where nothing, or everything, is flagged', () => {
  assert.equal(summarise([makeBlock('c', 0, [1])]).p50UnflaggedMs, null);
  assert.equal(summarise([makeBlock('c', 0, [1], { steal: 0.5 })]).p50UnflaggedMs, null);
});

test('percentiles are pooled, and shown only where the samples support them', () => {
  const pooled = (perRound: number) =>
    summarise(
      Array.from({ length: 10 }, (_, round) =>
        makeBlock(
          'c',
          round,
          Array.from({ length: perRound }, (_, i) => i * 10 + round + 1),
        ),
      ),
    ).percentilesMs;
  assert.deepEqual(pooled(2), { p90: null, p95: null, p99: null });
  assert.deepEqual(pooled(3), { p90: 27, p95: null, p99: null });
  assert.deepEqual(pooled(6), { p90: 54, p95: 57, p99: null });
  assert.deepEqual(pooled(30), { p90: 270, p95: 285, p99: 297 });
});

test('a percentile and its interval come together from six rounds on', () => {
  const rounds = (n: number) =>
    summarise(
      Array.from({ length: n }, (_, round) =>
        makeBlock(
          'c',
          round,
          Array.from({ length: 80 }, (_, i) => 1 + i / 100 + round / 50),
        ),
      ),
    );
  const six = rounds(6);
  for (const name of ['p90', 'p95', 'p99'] as const) {
    const interval = six.percentileIntervalsMs[name];
    const value = six.percentilesMs[name];
    assert.ok(interval && value !== null && interval.low <= value && value <= interval.high, name);
  }
  const five = rounds(5);
  assert.ok(five.percentilesMs.p99);
  assert.deepEqual(five.percentileIntervalsMs, { p90: null, p95: null, p99: null });
});

test('requests in flight are averaged over the blocks that know them, and the server is charged for the warm-up too', () => {
  // Four connections, 100 ms: 40 requests of 10 ms.
  const block = makeBlock('c', 0, Array(40).fill(10), {
    wallMs: 100,
    connectionMs: 400,
    inFlight: 3.9,
    serverCpuMs: 90,
    serverRequests: 45,
    serverRssBytes: 1000,
    serverThrottledMs: null,
  });
  const result = summarise([
    block,
    { ...block, round: 1, serverRssBytes: 3000, inFlight: 4.1, serverThrottledMs: 25 },
    { ...block, round: 2, inFlight: null },
  ]);
  assert.equal(result.inFlight, 4);
  assert.equal(result.duty, 1);
  assert.deepEqual(result.server, { cpuMsPerRequest: 2, rssBytes: 3000, throttledShare: 0.25 });
});

test('in an open loop the duty is what is left of the latencies without the own lateness', () => {
  const result = summarise([makeBlock('c', 0, [4, 6], { wallMs: 1000, loop: 'open', lagMs: 1, dropped: 3 })]);
  assert.equal(result.duty, 0.9);
  assert.equal(result.inFlight, null);
  assert.equal(result.dropped, 3);
});
