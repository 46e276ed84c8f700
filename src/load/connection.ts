import { createTimeout, createTiming, type Exchange, type Timing } from './exchange.ts';

/** One of a block's connections: an exchange with a clock of its own and a time limit on each request. */
export interface Connection extends Disposable {
  readonly exchange: Exchange;
  /** Of the last request; `end` is set also where it failed. */
  readonly timing: Timing;
  /** Sends once. Returns what went wrong, or null; never rejects. */
  ask(): Promise<string | null>;
  /** Whether the server has stopped answering: failures in a row, or one that lasted the whole time-out. */
  gaveUp(): boolean;
}

/** After so many failures in a row the block ends: the cell has failed. */
const MAX_FAILURES = 3;

/** Takes a fresh exchange over; disposing drops its connection. `timeoutMs` is for each request. */
export function createConnection(exchange: Exchange, timeoutMs: number): Connection {
  const timing = createTiming();
  let asking = false;
  let inARow = 0;
  let timedOut = false;
  // Set once and again when it goes off, not for each request: that would cost more than all else between two of them.
  const watch = (): void => {
    // An open loop may leave a connection alone for longer than a request may take.
    const leftMs = asking ? timeoutMs - (performance.now() - timing.start) : timeoutMs;
    if (leftMs > 0) {
      alarm = setTimeout(watch, leftMs);
      return;
    }
    timedOut = true;
    exchange.abort(createTimeout(timeoutMs));
  };
  let alarm = setTimeout(watch, timeoutMs);

  const succeed = (): null => {
    asking = false;
    inARow = 0;
    return null;
  };
  const fail = (thrown: unknown): string => {
    asking = false;
    timing.end = performance.now();
    inARow += 1;
    return thrown instanceof Error ? thrown.message : String(thrown);
  };
  return {
    exchange,
    timing,
    ask() {
      asking = true;
      return exchange.send(timing).then(succeed, fail);
    },
    // A server that does not answer would otherwise hold the run for several time-outs.
    gaveUp: () => inARow === MAX_FAILURES || timedOut,
    [Symbol.dispose]() {
      clearTimeout(alarm);
      exchange.reset();
    },
  };
}
