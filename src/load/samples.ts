import type { Timing } from './exchange.ts';

/** Room for the samples of one block, taken before it starts; it only grows, between samples, if the guess was low. */
export class Samples {
  count = 0;
  /** Sum of the latencies. */
  totalMs = 0;
  #latencyMs: Float64Array;
  #connectMs: Float64Array;
  #firstByteMs: Float64Array;

  constructor(expected: number) {
    const room = Math.min(Math.max(Math.ceil(expected), 16), MAX_ROOM);
    this.#latencyMs = new Float64Array(room);
    this.#connectMs = new Float64Array(room);
    this.#firstByteMs = new Float64Array(room);
  }

  /** `from`: when the request was meant to start, which in an open loop is before it did. */
  add(timing: Timing, from: number): void {
    if (this.count === this.#latencyMs.length) this.#grow();
    const latencyMs = timing.end - from;
    this.#latencyMs[this.count] = latencyMs;
    this.#connectMs[this.count] = timing.connected - timing.start;
    this.#firstByteMs[this.count] = timing.firstByte - from;
    this.count += 1;
    this.totalMs += latencyMs;
  }

  /** In the order in which the replies came. Parts that the client does not see are null. */
  take(): {
    readonly latencyMs: Float64Array;
    readonly connectMs: Float64Array | null;
    readonly firstByteMs: Float64Array | null;
  } {
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

const MAX_ROOM = 1_000_000;
