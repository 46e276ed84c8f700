import type { Turn } from './plan.ts';

/**
 * What one block brought back. All arrays have one entry per counted request, in the order in which the replies
 * came; milliseconds from a monotonic clock. The warm-up request and failed requests are not in them.
 */
export interface Block extends Turn {
  readonly round: number;
  /** The block's place in its round, from 0. */
  readonly position: number;
  /** Measured only to confirm a difference between arms; kept apart from the other rounds. */
  readonly confirming: boolean;
  /**
   * From handing the bytes to the transport (open loop: from the intended arrival) to the last reply byte (REST) or the
   * trailers (gRPC).
   */
  readonly latencyMs: Float64Array;
  /** Part of the latency spent connecting (0 on a kept connection); null where the client cannot see it. */
  readonly connectMs: Float64Array | null;
  /** From the start to the first reply byte; null where the client cannot see it. */
  readonly firstByteMs: Float64Array | null;
  /** Closed: each request waits for the reply before it. Open: requests arrive by a plan of their own. */
  readonly loop: 'closed' | 'open';
  /**
   * Little's law (1961) over the time in which all connections were busy, from when each had its first reply until the
   * first one stopped: completions a millisecond times their mean latency. Null in an open loop and where that time is
   * too short.
   */
  readonly inFlight: number | null;
  /** Open loop: arrivals that were not sent any more; 0 in a closed loop. */
  readonly dropped: number;
  /**
   * Open loop: milliseconds, summed over the requests, by which the client itself sent later than it could have. They
   * are part of the latencies. 0 in a closed loop.
   */
  readonly lagMs: number;
  readonly errors: number;
  /** The first error's text. */
  readonly error: string | null;
  /** From the loop's begin to the last counted request's end, fences included. */
  readonly wallMs: number;
  /** Summed over the connections: from each one's first counted start to its last end, fences not counted. */
  readonly connectionMs: number;
  readonly fenceMs: number;
  readonly gcMs: number;
  /** Share of the block's CPU time that the host took away, 0 to 1; null where unknown. */
  readonly steal: number | null;
  /** Milliseconds for which a cgroup CPU limit held processes back during the block; null where unknown. */
  readonly throttledMs: number | null;
  /**
   * Event loop utilisation of the load process over the block, 0 to 1. In an open loop it tells nothing, as that waits
   * awake: 0.
   */
  readonly loopBusy: number;
  /** CPU time of the server's processes during the block, warm-up included; null where the target cannot say. */
  readonly serverCpuMs: number | null;
  /** All requests that were sent during that time, the uncounted and the failed ones included. */
  readonly serverRequests: number;
  /** Resident memory of the server's processes after the block; null where the target cannot say. */
  readonly serverRssBytes: number | null;
  /** Milliseconds for which the server's own CPU limit held it back during the block; null where nobody can say. */
  readonly serverThrottledMs: number | null;
}
