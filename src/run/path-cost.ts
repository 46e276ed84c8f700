import type { Loader } from '../load/loader.ts';
import type { Cell } from '../plan.ts';
import type { PathCost } from '../report.ts';
import { median } from '../stats/quantile.ts';
import { finishOrStop } from './patience.ts';

const PASSES = 3;
const REQUESTS = 20;

/** One that has answered none of so many cells will not answer the others either. */
const GIVE_UP_AFTER = 3;

/** What was measured, and the first thing that went wrong. */
interface PathCosts {
  readonly costs: readonly PathCost[];
  readonly error: string | null;
}

/**
 * What the way to a server costs: asks two null servers in turns, so that both see the same machine. `keyOf` names the
 * prepared requests. A cell that one of them does not answer is left out; where none of the first ones is answered, the
 * others are not asked, as each may take a whole time-out.
 */
export async function measurePath(
  cells: readonly Cell[],
  arm: string,
  keyOf: (cell: Cell, way: 'path' | 'loopback') => string,
  loader: Loader,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<PathCosts> {
  const samples = new Map(cells.map(({ id }) => [id, { path: [] as number[], loopback: [] as number[] }]));
  const order = { durationMs: 0, minRequests: REQUESTS, timeoutMs: options.timeoutMs, concurrency: 1, rate: null };
  let error: string | null = null;
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [i, cell] of cells.entries()) {
      if (!samples.has(cell.id)) continue;
      // Whoever comes second finds other caches: they take turns at that, too.
      const ways = pass % 2 === 0 ? (['path', 'loopback'] as const) : (['loopback', 'path'] as const);
      for (const way of ways) {
        const outcome = await finishOrStop(loader.block(keyOf(cell, way), order), options.signal);
        options.signal.throwIfAborted();
        error ??= outcome.error;
        if (outcome.latencyMs.length > 0) samples.get(cell.id)?.[way].push(...outcome.latencyMs);
        else samples.delete(cell.id);
      }
      if (pass === 0 && i === GIVE_UP_AFTER - 1 && samples.size === cells.length - GIVE_UP_AFTER) {
        return { costs: [], error };
      }
    }
  }
  const costs = cells.flatMap(({ id, transport, encoding, batch }) => {
    const { path = [], loopback = [] } = samples.get(id) ?? {};
    if (path.length === 0 || loopback.length === 0) return [];
    const requests = Math.min(path.length, loopback.length);
    return [
      { arm, cell: id, transport, encoding, batch, requests, pathP50Ms: median(path), loopbackP50Ms: median(loopback) },
    ];
  });
  return { costs, error };
}
