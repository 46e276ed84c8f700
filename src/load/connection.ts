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
  const alarm = setTimeout(() => {
    // An open loop may leave a connection alone for longer than a request may take.
    if (!asking) return;
    timedOut = true;
    exchange.abort(createTimeout(timeoutMs));
  }, timeoutMs);
  return {
    exchange,
    timing,
    async ask() {
      alarm.refresh();
      asking = true;
      try {
        await exchange.send(timing);
        inARow = 0;
        return null;
      } catch (thrown) {
        timing.end = performance.now();
        inARow += 1;
        return thrown instanceof Error ? thrown.message : String(thrown);
      } finally {
        asking = false;
      }
    },
    // A server that does not answer would otherwise hold the run for several time-outs.
    gaveUp: () => inARow === MAX_FAILURES || timedOut,
    [Symbol.dispose]() {
      clearTimeout(alarm);
      exchange.reset();
    },
  };
}
