import type { Block } from '../../src/block.ts';
import { type Random, shuffle } from '../../src/stats/random.ts';

/**
 * A simulated machine. Block medians carry AR(1) noise (each block resembles the one before it, whichever cell that was
 * of), a drift over the whole run, and spikes.
 */
export interface Machine {
  readonly rho: number;
  /** Standard deviation of a block's ln(median). */
  readonly spread: number;
  /** ln of how much slower the last block is than the first. */
  readonly drift: number;
  /** Share of blocks that are up to twice as slow. */
  readonly spikes: number;
}

const correlated: Machine = { rho: 0.6, spread: 0.06, drift: 0, spikes: 0 };
export const MACHINES = {
  correlated,
  drifting: { ...correlated, drift: 0.3 },
  spiky: { ...correlated, spikes: 0.02 },
  // The differences of a round are spread by .16: worse than what shared machines are known for.
  rough: { rho: 0.6, spread: 0.15, drift: 0.3, spikes: 0.02 },
} as const;

/** Independent noise under which the difference of two blocks has this standard deviation. */
export function independent(pairSpread: number): Machine {
  return { rho: 0, spread: pairSpread / Math.SQRT2, drift: 0, spikes: 0 };
}

/**
 * ln(median) of each turn (rows) in each round; every round in a fresh random order. All turns are the same but for
 * `effects`, one for each turn.
 */
export function simulateRounds(
  machine: Machine,
  effects: readonly number[],
  rounds: number,
  random: Random,
): number[][] {
  const normal = createNormal(random);
  const values: number[][] = effects.map(() => []);
  const fresh = Math.sqrt(1 - machine.rho ** 2);
  const blocks = rounds * effects.length;
  let noise = normal();
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const turn of shuffle([...effects.keys()], random)) {
      noise = machine.rho * noise + fresh * normal();
      const spike = random() < machine.spikes ? 0.7 * random() : 0;
      const level = machine.spread * noise + (machine.drift * done++) / blocks + spike;
      (values[turn] as number[]).push(level + (effects[turn] as number));
    }
  }
  return values;
}

/** A block with one request of `e^logMs` milliseconds: all that the verdicts look at. */
export function simulatedBlock(arm: string, cell: string, round: number, logMs: number, confirming: boolean): Block {
  const ms = Math.exp(logMs);
  return {
    role: 'cell',
    arm,
    cell,
    round,
    position: 0,
    confirming,
    latencyMs: Float64Array.of(ms),
    connectMs: null,
    firstByteMs: null,
    errors: 0,
    error: null,
    loop: 'closed',
    inFlight: null,
    dropped: 0,
    lagMs: 0,
    wallMs: ms,
    connectionMs: ms,
    fenceMs: 0,
    gcMs: 0,
    steal: null,
    throttledMs: null,
    loopBusy: 0,
    serverCpuMs: null,
    serverRequests: 1,
    serverRssBytes: null,
    serverThrottledMs: null,
  };
}

/** Box and Muller (1958). */
function createNormal(random: Random): Random {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
