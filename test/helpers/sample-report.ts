import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { type Encoding, type Method, planCells, type Transport } from '../../src/plan.ts';
import type { Arm, CellReport, History, Report, Warning } from '../../src/report.ts';
import { sampleCell, sampleFloor } from './sample-cells.ts';
import { concludeSample } from './sample-claims.ts';
import { sampleHistory } from './sample-history.ts';
import { compareSample, compareSampleArms } from './sample-statistics.ts';

export interface SampleOptions {
  readonly methods?: readonly Method[];
  readonly transports?: readonly Transport[];
  readonly encodings?: readonly Encoding[];
  readonly batches?: readonly number[];
  readonly concurrencies?: readonly number[];
  /** Ids; the first is the baseline. */
  readonly arms?: readonly string[];
  /** Whether alarms between arms were measured again. */
  readonly confirm?: boolean;
  /** Arrivals a second, of an open loop. */
  readonly rate?: number;
  /** Cell ids with the arrivals that were not sent any more. */
  readonly dropped?: Readonly<Record<string, number>>;
  readonly stopping?: Report['stopping'];
  readonly alpha?: number;
  /** Whether the cells carry their histograms. */
  readonly histograms?: boolean;
  /** Below six there are no intervals of cells. */
  readonly rounds?: number;
  readonly roundsDone?: number;
  /** What the run was stopped in; by default in the planned rounds, where not all of them were run. */
  readonly stoppedDuring?: Extract<Warning, { code: 'stopped-early' }>['during'];
  readonly target?: Arm['target'];
  /** Standard deviation of a block's noise, on the log scale. */
  readonly noise?: number;
  /** Cell ids with the reason why they were not measured. */
  readonly skipped?: Readonly<Record<string, string>>;
  readonly failed?: Readonly<Record<string, string>>;
  readonly noisyCanary?: boolean;
  readonly provenance?: Report['provenance'];
  readonly id?: string;
  /** Rules as they are written in the option; judged as those of a real report are. */
  readonly gate?: string;
  readonly history?: History['status'];
}

/** A report that the schema takes, the same for the same options. Its statistics are rough but agree with each other. */
export function sampleReport(options: SampleOptions = {}): Report {
  const rounds = options.rounds ?? 20;
  const roundsDone = options.roundsDone ?? rounds;
  const stoppedDuring = options.stoppedDuring ?? (roundsDone < rounds ? 'planned' : null);
  const target = options.target ?? 'process';
  const matrix = {
    methods: options.methods ?? ['predict', 'predict_raw'],
    transports: options.transports ?? ['rest', 'grpc'],
    encodings: options.encodings ?? ['ndarray', 'tensor', 'tftensor'],
    batches: options.batches ?? [1, 100_000],
    concurrencies: options.concurrencies ?? [1],
  } as const;
  const arms = options.arms ?? ['base'];
  const baseline = arms[0] ?? 'base';
  const confirm = options.confirm ?? true;
  const cells = planCells(matrix).map((cell, i) => sampleCell(cell, i, roundsDone, options));
  const margin = 0.05;
  const within = compareSample(cells, margin, baseline);
  const between = arms.slice(1).flatMap((arm) => compareSampleArms(cells, margin, baseline, arm, confirm));
  const warnings = [...listWarnings(cells, options, target), ...listRoundWarnings(rounds, roundsDone, stoppedDuring)];
  const untrusted = warnings.some(
    ({ code }) => code === 'noisy-canary' || code === 'few-rounds' || code === 'failed-cells' || code === 'dropped',
  );
  const report: Report = {
    schema: 1,
    id: options.id ?? 'default',
    tool: { name: 'seldon-bench-action', version: '0.1.0' },
    startedAt: '2025-01-31T14:05:06.000Z',
    durationMs: 151_000,
    config: {
      target,
      ...matrix,
      methods: [...matrix.methods],
      transports: [...matrix.transports],
      encodings: [...matrix.encodings],
      batches: [...matrix.batches],
      concurrencies: [...matrix.concurrencies],
      rate: options.rate ?? null,
      arrivals: 'poisson',
      precision: options.stopping == null ? null : 0.03,
      budgetMs: options.stopping == null ? null : 600_000,
      confirm,
      preset: rounds === 20 ? 'standard' : 'custom',
      rounds,
      blockMs: 250,
      minRequests: 5,
      seed: 4242,
      client: 'wire',
      margin,
      timeoutMs: 30_000,
      iterations: 1,
    },
    environment: {
      cpu: { model: 'AMD EPYC 7763 64-Core Processor', cores: 4 },
      memoryBytes: 16_777_216_000,
      kernel: '6.8.0-1021-azure',
      platform: 'linux',
      arch: 'x64',
      node: '24.21.0',
      virtualised: true,
      pinning: { load: '3', server: '0-2' },
      loadFlags: ['--expose-gc', '--max-semi-space-size=64'],
      stealPercent: 0.4,
      throttledMs: 0,
      loadPeakRssBytes: 141_000_000,
    },
    provenance: options.provenance ?? {},
    timeline: [
      { stage: 'provision', startMs: 0, durationMs: 6210 },
      { stage: 'measure', startMs: 7000, durationMs: 140_000 },
    ],
    insideBlocks: roundsDone === 0 ? null : 0.861,
    roundsDone,
    alpha: options.alpha ?? 0.05,
    stopping: options.stopping ?? null,
    arms: arms.map((id, i) => sampleArm(target, id, i)),
    cells,
    floor: cells.flatMap((cell) => sampleFloor(cell, arms)),
    codec: sampleCodec(cells),
    comparisons: [...within, ...between],
    claims: concludeSample(cells, within),
    warnings,
    canary: roundsDone === 0 ? null : sampleCanary(cells, roundsDone, options.noisyCanary ?? false),
    gate: null,
    history: options.history === undefined ? null : sampleHistory(options.history, cells, baseline),
    outcome: stoppedDuring !== null ? 'aborted' : untrusted ? 'untrustworthy' : 'ok',
  };
  return options.gate === undefined ? report : applyGate(report, parseGate(options.gate));
}

