import type { Timing } from './exchange.ts';

/** Room for the samples of one block, taken before it starts; it only grows, between samples, if the guess was low. */
export class Samples {
  count = 0;
  #latencyMs: Float64Array;
  #connectMs: Float64Array;
  #firstByteMs: Float64Array;
  /** When each reply came, by the clock. */
  #endMs: Float64Array;

  constructor(expected: number) {
    const room = Math.min(Math.max(Math.ceil(expected), 16), MAX_ROOM);
    this.#latencyMs = new Float64Array(room);
    this.#connectMs = new Float64Array(room);
    this.#firstByteMs = new Float64Array(room);
    this.#endMs = new Float64Array(room);
  }

  /** `from`: when the request was meant to start, which in an open loop is before it did. */
  add(timing: Timing, from: number): void {
    if (this.count === this.#latencyMs.length) this.#grow();
    this.#latencyMs[this.count] = timing.end - from;
    this.#connectMs[this.count] = timing.connected - timing.start;
    this.#firstByteMs[this.count] = timing.firstByte - from;
    this.#endMs[this.count] = timing.end;
    this.count += 1;
  }

  /** How many replies came after `from` and until `to`, and the mean of their latencies. */
  between(from: number, to: number): { readonly count: number; readonly meanMs: number } {
    let count = 0;
    let totalMs = 0;
    for (let i = 0; i < this.count; i++) {
      const end = this.#endMs[i] as number;
      if (end <= from || end > to) continue;
      count += 1;
      totalMs += this.#latencyMs[i] as number;
    }
    return { count, meanMs: totalMs / count };
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
    this.#endMs = double(this.#endMs);
  }
}

const MAX_ROOM = 1_000_000;
