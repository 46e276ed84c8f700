import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockOrder } from '../../src/load/block-order.ts';
import type { Loader } from '../../src/load/loader.ts';
import type { MeasuredBlock } from '../../src/load/protocol.ts';
import { silentLog } from '../../src/log.ts';
import { planCells } from '../../src/plan.ts';
import { measure } from '../../src/run/measure.ts';
import type { Target } from '../../src/target/target.ts';

const ROUNDS = 8;
const cells = planCells({
  methods: ['predict_raw'],
  transports: ['rest'],
  encodings: ['ndarray', 'tensor'],
  batches: [1],
  concurrencies: [1],
});
const [X, Y] = cells.map(({ id }) => id) as [string, string];

const config = {
  rounds: ROUNDS,
  blockMs: 1,
  minRequests: 5,
  payload: null,
  timeoutMs: 1000,
  rate: null,
  seed: 3,
  margin: 0.05,
  precision: null,
  budgetMs: 600_000,
  confirm: true,
};

/** A load process that makes its blocks up: `latency` of the n-th block of a key, from 0, or why it fails. */
function scripted(latency: (key: string, n: number) => number | string) {
  const asked: string[] = [];
  const orders: [string, BlockOrder][] = [];
  const counts = new Map<string, number>();
  const block = async (key: string, order: BlockOrder): Promise<MeasuredBlock> => {
    asked.push(key);
    orders.push([key, order]);
    const n = counts.get(key) ?? 0;
    counts.set(key, n + 1);
    const found = latency(key, n);
    const failed = typeof found === 'string';
    return {
      latencyMs: Float64Array.from(failed ? [] : [found]),
      connectMs: null,
      firstByteMs: null,
      errors: failed ? 3 : 0,
      error: failed ? found : null,
      loop: 'closed',
      inFlight: null,
      dropped: 0,
      lagMs: 0,
      wallMs: 1,
      connectionMs: 1,
      fenceMs: 0,
      gcMs: 0,
      loopBusy: 0.5,
      steal: null,
      throttledMs: null,
      cpuMs: 1,
      peakRssBytes: 1,
      sent: 1,
      reply: Buffer.from('[1]\n'),
      gaveUp: failed,
    };
  };
  return {
    loader: { block } as Partial<Loader> as Loader,
    asked,
    orders,
    count: (key: string) => counts.get(key) ?? 0,
  };
}

function targetOf(id: string): Target {
  return {
    arm: { id, target: 'reference', isSeldon: false, settings: {}, connection: 'close' },
    endpoints: {},
    lost: new AbortController().signal,
    grpcReceiveLimitBytes: null,
    answers: 'fixed',
    readUsage: async () => null,
    async [Symbol.asyncDispose]() {},
  };
}

function run(
  arms: readonly [string, ...string[]],
  loader: Loader,
  changes: Partial<Parameters<typeof measure>[0]> = {},
  signal = new AbortController().signal,
) {
  const [first, ...others] = arms;
  const targets: [Target, ...Target[]] = [targetOf(first), ...others.map(targetOf)];
  return measure({ ...config, ...changes }, cells, X, targets, loader, { log: silentLog, signal });
}

/** Two percent of noise, the same for all keys. */
const noise = (n: number) => 1 + 0.02 * Math.sin(n * 2.4);

test('all arms are asked alike: each cell, its floor and the canary once a round', async () => {
  const { loader, count } = scripted((_, n) => noise(n));
  const { roundsDone, stopped } = await run(['base', 'new'], loader);
  assert.deepEqual([roundsDone, stopped], [ROUNDS, null]);
  for (const arm of ['base', 'new']) {
    assert.equal(count(`canary:${arm}:${X}`), ROUNDS);
    for (const cell of [X, Y]) {
      assert.equal(count(`cell:${arm}:${cell}`), ROUNDS);
      assert.equal(count(`floor:${arm}:${cell}`), ROUNDS);
    }
  }
});

test('where one arm seems to differ, all arms are asked again, in that cell alone', async () => {
  const { loader, count } = scripted((key, n) => (key === `cell:new:${Y}` ? 1.3 : 1) * noise(n));
  const { blocks, roundsDone, phase } = await run(['base', 'new', 'other'], loader);
  assert.deepEqual([roundsDone, phase], [ROUNDS, 'confirming']);
  for (const arm of ['base', 'new', 'other']) {
    assert.equal(count(`cell:${arm}:${Y}`), 2 * ROUNDS);
    assert.equal(count(`cell:${arm}:${X}`), ROUNDS);
  }
  const again = blocks.filter(({ confirming }) => confirming);
  assert.equal(again.length, 3 * ROUNDS);
  assert.ok(again.every(({ round, cell }) => round >= ROUNDS && cell === Y));
});

