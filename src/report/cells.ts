import { z } from 'zod';
import { count, encoding, method, ms, sha256, share, text, transport } from './fields.ts';

/** What was measured: cells with their rounds, the floor under them, and the cost of encoding. */

/** Centre and interval. `low` and `high` are null where there are too few rounds for an interval. */
export const estimate = z.strictObject({
  value: ms,
  low: ms.nullable(),
  high: ms.nullable(),
  confidence: z.number().min(0).max(1).nullable(),
});

export const blockFlag = z.enum(['steal', 'throttled', 'gc', 'busy-loop']);

/** One block, in the order in which the rounds were run. `position` counts the turns of its round from 0. */
export const roundResult = z.strictObject({
  round: count,
  position: count,
  requests: count,
  errors: count,
  /** Arrivals that were not sent any more (open loop). */
  dropped: count,
  medianMs: ms.nullable(),
  meanMs: ms.nullable(),
  wallMs: ms,
  /**
   * Closed loop: sum of the latencies over the time of the block's connections, GC fences not counted. Open loop: the
   * share of the latencies that is not the client's own lateness.
   */
  duty: share,
  /** Time outside the clock given to minor collections between samples. */
  fenceMs: ms,
  /** Time that collections took inside the block, fences not counted. */
  gcMs: ms,
  flags: z.array(blockFlag),
  /** Share of the CPU time that the host took away; absent where the system does not show it. */
  steal: share.optional(),
  /** Time for which the server's own CPU limit held it back; absent where nobody can say. */
  serverThrottledMs: ms.optional(),
});

export const cellResult = z.strictObject({
  requests: count,
  errors: count,
  duty: share,
  /** Requests a second while blocks ran. */
  throughput: z.number().nonnegative(),
  meanMs: ms,
  minMs: ms,
  maxMs: ms,
  /** Median over rounds of the block medians, interval from order statistics. */
  p50Ms: estimate,
  /** The same without the flagged blocks; null when none was flagged or none is left. */
  p50UnflaggedMs: estimate.nullable(),
  /** Pooled over rounds; null where n is too small to support it. Keys: p90, p95, p99. */
  percentilesMs: z.record(z.enum(['p90', 'p95', 'p99']), ms.nullable()),
  percentileIntervalsMs: z.record(z.enum(['p90', 'p95', 'p99']), z.strictObject({ low: ms, high: ms }).nullable()),
  /** Medians of the parts of a request; null where the client cannot see them. `connect` is 0 on a kept connection. */
  partsMs: z.strictObject({ connect: ms.nullable(), firstByte: ms.nullable() }),
  /** The floor's p50 over the cell's p50; null without calibration. */
  floorShare: share.nullable(),
  /** Open loop: arrivals that were not sent any more. */
  dropped: count,
  /** Closed loop: throughput times mean latency, which is the concurrency by Little's law; null in an open loop. */
  inFlight: z.number().nonnegative().nullable(),
  /** What the server's processes used while they served this cell; null where the target cannot say. */
  server: z
    .strictObject({
      /** Milliseconds of CPU time for one request. */
      cpuMsPerRequest: ms,
      /** The most resident memory after a block. */
      rssBytes: count.nullable(),
      /** Time for which its own CPU limit held it back, over the time of the blocks; absent where nobody can say. */
      throttledShare: z.number().nonnegative().optional(),
    })
    .nullable(),
  /** All latencies in nanoseconds: HdrHistogram V2, compressed, in base64. */
  histogram: z.string().max(400_000).nullable(),
  rounds: z.array(roundResult),
});

export const cell = z.strictObject({
  id: z.string().max(100),
  method,
  transport,
  encoding,
  batch: z.int().positive(),
  concurrency: z.int().positive(),
  state: z.enum(['measured', 'failed', 'skipped']),
  reason: text.optional(),
  request: z.strictObject({
    bytes: count,
    sha256: sha256.nullable(),
    shape: z.array(count),
    dtype: z.enum(['int64', 'float64']),
  }),
  response: z.strictObject({ bytes: count }).nullable(),
  results: z.record(z.string(), cellResult),
});

/** What the client and the kernel cost alone: this arm's and cell's bytes against the null server. */
export const floor = z.strictObject({
  arm: z.string(),
  cell: z.string(),
  transport,
  encoding,
  batch: z.int().positive(),
  requestBytes: count,
  responseBytes: count,
  requests: count,
  /** Median over rounds of the block medians. */
  p50Ms: ms,
  /** Mean of the middle half of the block medians: a median of two-peaked values jumps, so differences are of this. */
  midmeanMs: ms,
  p99Ms: ms.nullable(),
});

/** What encoding a request and decoding its reply cost this program, in a table of its own, never mixed in. */
export const codecCost = z.strictObject({
  transport,
  encoding,
  batch: z.int().positive(),
  encodeMs: ms,
  decodeMs: ms.nullable(),
});
