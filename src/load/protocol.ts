import type { BlockOrder, BlockOutcome } from './block-order.ts';
import type { Destination, Reply } from './exchange.ts';

export type Client = 'wire' | 'library';

/** What the parent asks of the load process, one at a time; `Answer` has the same `kind`, or `failed`. */
export type Ask =
  /** Keeps a request's bytes under a name, for any number of exchanges. */
  | { readonly kind: 'hold'; readonly payload: string; readonly body: Uint8Array }
  /** Prepares a request under a key; its connections are made when it is sent. With `client: 'wire'` the reply's raw bytes can be had. */
  | { readonly kind: 'prepare'; readonly key: string; readonly client: Client; readonly destination: Destination }
  | { readonly kind: 'send'; readonly key: string; readonly timeoutMs: number }
  | { readonly kind: 'block'; readonly key: string; readonly order: BlockOrder }
  | { readonly kind: 'release'; readonly key: string };

export type Answer =
  | { readonly kind: 'hold' }
  | { readonly kind: 'prepare' }
  | { readonly kind: 'send'; readonly reply: Reply }
  | { readonly kind: 'block'; readonly outcome: MeasuredBlock }
  | { readonly kind: 'release' }
  | { readonly kind: 'failed'; readonly message: string };

/** A block's outcome with what the system did meanwhile. */
export interface MeasuredBlock extends BlockOutcome {
  readonly gcMs: number;
  readonly steal: number | null;
  readonly throttledMs: number | null;
  /** CPU time of the load process during the block, warm-up included. */
  readonly cpuMs: number;
  /** The most memory that the load process has held so far. */
  readonly peakRssBytes: number;
}
