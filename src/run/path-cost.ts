import type { Loader } from '../load/loader.ts';
import type { Cell } from '../plan.ts';
import type { PathCost } from '../report.ts';
import { median } from '../stats/quantile.ts';
import { finishOrStop } from './patience.ts';

const PASSES = 3;
const REQUESTS = 20;
const NEVER = new AbortController().signal;

/**
 * What the way to a server costs: asks two null servers in turns, so that both see the same machine. `keyOf` names the
 * prepared requests. A cell that one of them does not answer is left out.
 */
export async function measurePath(
  cells: readonly Cell[],
  arm: string,
  keyOf: (cell: Cell, way: 'path' | 'loopback') => string,
  loader: Loader,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<PathCost[]> {
  const samples = new Map(cells.map(({ id }) => [id, { path: [] as number[], loopback: [] as number[] }]));
  const order = { durationMs: 0, minRequests: REQUESTS, timeoutMs: options.timeoutMs, concurrency: 1, rate: null };
  for (let pass = 0; pass < PASSES; pass++) {
    for (const cell of cells) {
      // Whoever comes second finds other caches: they take turns at that, too.
      const ways = pass % 2 === 0 ? (['path', 'loopback'] as const) : (['loopback', 'path'] as const);
      for (const way of ways) {
        const { latencyMs } = await finishOrStop(loader.block(keyOf(cell, way), order), options.signal, NEVER);
        options.signal.throwIfAborted();
        samples.get(cell.id)?.[way].push(...latencyMs);
      }
    }
  }
  return cells.flatMap(({ id, transport, encoding, batch }) => {
    const { path = [], loopback = [] } = samples.get(id) ?? {};
    if (path.length === 0 || loopback.length === 0) return [];
    const requests = Math.min(path.length, loopback.length);
    return [
      { arm, cell: id, transport, encoding, batch, requests, pathP50Ms: median(path), loopbackP50Ms: median(loopback) },
    ];
  });
}
