import { bench } from '../../src/bench.ts';
import { parseConfig } from '../../src/config.ts';
import type { InputName } from '../../src/inputs.ts';
import type { Comparison, Report } from '../../src/report.ts';
import { createQuietHost } from '../quiet-host.ts';

/** One run of the whole pipeline in this process, by the options that a person would give. */
async function runLive(options: Partial<Record<InputName, string>>, signal: AbortSignal): Promise<Report> {
  const config = parseConfig((name) => options[name] ?? '', 'cli');
  const { report, stopped } = await bench(config, createQuietHost(signal), {}, async () => {});
  if (stopped !== null) throw stopped;
  const failed = report.cells.find(({ state }) => state !== 'measured');
  if (failed) throw new Error(`${failed.id} was not measured: ${failed.reason}`);
  return report;
}

interface LiveArm {
  readonly id: string;
  /** Injected: how much longer the server takes, as a share of the baseline's p50. */
  readonly effect: number;
  readonly comparisons: readonly Comparison[];
}

const BASE_DELAY_MS = 1;
const CELL = { methods: 'predict', transports: 'rest', encodings: 'tensor', batches: '1' };

/** The embedded server with a delay before each reply, and others whose delay makes them slower by these shares. */
export async function runInjected(
  runs: number,
  effects: readonly number[],
  preset: Partial<Record<InputName, string>>,
  seed: number,
  signal: AbortSignal,
  onRun: (run: number) => void,
): Promise<{ readonly arms: LiveArm[]; readonly baseMs: number; readonly spread: number }> {
  const common = { ...CELL, ...preset, target: 'reference' };
  const probe = await runLive({ ...common, seed: String(seed), arms: describeArms([['base', BASE_DELAY_MS]]) }, signal);
  const baseMs = probe.cells[0]?.results.base?.p50Ms.value ?? Number.NaN;
  const delays = effects.map((effect, i): [string, number] => [`arm${i}`, BASE_DELAY_MS + effect * baseMs]);
  const found = effects.map((): Comparison[] => []);
  const spreads: number[] = [];
  for (let run = 0; run < runs; run++) {
    const arms = describeArms([['base', BASE_DELAY_MS], ...delays]);
    const report = await runLive({ ...common, seed: String(seed + 1 + run), arms }, signal);
    for (const comparison of report.comparisons.filter(({ kind }) => kind === 'arm')) {
      found[Number(comparison.b.arm.slice('arm'.length))]?.push(comparison);
      if (comparison.spread !== null) spreads.push(comparison.spread);
    }
    onRun(run + 1);
  }
  spreads.sort((x, y) => x - y);
  return {
    arms: effects.map((effect, i) => ({ id: `arm${i}`, effect, comparisons: found[i] ?? [] })),
    baseMs,
    spread: spreads[spreads.length >> 1] ?? Number.NaN,
  };
}

function describeArms(arms: readonly (readonly [string, number])[]): string {
  return arms.map(([id, ms]) => `${id}: { delay: ${ms.toFixed(4)}ms }`).join('\n');
}

/** The real wrapper against itself, twice the same: all cells, so many runs. */
export async function runWrapperTwice(
  runs: number,
  seed: number,
  signal: AbortSignal,
  onRun: (run: number) => void,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (let run = 0; run < runs; run++) {
    const options = { target: 'process', preset: 'quick', seed: String(seed + run), arms: 'one:\ntwo:\n' };
    const report = await runLive(options, signal);
    comparisons.push(...report.comparisons.filter(({ kind }) => kind === 'arm'));
    onRun(run + 1);
  }
  return comparisons;
}
