import type { Turn } from './plan.ts';

/**
 * What one block brought back. All arrays have one entry per counted request, in the order in which they were sent;
 * milliseconds from a monotonic clock. The warm-up request and failed requests are not in them.
 */
export interface Block extends Turn {
  readonly round: number;
  /** The block's place in its round, from 0. */
  readonly position: number;
  /** From handing the bytes to the transport to the last reply byte (REST) or the trailers (gRPC). */
  readonly latencyMs: Float64Array;
  /** Part of the latency spent connecting (0 on a kept connection); null where the client cannot see it. */
  readonly connectMs: Float64Array | null;
  /** From the start to the first reply byte; null where the client cannot see it. */
  readonly firstByteMs: Float64Array | null;
  readonly errors: number;
  /** The first error's text. */
  readonly error: string | null;
  /** From the first counted request's start to the last one's end, fences included. */
  readonly wallMs: number;
  readonly fenceMs: number;
  readonly gcMs: number;
  /** Share of the block's CPU time that the host took away, 0 to 1; null where unknown. */
  readonly steal: number | null;
  /** Milliseconds for which a cgroup CPU limit held processes back during the block; null where unknown. */
  readonly throttledMs: number | null;
  /** Event loop utilisation of the load process over the block, 0 to 1. */
  readonly loopBusy: number;
}
