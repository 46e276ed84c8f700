/** A run's requests and the CPU time of the whole program. */
interface Cost {
  readonly requests: number;
  readonly cpuMs: number;
}

const TIMES = 5;

/** What a program costs before it has asked much: very short runs, averaged, since the kernel counts in ticks. */
export async function measureStartUp(run: () => Promise<Cost>): Promise<Cost> {
  let requests = 0;
  let cpuMs = 0;
  for (let i = 0; i < TIMES; i++) {
    const cost = await run();
    requests += cost.requests / TIMES;
    cpuMs += cost.cpuMs / TIMES;
  }
  return { requests, cpuMs };
}

/** CPU time of one request more: what a very short run took, and its requests, are taken off. */
export function cpuPerRequest(run: Cost, startUp: Cost): number {
  return Math.max(0, run.cpuMs - startUp.cpuMs) / (run.requests - startUp.requests);
}
