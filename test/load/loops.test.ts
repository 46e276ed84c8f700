import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { planArrivals } from '../../src/load/arrivals.ts';
import type { BlockOrder } from '../../src/load/block-order.ts';
import type { Exchange, Timing } from '../../src/load/exchange.ts';
import type { Fence } from '../../src/load/fence.ts';
import { runBlock } from '../../src/load/run-block.ts';

/** Counts how it is used. */
function countingFence(): Fence & { readonly passes: () => number } {
  let passes = 0;
  return { begin() {}, pass: () => void passes++, end: () => 0, takeGcMs: async () => 0, passes: () => passes };
}

/** Exchanges that really take time, and remember how many of them were busy at once. */
function createServer(serviceMs: (request: number) => number) {
  let count = 0;
  let inFlight = 0;
  let most = 0;
  let opened = 0;
  let resets = 0;
  const open = (): Exchange => {
    opened += 1;
    return {
      async send(timing: Timing) {
        timing.start = performance.now();
        timing.connected = timing.start;
        most = Math.max(most, ++inFlight);
        await sleep(serviceMs(++count));
        inFlight -= 1;
        timing.firstByte = performance.now();
        timing.end = timing.firstByte;
      },
      abort() {},
      reply: () => ({ body: Buffer.from('reply'), raw: new Uint8Array(0), kept: true }),
      reset() {
        resets += 1;
      },
    };
  };
  return { open, sent: () => count, most: () => most, opened: () => opened, resets: () => resets };
}

const order: BlockOrder = { durationMs: 0, minRequests: 40, timeoutMs: 60_000, concurrency: 4, rate: null };
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

test('several connections are each busy all the time, and all are dropped at the end', async () => {
  const server = createServer(() => 6);
  const fence = countingFence();
  const block = await runBlock(server.open, order, fence);
  assert.deepEqual([server.opened(), server.resets(), server.most()], [4, 4, 4]);
  // Each connection finishes what it had in flight when there were enough.
  assert.ok(block.latencyMs.length >= 40 && block.latencyMs.length < 44, `${block.latencyMs.length}`);
  assert.equal(block.sent, server.sent());
  // Little's law over the time of the connections: never more than one request on each.
  assert.ok(sum(block.latencyMs) <= block.connectionMs);
  assert.ok(block.connectionMs <= 4 * block.wallMs + 1e-9);
  assert.equal(fence.passes(), 0, 'with requests in flight nothing is collected on purpose');
});

test('one connection collects garbage between its samples', async () => {
  const fence = countingFence();
  await runBlock(createServer(() => 6).open, { ...order, concurrency: 1, minRequests: 5 }, fence);
  assert.equal(fence.passes(), 4);
});

test('one connection that gives up ends the block on all of them', async () => {
  let connections = 0;
  const healthy = createServer(() => 6);
  const open = (): Exchange => {
    if (++connections !== 2) return healthy.open();
    let count = 0;
    const exchange = healthy.open();
    return {
      ...exchange,
      send: (timing) => (++count === 1 ? exchange.send(timing) : Promise.reject(new Error('gone'))),
    };
  };
  const block = await runBlock(open, { ...order, minRequests: 1_000_000 }, countingFence());
  assert.deepEqual([block.gaveUp, block.errors, block.error], [true, 3, 'gone']);
});

const rate = { perSecond: 1000, arrivals: 'constant', seed: 1 } as const;

