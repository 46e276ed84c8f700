import { performance } from 'node:perf_hooks';
import type { Block } from '../block.ts';
import { createTimeout, createTiming, type Exchange, type Timing } from './exchange.ts';
import type { Fence } from './fence.ts';

export interface BlockOrder {
  /** The block goes on until this long has passed and `minRequests` were counted. */
  readonly durationMs: number;
  readonly minRequests: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

/** What a block brought back; `reply` is the warm-up's, for the caller to check. */
export interface BlockOutcome
  extends Pick<
    Block,
    'latencyMs' | 'connectMs' | 'firstByteMs' | 'errors' | 'error' | 'wallMs' | 'fenceMs' | 'loopBusy'
  > {
  readonly reply: Uint8Array | null;
  /** Whether failures in a row, or one that lasted the whole time-out, ended the block. */
  readonly gaveUp: boolean;
}

/** After so many failures in a row the block ends: the cell has failed. */
const MAX_FAILURES = 3;
/** A request this quick is warmed up with several: they cost little, and a new connection's first ones are slow. */
const QUICK_MS = 5;
const QUICK_WARM_UPS = 3;

/**
 * A closed loop at concurrency 1: the next request starts when the one before it is done. The first requests are
 * a warm-up and are not counted; the last one is always finished and counted. Never rejects: what fails is counted.
 */
export async function runBlock(exchange: Exchange, order: BlockOrder, fence: Fence): Promise<BlockOutcome> {
  const timing = createTiming();
  const alarm = setTimeout(() => {
    exchange.abort(createTimeout(order.timeoutMs));
  }, order.timeoutMs);
  try {
    const warm = await warmUp(exchange, order, timing, alarm);
    if (warm.reply === null) return emptyBlock(warm.failures);
    fence.begin();
    return await loop(exchange, order, fence, timing, alarm, warm);
  } finally {
    clearTimeout(alarm);
  }
}

async function loop(
  exchange: Exchange,
  order: BlockOrder,
  fence: Fence,
  timing: Timing,
  alarm: NodeJS.Timeout,
  { reply, failures }: WarmUp,
): Promise<BlockOutcome> {
  const samples = new Samples(order, timing.end - timing.start);
  let errors = failures.length;
  let inARow = 0;
  let error: string | null = failures[0] ?? null;
  let gaveUp = false;
  const busyBefore = performance.eventLoopUtilization();
  const begin = performance.now();
  for (;;) {
    alarm.refresh();
    try {
      await exchange.send(timing);
      samples.add(timing);
      inARow = 0;
    } catch (thrown) {
      timing.end = performance.now();
      errors += 1;
      inARow += 1;
      error ??= thrown instanceof Error ? thrown.message : String(thrown);
      // A server that does not answer would otherwise hold the run for several time-outs.
      gaveUp = inARow === MAX_FAILURES || timing.end - timing.start >= order.timeoutMs;
      if (gaveUp) break;
    }
    if (samples.count >= order.minRequests && timing.end - begin >= order.durationMs) break;
    fence.pass();
  }
  const loopBusy = performance.eventLoopUtilization(busyBefore).utilization;
  return {
    ...samples.take(),
    errors,
    error,
    wallMs: timing.end - begin,
    fenceMs: fence.end(),
    loopBusy,
    reply,
    gaveUp,
  };
}

interface WarmUp {
  /** The last reply; null where the warm-up did not come through. */
  readonly reply: Uint8Array | null;
  readonly failures: readonly string[];
}

/**
 * Opens a new connection and warms it. Connections to one server differ for as long as they live (their windows grow
 * differently), so each block has one of its own: then rounds average over connections, and the interval knows.
 */
async function warmUp(exchange: Exchange, order: BlockOrder, timing: Timing, alarm: NodeJS.Timeout): Promise<WarmUp> {
  exchange.reset();
  const failures: string[] = [];
  for (let inARow = 0, wanted = 1, done = 0; done < wanted; ) {
    alarm.refresh();
    try {
      await exchange.send(timing);
    } catch (thrown) {
      failures.push(thrown instanceof Error ? thrown.message : String(thrown));
      inARow += 1;
      if (inARow === MAX_FAILURES || performance.now() - timing.start >= order.timeoutMs)
        return { reply: null, failures };
      continue;
    }
    inARow = 0;
    done += 1;
    if (timing.end - timing.start < QUICK_MS) wanted = QUICK_WARM_UPS;
  }
  return { reply: exchange.reply().body, failures };
}

function emptyBlock(failures: readonly string[]): BlockOutcome {
  const none = new Float64Array(0);
  return {
    latencyMs: none,
    connectMs: null,
    firstByteMs: null,
    errors: failures.length,
    error: failures[0] ?? null,
    wallMs: 0,
    fenceMs: 0,
    loopBusy: 0,
    reply: null,
    gaveUp: true,
  };
}

/** Room for the samples of one block, taken before it starts; it only grows, between samples, if the guess was low. */
class Samples {
  count = 0;
  #latencyMs: Float64Array;
  #connectMs: Float64Array;
  #firstByteMs: Float64Array;

  constructor(order: BlockOrder, expectedMs: number) {
    const guess = Math.ceil((order.durationMs / Math.max(expectedMs, 0.02)) * 4) + order.minRequests;
    const room = Math.min(guess, 1_000_000);
    this.#latencyMs = new Float64Array(room);
    this.#connectMs = new Float64Array(room);
    this.#firstByteMs = new Float64Array(room);
  }

  add(timing: Timing): void {
    if (this.count === this.#latencyMs.length) this.#grow();
    this.#latencyMs[this.count] = timing.end - timing.start;
    this.#connectMs[this.count] = timing.connected - timing.start;
    this.#firstByteMs[this.count] = timing.firstByte - timing.start;
    this.count += 1;
  }

  take(): Pick<BlockOutcome, 'latencyMs' | 'connectMs' | 'firstByteMs'> {
    const known = (values: Float64Array): Float64Array | null =>
      this.count > 0 && !Number.isNaN(values[0]) ? values.slice(0, this.count) : null;
    return {
      latencyMs: this.#latencyMs.slice(0, this.count),
      connectMs: known(this.#connectMs),
      firstByteMs: known(this.#firstByteMs),
    };
  }

  #grow(): void {
    const double = (values: Float64Array): Float64Array => {
      const larger = new Float64Array(values.length * 2);
      larger.set(values);
      return larger;
    };
    this.#latencyMs = double(this.#latencyMs);
    this.#connectMs = double(this.#connectMs);
    this.#firstByteMs = double(this.#firstByteMs);
  }
}
