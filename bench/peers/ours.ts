import type { Loader } from '../../src/load/loader.ts';
import type { Contestant } from './contest.ts';

const TIMEOUT_MS = 30_000;
const MIN_REQUESTS = 5;

/** One of our clients, prepared under `key`, measured by the tool's own block on a new connection. */
export function createOurs(name: string, loader: Loader, key: string): Contestant {
  return {
    name,
    async run(durationMs) {
      const block = await loader.block(key, {
        durationMs,
        minRequests: MIN_REQUESTS,
        timeoutMs: TIMEOUT_MS,
        concurrency: 1,
        rate: null,
      });
      if (block.error !== null) throw new Error(`${name}: ${block.error}`);
      const { latencyMs, wallMs, cpuMs, sent } = block;
      // Whoever counts from outside sees the pauses for garbage collection, too.
      return { latencyMs, perSecond: latencyMs.length / (wallMs / 1000), cpuMs: cpuMs / sent };
    },
  };
}
