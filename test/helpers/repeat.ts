import { setTimeout as sleep } from 'node:timers/promises';

/** Does something again and again, `pauseMs` apart, until it is disposed; what fails is left to the next turn. */
export function repeat(turn: () => Promise<void>, pauseMs: number, stop = new AbortController()): AsyncDisposable {
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await turn().catch(() => {});
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  const working = work();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
    },
  };
}