test('arrivals are spaced evenly, or at random with the same mean', () => {
  const list = (arrivals: 'constant' | 'poisson', durationMs: number) => {
    const plan = planArrivals({ ...rate, arrivals }, { durationMs, minRequests: 0 });
    const times: number[] = [];
    for (; plan.nextMs !== Number.POSITIVE_INFINITY; plan.advance()) times.push(plan.nextMs);
    return times;
  };
  assert.deepEqual(list('constant', 5), [0, 1, 2, 3, 4]);
  const times = list('poisson', 100_000);
  const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
  const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
  const variance = gaps.reduce((total, gap) => total + (gap - mean) ** 2, 0) / gaps.length;
  // 100 000 gaps: the standard error of both is below half a percent or so.
  assert.ok(Math.abs(mean - 1) < 0.02, `${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.05, `${variance}`);
});

test('a short block still has its least number of arrivals', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), (durationMs, minRequests) => {
      const plan = planArrivals(rate, { durationMs, minRequests });
      let count = 0;
      for (let last = -1; plan.nextMs !== Number.POSITIVE_INFINITY; plan.advance(), count++) {
        assert.ok(plan.nextMs > last);
        last = plan.nextMs;
      }
      assert.equal(count, Math.max(durationMs, minRequests));
    }),
    { seed: 4 },
  );
});

test('an open loop sends every arrival, and does not wait for replies to do so', async () => {
  const server = createServer(() => 30);
  // A long block, so that no stall of this machine makes an arrival too late.
  const block = await runBlock(
    server.open,
    { ...order, durationMs: 2000, minRequests: 0, concurrency: 30, rate: { ...rate, perSecond: 100 } },
    countingFence(),
  );
  assert.deepEqual([block.latencyMs.length, block.dropped], [200, 0]);
  assert.ok(server.most() > 1, 'requests overlap');
  assert.equal(block.loop, 'open');
  assert.ok(block.lagMs > 0 && block.lagMs <= sum(block.latencyMs));
});

test('latency counts from the intended start: waiting for a connection is part of it', async () => {
  // One connection, ten arrivals as good as at once: each has waited for all those before it.
  const services: number[] = [];
  const server = createServer(() => 10);
  const open = (): Exchange => {
    const exchange = server.open();
    return {
      ...exchange,
      async send(timing) {
        await exchange.send(timing);
        services.push(timing.end - timing.start);
      },
    };
  };
  const gapMs = 0.1;
  const block = await runBlock(
    open,
    { ...order, durationMs: 1, minRequests: 0, concurrency: 1, rate: { ...rate, perSecond: 1000 / gapMs } },
    countingFence(),
  );
  const own = services.slice(-block.latencyMs.length);
  let before = 0;
  let waitedMs = 0;
  for (const [i, latencyMs] of block.latencyMs.entries()) {
    before += own[i] as number;
    assert.ok(latencyMs >= before - i * gapMs - 1e-6, `${latencyMs} after ${before}`);
    waitedMs += Math.max(0, (block.latencyMs[i - 1] ?? 0) - gapMs);
  }
  // What is neither the request itself nor waiting for the one before it is the client's own.
  assert.ok(Math.abs(block.lagMs - (sum(block.latencyMs) - before - waitedMs)) < 1e-6, `${block.lagMs}`);
});

test('a connection that nobody asks for longer than a request may take is kept', async () => {
  let aborts = 0;
  const server = createServer(() => 1);
  const open = (): Exchange => ({
    ...server.open(),
    abort() {
      aborts += 1;
    },
  });
  await runBlock(
    open,
    { ...order, durationMs: 0, minRequests: 3, timeoutMs: 20, concurrency: 1, rate: { ...rate, perSecond: 10 } },
    countingFence(),
  );
  assert.equal(aborts, 0);
});

test('what has waited for too long is dropped and counted', async () => {
  const block = await runBlock(
    createServer(() => 60).open,
    { ...order, durationMs: 20, minRequests: 0, concurrency: 1, rate },
    countingFence(),
  );
  assert.ok(block.dropped > 0);
  assert.equal(block.latencyMs.length + block.dropped, 20);
});

test('an open loop on a server that is gone ends', async () => {
  let count = 0;
  const open = (): Exchange => {
    const exchange = createServer(() => 0).open();
    return {
      ...exchange,
      async send(timing) {
        if (++count > 3) throw new Error('gone');
        await exchange.send(timing);
      },
    };
  };
  const block = await runBlock(open, { ...order, durationMs: 1000, concurrency: 1, rate }, countingFence());
  assert.deepEqual([block.gaveUp, block.error], [true, 'gone']);
});
