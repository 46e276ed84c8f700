import { createRandom, shuffle } from './stats/random.ts';

/**
 * `predict_raw_decode` is `predict_raw` with a model that makes an array of its message, as one that reads its input
 * would have to.
 */
export const METHODS = ['predict', 'predict_raw', 'predict_raw_decode'] as const;
export const TRANSPORTS = ['rest', 'grpc'] as const;
export const ENCODINGS = ['ndarray', 'tensor', 'tftensor'] as const;
export type Method = (typeof METHODS)[number];
export type Transport = (typeof TRANSPORTS)[number];
export type Encoding = (typeof ENCODINGS)[number];

/** The largest batch: beyond it one request is over 100 MB of JSON and measures memory, not serving. */
export const MAX_BATCH = 10_000_000;
/** Each connection has buffers of its own; beyond this many the machine's limits are measured. */
export const MAX_CONCURRENCY = 256;

export interface Matrix {
  readonly methods: readonly Method[];
  readonly transports: readonly Transport[];
  readonly encodings: readonly Encoding[];
  readonly batches: readonly number[];
  readonly concurrencies: readonly number[];
}

/** What is measured: one way of asking one model for one batch. */
export interface Cell {
  readonly id: string;
  readonly method: Method;
  readonly transport: Transport;
  readonly encoding: Encoding;
  /** How many consecutive integers 0..n-1 one request carries, or how many rows where they are somebody's own. */
  readonly batch: number;
  /** How many connections ask at the same time, each with one request after the other. */
  readonly concurrency: number;
}

/** Every combination of the matrix, in the order in which reports list them: batch, concurrency, method, transport, encoding. */
export function planCells(matrix: Matrix): Cell[] {
  const cells: Cell[] = [];
  for (const batch of matrix.batches)
    for (const concurrency of matrix.concurrencies)
      for (const method of matrix.methods)
        for (const transport of matrix.transports)
          for (const encoding of matrix.encodings) {
            const id = `${method}.${transport}.${encoding}.${batch}.c${concurrency}`;
            cells.push({ id, method, transport, encoding, batch, concurrency });
          }
  return cells;
}

/**
 * What one block repeats: a cell against an arm's server; the canary (the same cell once more, under another name);
 * or the floor (the cell's exact bytes against the null server).
 */
type Role = 'cell' | 'canary' | 'floor';

export interface Turn {
  readonly role: Role;
  readonly arm: string;
  readonly cell: string;
}

/**
 * The order of one round: every turn once, shuffled afresh. The same seed and round give the same order, however many
 * rounds are run and whether or not an earlier one was cut short.
 */
export function orderRound(turns: readonly Turn[], seed: number, round: number): Turn[] {
  return shuffle(turns, createRandom(seed, round));
}
