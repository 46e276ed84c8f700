import type { Run } from './contest.ts';

/** A request as the tools write it down; `startMs` on any clock. */
export interface Sample {
  readonly startMs: number;
  readonly latencyMs: number;
}

/** Our own blocks leave up to so many requests of a new connection out; the peers' are treated alike. */
const WARM_UPS = 3;

/** Turns samples in their order into a run, without the first few. Throws where too few are left. */
export function toRun(samples: readonly Sample[], cpuMs: number | null): Run {
  const counted = samples.slice(WARM_UPS);
  const first = counted[0];
  const last = counted.at(-1);
  if (!first || !last || counted.length < 2) throw new Error(`expected more than ${WARM_UPS + 1} requests in a run`);
  const seconds = (last.startMs + last.latencyMs - first.startMs) / 1000;
  return {
    latencyMs: Float64Array.from(counted, ({ latencyMs }) => latencyMs),
    perSecond: counted.length / seconds,
    cpuMs,
  };
}
