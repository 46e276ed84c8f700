import type { CellResult, Report } from '../report.ts';
import { count, estimate, significant } from './format.ts';
import { listSeries } from './series.ts';

/** One value of a trend chart. `name` is what the chart is known by from run to run. */
interface Entry {
  readonly name: string;
  readonly unit: 'ms';
  readonly value: number;
  readonly range?: string;
  readonly extra: string;
}

/**
 * The `customSmallerIsBetter` JSON of github-action-benchmark: the p50 of every measured cell, and its p99 where there
 * were enough requests for one, in milliseconds. `range` is the larger of the two distances from the value to the ends
 * of its interval. Throughput is left out, for which more is better. An empty list, which that action refuses, where
 * nothing was measured.
 */
export function renderBenchmarkAction(report: Report): string {
  const entries = listSeries(report).flatMap(({ name, result }): Entry[] => {
    const { p50Ms, percentilesMs, percentileIntervalsMs } = result;
    const { p99 } = percentilesMs;
    const median = describeEntry(`${name} p50`, result, p50Ms);
    if (p99 === null) return [median];
    const interval = percentileIntervalsMs.p99 ?? { low: null, high: null };
    return [median, describeEntry(`${name} p99`, result, { value: p99, ...interval })];
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}

interface Measured {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

function describeEntry(name: string, { requests, errors, rounds }: CellResult, measured: Measured): Entry {
  const { value, low, high } = measured;
  const half = low === null || high === null ? null : Math.max(value - low, high - value);
  const extra = [
    `${estimate({ ...measured, confidence: null })} ms`,
    `${count(requests, 'request')} and ${count(errors, 'error')} in ${count(rounds.length, 'round')}`,
  ].join('\n');
  return { name, unit: 'ms', value, ...(half === null ? {} : { range: `± ${significant(half)}` }), extra };
}
