import type { Loader } from '../../src/load/loader.ts';
import type { MeasuredBlock } from '../../src/load/protocol.ts';
import { type Cell, planCells } from '../../src/plan.ts';
import type { Pinning } from '../../src/run/pinning.ts';
import { createRandom, shuffle } from '../../src/stats/random.ts';
import type { Target } from '../../src/target/target.ts';
import { prepareRequests, startPinned } from '../pinned-loader.ts';
import { LARGE } from './wrapper-contests.ts';

export interface CellDuty {
  readonly cell: string;
  /** Sum of the latencies over the time of the connection, fences left out, as reports have it. */
  readonly duty: number;
  readonly requests: number;
}

export interface PeakMemory {
  readonly concurrency: number;
  readonly cells: readonly string[];
  readonly requests: number;
  readonly peakRssBytes: number;
}

const TIMEOUT_MS = 60_000;
const MIN_REQUESTS = 5;
const CONCURRENCY = 32;
const METHODS = ['predict', 'predict_raw'] as const;
const EVERYTHING = { transports: ['rest', 'grpc'], encodings: ['ndarray', 'tensor', 'tftensor'] } as const;

/** The duty of every cell of the default matrix at concurrency 1, by our wire client. The first round warms up. */
export async function measureDuty(
  target: Target,
  pinning: Pinning | null,
  order: { readonly rounds: number; readonly blockMs: number; readonly seed: number },
  signal: AbortSignal,
): Promise<CellDuty[]> {
  const cells = planCells({ methods: METHODS, ...EVERYTHING, batches: [1, LARGE], concurrencies: [1] });
  await using loader = await startPinned(pinning);
  await prepareRequests(loader, 'wire', cells, target);
  const sums = new Map(cells.map(({ id }) => [id, { latencyMs: 0, connectionMs: 0, requests: 0 }]));
  for (let round = 0; round <= order.rounds; round++) {
    for (const cell of shuffle(cells, createRandom(order.seed, round))) {
      signal.throwIfAborted();
      const block = await runBlock(loader, cell, order.blockMs);
      const sum = sums.get(cell.id);
      if (round === 0 || !sum) continue;
      sum.latencyMs += block.latencyMs.reduce((total, value) => total + value, 0);
      sum.connectionMs += block.connectionMs;
      sum.requests += block.latencyMs.length;
    }
  }
  return [...sums].map(([cell, { latencyMs, connectionMs, requests }]) => ({
    cell,
    duty: latencyMs / connectionMs,
    requests,
  }));
}

/** The most memory that a fresh load process holds while 32 connections send each large payload. */
export async function measureMemory(
  target: Target,
  pinning: Pinning | null,
  blockMs: number,
  signal: AbortSignal,
): Promise<PeakMemory> {
  const cells = planCells({ methods: ['predict'], ...EVERYTHING, batches: [LARGE], concurrencies: [CONCURRENCY] });
  await using loader = await startPinned(pinning);
  await prepareRequests(loader, 'wire', cells, target);
  let peakRssBytes = 0;
  let requests = 0;
  for (const cell of cells) {
    signal.throwIfAborted();
    const block = await runBlock(loader, cell, blockMs);
    peakRssBytes = Math.max(peakRssBytes, block.peakRssBytes);
    requests += block.latencyMs.length;
  }
  return { concurrency: CONCURRENCY, cells: cells.map(({ id }) => id), requests, peakRssBytes };
}

async function runBlock(loader: Loader, cell: Cell, durationMs: number): Promise<MeasuredBlock> {
  const { concurrency } = cell;
  const order = { durationMs, minRequests: MIN_REQUESTS, timeoutMs: TIMEOUT_MS, concurrency, rate: null };
  const block = await loader.block(cell.id, order);
  if (block.error !== null) throw new Error(`${cell.id}: ${block.error}`);
  return block;
}
