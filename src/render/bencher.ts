import type { Report } from '../report.ts';
import { listSeries } from './series.ts';

interface Metric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

const NS_PER_MS = 1e6;

/**
 * Bencher Metric Format: for every measured cell the two measures that each project there has: `latency` in
 * nanoseconds, which is the p50 with its interval, and `throughput` in operations (requests) a second.
 */
export function renderBencher(report: Report): string {
  const benchmarks = listSeries(report).map(({ name, result }): [string, Record<string, Metric>] => {
    const { value, low, high } = result.p50Ms;
    const latency = {
      value: value * NS_PER_MS,
      ...(low === null ? {} : { lower_value: low * NS_PER_MS }),
      ...(high === null ? {} : { upper_value: high * NS_PER_MS }),
    };
    return [name, { latency, throughput: { value: result.throughput } }];
  });
  return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`;
}
