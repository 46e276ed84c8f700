import { createHash } from 'node:crypto';
import type { Cell, Encoding, Method, Transport } from '../../src/plan.ts';
import type { CellReport, CellResult, Report } from '../../src/report.ts';
import { createRandom } from '../../src/stats/random.ts';
import { sampleHistogram } from './sample-histogram.ts';
import type { SampleOptions } from './sample-report.ts';
import { estimateSample } from './sample-statistics.ts';

/** Milliseconds at batch 1 and at batch 100 000, as the real wrapper showed them on a small machine. */
const LEVELS: Record<Method, Record<Encoding, Record<Transport, readonly [number, number]>>> = {
  predict: {
    ndarray: { rest: [0.741, 11.4], grpc: [0.733, 90.5] },
    tensor: { rest: [0.744, 9.9], grpc: [0.671, 0.95] },
    tftensor: { rest: [1.07, 7.2], grpc: [0.772, 1.03] },
  },
  predict_raw: {
    ndarray: { rest: [0.712, 6.9], grpc: [0.691, 3.8] },
    tensor: { rest: [0.683, 7.8], grpc: [0.652, 0.84] },
    tftensor: { rest: [0.631, 1.6], grpc: [0.629, 0.89] },
  },
  predict_raw_decode: {
    ndarray: { rest: [0.722, 10.8], grpc: [0.702, 36.1] },
    tensor: { rest: [0.689, 8.9], grpc: [0.661, 0.91] },
    tftensor: { rest: [0.648, 1.9], grpc: [0.641, 0.97] },
  },
};

/** One cell, with the results of its rounds where it was measured. */
export function sampleCell(cell: Cell, index: number, rounds: number, options: SampleOptions): CellReport {
  const skipped = options.skipped?.[cell.id];
  const failed = options.failed?.[cell.id];
  const reason = skipped ?? failed ?? (rounds === 0 ? 'the run ended before it was measured' : undefined);
  const unmeasured = reason !== undefined;
  return {
    ...cell,
    state: failed !== undefined ? 'failed' : unmeasured ? 'skipped' : 'measured',
    ...(reason === undefined ? {} : { reason }),
    request: {
      bytes: 20 + 8 * cell.batch,
      sha256: createHash('sha256').update(cell.id).digest('hex'),
      shape: cell.encoding === 'tftensor' ? [cell.batch] : [1, cell.batch],
      dtype: cell.encoding === 'tensor' ? 'float64' : 'int64',
    },
    response: unmeasured ? null : { bytes: 120 },
    results: unmeasured
      ? {}
      : Object.fromEntries(
          (options.arms ?? ['base']).map((arm, i) => [arm, sampleResult(cell, index, i, rounds, options)]),
        ),
  };
}

function sampleResult(cell: Cell, index: number, arm: number, rounds: number, options: SampleOptions): CellResult {
  const { rate = null, noise = 0.04 } = options;
  const { concurrency } = cell;
  const [small, large] = LEVELS[cell.method][cell.encoding][cell.transport];
  const alone = (small + ((large - small) * (cell.batch - 1)) / 99_999) * armFactor(index, arm);
  const level = alone * (concurrency / (1 + 0.6 * Math.min(concurrency - 1, 3)));
  const own = createRandom(7, index + 1000 * arm);
  const shared = createRandom(8);
  const medians = Array.from({ length: rounds }, () => {
    const wave = 0.1 * (shared() + shared() - 1);
    return level * Math.exp(wave + noise * (own() + own() + own() - 1.5) * 2);
  });
  const requests = Math.max(5, rate === null ? Math.floor((250 * concurrency) / level) : Math.floor(rate / 4));
  const total = requests * rounds;
  const p50Ms = estimateSample(medians);
  const supported = (least: number, factor: number): number | null => (total >= least ? p50Ms.value * factor : null);
  const around = (x: number | null) => (x === null ? null : { low: x * 0.95, high: x * 1.08 });
  const [p90, p95, p99] = [supported(29, 1.18), supported(59, 1.27), supported(299, 1.55)];
  const floor = floorOf(cell);
  const throughput = rate ?? (970 * concurrency) / p50Ms.value;
  const meanMs = p50Ms.value * 1.03;
  const dropped = options.dropped?.[cell.id] ?? 0;
  return {
    requests: total,
    errors: 0,
    duty: 0.992,
    throughput,
    meanMs,
    minMs: p50Ms.value * 0.8,
    maxMs: p50Ms.value * 3.1,
    p50Ms,
    p50UnflaggedMs: null,
    percentilesMs: { p90, p95, p99 },
    percentileIntervalsMs: { p90: around(p90), p95: around(p95), p99: around(p99) },
    partsMs: { connect: cell.transport === 'rest' ? 0.061 : 0, firstByte: p50Ms.value * 0.9 },
    floorShare: floor / p50Ms.value,
    dropped,
    inFlight: rate === null ? (throughput * meanMs) / 1000 : null,
    server:
      options.target === undefined || options.target === 'process'
        ? { cpuMsPerRequest: alone * 0.83, rssBytes: 118_000_000 + 96 * cell.batch }
        : null,
    histogram: options.histograms ? sampleHistogram(medians) : null,
    rounds: medians.map((medianMs, round) => ({
      round,
      position: index,
      requests,
      errors: 0,
      dropped: round === 0 ? dropped : 0,
      medianMs,
      meanMs: medianMs * 1.03,
      wallMs: (requests * medianMs * 1.04) / concurrency,
      duty: 0.992,
      fenceMs: 1.5,
      gcMs: 0.4,
      flags: [],
    })),
  };
}

/** How many times longer the arm takes than the baseline: by the cell, so that all kinds of verdict occur. */
function armFactor(index: number, arm: number): number {
  return arm === 0 ? 1 : ([1.15, 1, 1.005, 0.84, 1, 1.055, 1, 1][(index + 5 * (arm - 1)) % 8] ?? 1);
}

function floorOf({ transport, batch }: Cell): number {
  return (transport === 'rest' ? 0.082 : 0.121) + (batch / 100_000) * 0.21;
}

/** What the null server cost with the cell's bytes, for each arm. */
export function sampleFloor(cell: CellReport, arms: readonly string[]): Report['floor'] {
  if (cell.state !== 'measured') return [];
  const p50Ms = floorOf(cell);
  const { transport, encoding, batch, request } = cell;
  const sizes = { requestBytes: request.bytes, responseBytes: 120 };
  const times = { p50Ms, midmeanMs: p50Ms, p99Ms: p50Ms * 2.2 };
  return arms.map((arm) => ({ arm, cell: cell.id, transport, encoding, batch, ...sizes, requests: 1000, ...times }));
}