test('a cell that was given more rounds is confirmed with as many', async () => {
  // Wide enough to need a second look, and no wider.
  const wide = (n: number) => Math.exp(0.2 * Math.sin(n * 2.4));
  const { loader } = scripted((key, n) => (key.startsWith('cell:new:') ? 1.6 * wide(n) : noise(n)));
  const { blocks, stopping } = await run(['base', 'new'], loader, { precision: 0.12 });
  assert.equal(stopping?.ended, 'precise');
  const had = stopping?.looks.at(-1)?.rounds ?? 0;
  assert.ok(had > ROUNDS, `${had}`);
  assert.equal(blocks.filter(({ confirming, arm, cell }) => confirming && arm === 'new' && cell === X).length, had);
});

test('a cell that fails while it is confirmed ends its own rounds, not the run', async () => {
  const { loader } = scripted((key, n) => {
    if (key === `cell:new:${Y}` && n === ROUNDS + 2) return 'refused';
    return (key === `cell:new:${Y}` ? 1.3 : 1) * noise(n);
  });
  const { stopped, failed } = await run(['base', 'new'], loader);
  assert.equal(stopped, null);
  assert.deepEqual([...failed], [[Y, 'arm new: refused']]);
});

test('a run that is stopped while rounds are added says so', async () => {
  const stop = new AbortController();
  const { loader } = scripted((_, n) => {
    if (n === ROUNDS + 1) stop.abort(new Error('enough'));
    return 1 + (n % 2);
  });
  const { stopped, stopping, phase, roundsDone } = await run(['base'], loader, { precision: 0.01 }, stop.signal);
  assert.match(String(stopped), /enough/);
  assert.deepEqual([stopping?.ended, phase], ['stopped', 'narrowing']);
  assert.equal(roundsDone, ROUNDS + 1);
});

test('without looks left the rounds end', async () => {
  const { loader, count } = scripted((_, n) => 1 + (n % 2));
  const { stopping, alpha } = await run(['base'], loader, { precision: 0.01 });
  assert.deepEqual(
    stopping?.looks.map(({ rounds }) => rounds),
    [ROUNDS, 2 * ROUNDS, 4 * ROUNDS, 8 * ROUNDS],
  );
  assert.equal(stopping?.ended, 'rounds');
  assert.equal(alpha, 0.0125);
  assert.equal(count(`cell:base:${X}`), 8 * ROUNDS);
  assert.equal(count(`floor:base:${X}`), ROUNDS);
});

test("a null server's failure ends the floors of its cells, which are measured to the end, and is kept", async () => {
  const { loader, count } = scripted((key, n) => (key === `floor:base:${X}` && n === 3 ? 'gone' : 1));
  const { floorsEnded, roundsDone, failed } = await run(['base'], loader);
  assert.deepEqual([floorsEnded, roundsDone, failed.size], [[X], ROUNDS, 0]);
  assert.equal(count(`floor:base:${X}`), 4);
  assert.equal(count(`floor:base:${Y}`), ROUNDS);
  assert.equal(count(`cell:base:${X}`), ROUNDS);
});

test('a cell that was given up is asked no more, under no name', async () => {
  for (const at of [1, 2, 3]) {
    const { loader, asked } = scripted((key, n) => (key === `cell:base:${X}` && n === at ? 'refused' : noise(n)));
    const { failed } = await run(['base'], loader);
    assert.deepEqual([...failed.keys()], [X]);
    const last = asked.lastIndexOf(`cell:base:${X}`);
    assert.deepEqual(
      asked.slice(last + 1).filter((key) => key.endsWith(X)),
      [],
    );
  }
});

test('floors are asked often enough for a p99, and the arrivals of each block are drawn anew', async () => {
  const { loader, orders } = scripted((_, n) => noise(n));
  await run(['base'], loader, { rate: { perSecond: 100, arrivals: 'poisson' } });
  const floors = orders.filter(([key]) => key.startsWith('floor:')).map(([, order]) => order);
  assert.ok(floors.every(({ rate, minRequests }) => rate === null && minRequests * ROUNDS >= 300));
  const seeds = orders.flatMap(([, { rate }]) => rate?.seed ?? []);
  assert.deepEqual([seeds.length, new Set(seeds).size], [3 * ROUNDS, 3 * ROUNDS]);
});

test('rounds are added only as long as there is time', async () => {
  const { loader } = scripted((_, n) => 1 + (n % 2));
  const { stopping, roundsDone } = await run(['base'], loader, { precision: 0.01, budgetMs: 0 });
  assert.deepEqual([stopping?.ended, roundsDone], ['budget', ROUNDS]);
});