function sampleCodec(cells: readonly CellReport[]): Report['codec'] {
  const kinds = new Map(cells.map((cell) => [`${cell.transport}.${cell.encoding}.${cell.batch}`, cell]));
  return [...kinds.values()].map(({ transport, encoding, batch }) => ({
    transport,
    encoding,
    batch,
    encodeMs: 0.004 + batch * 0.000_021,
    decodeMs: batch > 1 ? 0.012 : null,
  }));
}

/** The baseline, and others that differ from it in what an arm may differ in. */
function sampleArm(target: Arm['target'], id: string, index: number): Arm {
  const settings = { GUNICORN_WORKERS: '1', GRPC_WORKERS: '1', ...(index === 0 ? {} : { GUNICORN_THREADS: '4' }) };
  const base = { id, target, settings, connection: 'close' } as const;
  if (target === 'reference') return { ...base, isSeldon: false };
  if (target === 'url') return { ...base, isSeldon: 'unknown', address: `http://127.0.0.1:${9000 + index}` };
  const seldonVersion = index % 2 === 0 ? '1.19.0' : '1.17.1';
  const packages = { 'seldon-core': seldonVersion, grpcio: index === 1 ? '1.60.0' : '1.68.1', numpy: '1.26.4' };
  const pins = index === 1 ? { packages: ['grpcio==1.60.0'] } : {};
  return { ...base, ...pins, isSeldon: true, seldonVersion, python: { version: '3.12.3', packages } };
}

function sampleCanary(cells: readonly CellReport[], rounds: number, noisy: boolean): Report['canary'] {
  const cell = cells.find(({ state }) => state === 'measured')?.id;
  if (cell === undefined) return null;
  return noisy
    ? { cell, rounds, effect: 0.092, low: 0.071, high: 0.113, p: 0.0002, verdict: 'slower', noisy }
    : { cell, rounds, effect: 0.003, low: -0.011, high: 0.017, p: 0.62, verdict: 'equivalent', noisy };
}

function listWarnings(
  cells: readonly CellReport[],
  { noisyCanary, dropped = {} }: SampleOptions,
  target: Arm['target'],
): Warning[] {
  const ids = (state: CellReport['state']): string[] =>
    cells.filter((cell) => cell.state === state).map(({ id }) => id);
  const [failed, skipped] = [ids('failed'), ids('skipped')];
  const isOver = ({ results }: CellReport): boolean =>
    Object.values(results).some(({ floorShare }) => (floorShare ?? 0) > 0.2);
  const over = cells.filter(isOver).map(({ id }) => id);
  const late = Object.entries(dropped);
  return [
    ...(target === 'reference' ? [{ code: 'not-seldon' } as const] : []),
    ...(over.length > 0 ? [{ code: 'floor-share', cells: over, over: '20%' } as const] : []),
    ...(noisyCanary === true ? [{ code: 'noisy-canary', effect: 0.092 } as const] : []),
    ...(late.length > 0
      ? [
          {
            code: 'dropped',
            cells: late.map(([id]) => id),
            dropped: late.reduce((sum, [, n]) => sum + n, 0),
            arrivals: 12_000,
          } as const,
        ]
      : []),
    ...(failed.length > 0 ? [{ code: 'failed-cells', cells: failed } as const] : []),
    ...(skipped.length > 0 ? [{ code: 'skipped-cells', cells: skipped } as const] : []),
  ];
}

function listRoundWarnings(
  planned: number,
  done: number,
  during: Extract<Warning, { code: 'stopped-early' }>['during'] | null,
): Warning[] {
  return [
    ...(done < 6 ? [{ code: 'few-rounds', rounds: done } as const] : []),
    ...(during !== null
      ? [{ code: 'stopped-early', why: 'stopped by SIGINT', during, roundsDone: done, roundsPlanned: planned } as const]
      : []),
  ];
}
