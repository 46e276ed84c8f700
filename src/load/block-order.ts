import type { Block } from '../block.ts';

export interface BlockOrder {
  /** The block goes on until this long has passed and `minRequests` were counted. */
  readonly durationMs: number;
  readonly minRequests: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** How many connections ask at the same time, each with one request after the other. */
  readonly concurrency: number;
  /** Null for a closed loop. `seed` draws the arrivals. */
  readonly rate: {
    readonly perSecond: number;
    readonly arrivals: 'constant' | 'poisson';
    readonly seed: number;
  } | null;
}

/** What the loop itself found. */
export interface LoopOutcome
  extends Pick<
    Block,
    'errors' | 'error' | 'wallMs' | 'connectionMs' | 'fenceMs' | 'loopBusy' | 'loop' | 'inFlight' | 'dropped' | 'lagMs'
  > {
  /** Whether failures in a row, or one that lasted the whole time-out, ended the block. */
  readonly gaveUp: boolean;
}

/** What a block brought back; `reply` is the warm-up's, for the caller to check. */
export interface BlockOutcome extends LoopOutcome, Pick<Block, 'latencyMs' | 'connectMs' | 'firstByteMs'> {
  readonly reply: Uint8Array | null;
  /** All requests that went out, failed ones and the warm-up included. */
  readonly sent: number;
}
