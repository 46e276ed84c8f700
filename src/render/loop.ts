import type { Report } from '../report.ts';
import { connections, integer, significant } from './format.ts';
import { list, type Plain, type Prose, plain, say } from './prose.ts';

/** "open loop, 200 arrivals a second (Poisson), latency from the intended start"; null for a closed loop. */
export function describeOpenLoop({ config }: Report): Plain | null {
  if (config.rate === null) return null;
  const arrivals = config.arrivals === 'poisson' ? plain`Poisson` : plain`evenly spaced`;
  return plain`open loop, ${perSecond(config.rate)} arrivals a second (${arrivals}), latency from the intended start`;
}

/** "8 connections", "1, 8 and 32 connections"; null where a single one asked. */
export function describeConnections({ config }: Report): Prose | null {
  const { concurrencies } = config;
  const [only] = concurrencies;
  if (only === undefined || (concurrencies.length === 1 && only === 1)) return null;
  if (concurrencies.length === 1) return say`${connections(only)}`;
  return say`${list(concurrencies.map(integer))} connections`;
}

/** Whether more than one connection asked anywhere: then the number stands beside the batch, and throughput counts. */
export function isConcurrent({ cells }: Pick<Report, 'cells'>): boolean {
  return cells.some(({ concurrency }) => concurrency !== 1);
}

function perSecond(rate: number): Plain {
  return Number.isInteger(rate) ? integer(rate) : significant(rate);
}
