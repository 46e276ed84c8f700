import type { Block } from '../../src/block.ts';
import { type Cell, ENCODINGS, METHODS, planCells, TRANSPORTS } from '../../src/plan.ts';
import type { Arm, CellResult, Comparison, RoundResult, Verdict } from '../../src/report.ts';

export const arm: Arm = { id: 'base', target: 'reference', isSeldon: false, settings: {}, connection: 'close' };

/** The whole matrix: 24 cells. */
export const allCells = planCells({
  methods: METHODS.slice(0, 2),
  transports: TRANSPORTS,
  encodings: ENCODINGS,
  batches: [1, 100_000],
  concurrencies: [1],
});

export function cellOf(id: string): Cell {
  const cell = allCells.find((one) => one.id === id);
  if (cell === undefined) throw new Error(`no cell ${id} in the fixture`);
  return cell;
}

/** A block of undisturbed requests: wall time 1 % longer than their sum, unless told otherwise. */
export function makeBlock(cell: string, round: number, latencyMs: readonly number[], rest: Partial<Block> = {}): Block {
  const sumMs = latencyMs.reduce((sum, value) => sum + value, 0);
  const { wallMs = sumMs * 1.01, fenceMs = 0 } = rest;
  return {
    role: 'cell',
    arm: 'base',
    cell,
    round,
    position: 0,
    latencyMs: Float64Array.from(latencyMs),
    connectMs: null,
    firstByteMs: null,
    confirming: false,
    errors: 0,
    error: null,
    loop: 'closed',
    inFlight: null,
    dropped: 0,
    lagMs: 0,
    wallMs,
    connectionMs: wallMs - fenceMs,
    fenceMs,
    gcMs: 0,
    steal: 0,
    throttledMs: 0,
    loopBusy: 0.5,
    serverCpuMs: null,
    serverRequests: latencyMs.length,
    serverRssBytes: null,
    serverThrottledMs: null,
    ...rest,
  };
}

/** A result that nothing is wrong with. */
export function makeResult(medians: readonly (number | null)[], rest: Partial<CellResult> = {}): CellResult {
  const known = medians.filter((value) => value !== null).toSorted((x, y) => x - y);
  const value = known[known.length >> 1] ?? 0;
  return {
    requests: 100,
    errors: 0,
    duty: 0.99,
    throughput: 100,
    meanMs: value,
    minMs: value,
    maxMs: value,
    p50Ms: { value, low: null, high: null, confidence: null },
    p50UnflaggedMs: null,
    percentilesMs: { p90: null, p95: null, p99: null },
    percentileIntervalsMs: { p90: null, p95: null, p99: null },
    partsMs: { connect: null, firstByte: null },
    floorShare: 0.1,
    dropped: 0,
    inFlight: 0.99,
    server: null,
    histogram: null,
    rounds: medians.map((medianMs, round) => makeRound(round, medianMs)),
    ...rest,
  };
}

export function makeRound(round: number, medianMs: number | null, rest: Partial<RoundResult> = {}): RoundResult {
  return {
    round,
    position: 0,
    requests: medianMs === null ? 0 : 10,
    errors: 0,
    dropped: 0,
    medianMs,
    meanMs: medianMs,
    wallMs: 100,
    duty: 0.99,
    fenceMs: 0,
    gcMs: 0,
    flags: [],
    ...rest,
  };
}

export function makeComparison(id: string, a: string, b: string, verdict: Verdict): Comparison {
  return {
    id,
    kind: 'transport',
    a: { arm: 'base', cell: a },
    b: { arm: 'base', cell: b },
    rounds: 8,
    effect: 0,
    low: null,
    high: null,
    p: 1,
    pMarginHolm: 1,
    spread: 0.1,
    resolution: null,
    verdict,
  };
}
