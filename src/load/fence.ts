import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

/** Garbage beyond this is collected between two samples; well below the semi-space, so that V8 does not do it itself. */
const ALLOWED_GARBAGE_BYTES = 8 * 1024 * 1024;
/** Asking V8 costs microseconds; garbage grows slowly. */
const ASK_EVERY = 32;

export interface Fence {
  /** The block begins: counts from here. */
  begin(): void;
  /** Between two samples: collects the young generation if enough garbage has gathered. */
  pass(): void;
  /** The block is over. Returns the milliseconds that fences took. */
  end(): number;
  /** Takes the milliseconds of collections inside the block but outside fences: 0 where no block has ended since. */
  takeGcMs(): Promise<number>;
}

/**
 * Keeps V8's collections out of the samples: they happen between two of them, outside the clock, and their time is
 * reported apart. Needs `--expose-gc`; without it nothing is fenced, and `takeGcMs` shows what that costs.
 */
export function createFence(): Fence {
  const collect = (globalThis as { gc?: (options: { type: 'minor' }) => void }).gc;
  let collections: { startTime: number; duration: number }[] = [];
  let fences: { from: number; to: number }[] = [];
  const observer = new PerformanceObserver((list) => {
    collections.push(...list.getEntries());
  });
  observer.observe({ entryTypes: ['gc'] });
  let sinceAsked = 0;
  let level = 0;
  let begun = 0;
  let ended = 0;
  const heapBytes = (): number => {
    const statistics = getHeapStatistics();
    return statistics.used_heap_size + statistics.external_memory;
  };
  const run = (): void => {
    const from = performance.now();
    collect?.({ type: 'minor' });
    level = heapBytes();
    fences.push({ from, to: performance.now() });
  };
  return {
    begin() {
      run();
      fences = [];
      observer.takeRecords();
      collections = [];
      sinceAsked = 0;
      begun = performance.now();
    },
    pass() {
      if (++sinceAsked < ASK_EVERY) return;
      sinceAsked = 0;
      if (heapBytes() - level > ALLOWED_GARBAGE_BYTES) run();
    },
    end() {
      ended = performance.now();
      return fences.reduce((sum, fence) => sum + fence.to - fence.from, 0);
    },
    async takeGcMs() {
      // Node tells of a collection in the turn of the event loop after it.
      await setImmediate();
      collections.push(...observer.takeRecords());
      const inside = collections.filter(
        ({ startTime }) =>
          startTime >= begun && startTime <= ended && !fences.some((f) => startTime >= f.from && startTime <= f.to),
      );
      collections = [];
      return inside.reduce((sum, { duration }) => sum + duration, 0);
    },
  };
}
