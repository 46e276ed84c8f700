import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnection } from '../../src/load/connection.ts';
import type { Exchange, Timing } from '../../src/load/exchange.ts';
import type { Fence } from '../../src/load/fence.ts';
import { runBlock } from '../../src/load/run-block.ts';

const noFence: Fence = { begin() {}, pass() {}, end: () => 0, takeGcMs: async () => 0 };

/** An exchange whose n-th request, from 1, takes as many milliseconds of its own clock as told, or fails. */
function scripted(script: (count: number) => number | Error): Exchange & {
  readonly sent: () => number;
  readonly resets: () => number;
} {
  let clock = performance.now();
  let count = 0;
  let resets = 0;
  return {
    sent: () => count,
    resets: () => resets,
    async send(timing: Timing) {
      const next = script(++count);
      timing.start = clock;
      timing.connected = clock;
      timing.firstByte = clock;
      if (next instanceof Error) throw next;
      clock += next;
      timing.end = clock;
    },
    abort() {},
    reply: () => ({ body: Buffer.from(`reply ${count}`), raw: new Uint8Array(0), kept: true }),
    reset() {
      resets += 1;
    },
  };
}

const order = { durationMs: 0, minRequests: 5, timeoutMs: 60_000, concurrency: 1, rate: null };

test('a block drops its connection at the end, and its warm-up is not counted but checked', async () => {
  const exchange = scripted((count) => (count === 1 ? 1000 : 2));
  const outcome = await runBlock(() => exchange, order, noFence);
  assert.equal(exchange.resets(), 1);
  assert.deepEqual([...outcome.latencyMs].map(Math.round), [2, 2, 2, 2, 2]);
  assert.equal(Buffer.from(outcome.reply ?? []).toString(), 'reply 1');
});

test('quick requests are warmed up with three, slow ones with one', async () => {
  const quick = scripted(() => 1);
  assert.equal((await runBlock(() => quick, order, noFence)).latencyMs.length, 5);
  assert.equal(quick.sent(), 8);
  const slow = scripted(() => 50);
  assert.equal((await runBlock(() => slow, order, noFence)).latencyMs.length, 5);
  assert.equal(slow.sent(), 6);
});

test('a slow cell still has the least number of requests', async () => {
  const outcome = await runBlock(() => scripted(() => 10_000), { ...order, durationMs: 1 }, noFence);
  assert.equal(outcome.latencyMs.length, 5);
});

test('the request that is in flight when the time is up is finished and counted', async () => {
  const outcome = await runBlock(() => scripted(() => 400), { ...order, durationMs: 3000, minRequests: 1 }, noFence);
  // The scripted clock runs ahead of the real one, and a block's time begins by the real one.
  const total = outcome.latencyMs.reduce((sum, value) => sum + value, 0);
  assert.ok(total + 400 >= 3000, `${total}`);
});

test('failures that do not follow one another are counted, leave no sample and do not end the block', async () => {
  const script = (count: number) => ([5, 7, 9].includes(count) ? new Error(`failure ${count}`) : 1);
  const outcome = await runBlock(() => scripted(script), order, noFence);
  assert.deepEqual([outcome.errors, outcome.error, outcome.gaveUp], [3, 'failure 5', false]);
  assert.equal(outcome.latencyMs.length, 5);
});

test('a request that fails has an end, too', async () => {
  using connection = createConnection(
    scripted(() => new Error('no')),
    60_000,
  );
  assert.equal(await connection.ask(), 'no');
  assert.ok(connection.timing.end >= connection.timing.start);
});

test("Little's law finds as many requests in flight as there are connections, given enough replies", async () => {
  for (const concurrency of [1, 2]) {
    const run = (minRequests: number) =>
      runBlock(() => scripted(() => 4), { ...order, concurrency, minRequests }, noFence);
    const { inFlight } = await run(1000);
    assert.ok(Math.abs((inFlight ?? 0) - concurrency) < 0.02, `${inFlight}`);
    assert.equal((await run(20)).inFlight, null);
  }
});

test('three failures in a row end the block', async () => {
  const exchange = scripted((count) => (count > 4 ? new Error('gone') : 1));
  const outcome = await runBlock(() => exchange, { ...order, minRequests: 1000 }, noFence);
  assert.equal(outcome.errors, 3);
  assert.equal(outcome.latencyMs.length, 1);
  assert.equal(exchange.sent(), 7);
});

test('a warm-up that fails once is counted and goes on', async () => {
  const outcome = await runBlock(() => scripted((count) => (count === 1 ? new Error('once') : 1)), order, noFence);
  assert.deepEqual([outcome.errors, outcome.error, outcome.gaveUp], [1, 'once', false]);
  assert.equal(outcome.latencyMs.length, 5);
});

test('a warm-up that fails three times in a row fails the block', async () => {
  const outcome = await runBlock(() => scripted(() => new Error('refused')), order, noFence);
  assert.deepEqual([outcome.errors, outcome.error, outcome.gaveUp], [3, 'refused', true]);
  assert.equal(outcome.latencyMs.length, 0);
  assert.equal(outcome.reply, null);
});

test('a request without an answer is aborted after the time-out', async () => {
  let reject: (reason: Error) => void = () => {};
  let sent = 0;
  const exchange: Exchange = {
    ...scripted(() => 1),
    send: (timing) => {
      sent += 1;
      timing.start = performance.now();
      return new Promise((_, fail) => {
        reject = fail;
      });
    },
    abort: (reason) => reject(reason),
  };
  const outcome = await runBlock(() => exchange, { ...order, timeoutMs: 20 }, noFence);
  assert.match(outcome.error ?? '', /expected a reply within 20 ms/);
  // Not asked again: a silent server would hold the run for several time-outs.
  assert.deepEqual([sent, outcome.gaveUp], [1, true]);
  assert.equal(outcome.latencyMs.length, 0);
});

test('samples beyond the room that was taken are kept', async () => {
  // The warm-up takes 1000 ms, which leaves room for a handful; then thousands of quick ones follow.
  const exchange = scripted((count) => (count === 1 ? 1000 : 0.001));
  const outcome = await runBlock(() => exchange, { ...order, durationMs: 1005 }, noFence);
  assert.ok(outcome.latencyMs.length > 1000, `${outcome.latencyMs.length}`);
  assert.ok(outcome.latencyMs.every((value) => value > 0));
});
