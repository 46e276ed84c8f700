import type { Encoding, Method, Transport } from '../plan.ts';
import type { Estimate } from '../report.ts';
import type { Plain } from './prose.ts';

/**
 * The only place that rounds. Everything here returns text that is safe in every sink, without a unit unless the name
 * says so (units stand in the tables' heads).
 */

export const MINUS = '−';
export const NOTHING = '–' as Plain;

const TRANSPORT_LABELS: Record<Transport, string> = { rest: 'REST', grpc: 'gRPC' };
const METHOD_LABELS: Record<Method, string> = {
  predict: 'predict',
  predict_raw: 'raw',
  predict_raw_decode: 'raw+decode',
};

export function transportLabel(transport: Transport): Plain {
  return TRANSPORT_LABELS[transport] as Plain;
}

/** The short form for tables: `predict_raw` is `raw`, `predict_raw_decode` is `raw+decode`. */
export function methodLabel(method: Method): Plain {
  return METHOD_LABELS[method] as Plain;
}

export function encodingLabel(encoding: Encoding): Plain {
  return encoding as string as Plain;
}

export function integer(n: number): Plain {
  return String(Math.round(n)) as Plain;
}

/** "1 cell", "3 cells". */
export function count(n: number, one: string, many = `${one}s`): Plain {
  return `${integer(n)} ${n === 1 ? one : many}` as Plain;
}

/** As it was written, to the last digit: for limits. In exponent form only below a millionth and from 1e21 on. */
export function exact(x: number): Plain {
  return String(x) as Plain;
}

/** Three significant digits, never in exponent form: 0.652, 1.41, 46.1, 1230. */
export function significant(x: number): Plain {
  if (x === 0 || !Number.isFinite(x)) return (x === 0 ? '0' : '–') as Plain;
  const rounded = x.toPrecision(3);
  if (!rounded.includes('e')) return rounded as Plain;
  return (Math.abs(x) < 1 ? x.toFixed(9) : Number(rounded).toFixed(0)) as Plain;
}

/** Milliseconds without the unit; null where nothing was measured. */
export function millis(x: number | null): Plain {
  return x === null ? NOTHING : significant(x);
}

export function millisWithUnit(x: number): Plain {
  return `${significant(x)} ms` as Plain;
}

/** "1.41 [1.38, 1.45]", or the centre alone where there is no interval. */
export function estimate({ value, low, high }: Estimate): Plain {
  return low === null || high === null
    ? significant(value)
    : (`${significant(value)}${interval(significant(low), significant(high))}` as Plain);
}

/** 0.118 is "+11.8%"; the sign is a real minus. */
export function signedPercent(x: number): Plain {
  const tenths = Math.round(Math.abs(x) * 1000) / 10;
  const sign = tenths === 0 ? '' : x < 0 ? MINUS : '+';
  return `${sign}${tenths.toFixed(1)}%` as Plain;
}

/** 0.231 is "23.1%". */
export function percent(x: number | null): Plain {
  return x === null ? NOTHING : (`${(x * 100).toFixed(1)}%` as Plain);
}

/** 0.05 is "5%", for settings. */
export function percentExact(x: number): Plain {
  return `${Number((x * 100).toPrecision(6))}%` as Plain;
}

/** What an interval at level `alpha` is called: .05 is "95%". Rounded down, so that it never promises more than it holds. */
export function confidence(alpha: number): Plain {
  return `${Math.floor((1 - alpha) * 1000 + 1e-6) / 10}%` as Plain;
}

/** "1 connection", "8 connections". */
export function connections(n: number): Plain {
  return count(n, 'connection');
}

/** Rounded down, so that a duty below a limit never reads as the limit. */
export function duty(x: number): Plain {
  return `${(Math.floor(x * 1000 + 1e-9) / 10).toFixed(1)}%` as Plain;
}

/** 7.94 is "7.94×". */
export function ratio(x: number): Plain {
  return `${significant(x)}×` as Plain;
}

/** A relative difference: signed percent, from twice as long on a ratio ("7.94×"). */
export function effect(x: number): Plain {
  return x >= 1 ? ratio(1 + x) : signedPercent(x);
}

/** The difference with its interval, all three written in the same way: "−24.1% [−25.2%, −23.0%]". */
export function effectWithInterval(x: number, low: number | null, high: number | null): Plain {
  if (low === null || high === null) return effect(x);
  const write = x >= 1 ? (y: number) => ratio(1 + y) : signedPercent;
  return `${write(x)}${interval(write(low), write(high))}` as Plain;
}

/** With no-break spaces: half an interval on the next line reads like another number. */
function interval(low: Plain, high: Plain): string {
  return `\u00a0[${low},\u00a0${high}]`;
}

export function pValue(p: number | null): Plain {
  if (p === null) return NOTHING;
  return (p < 0.001 ? '<0.001' : p > 0.9995 ? '1' : p.toFixed(3)) as Plain;
}

/** Exact below 10 kB, then three digits in decimal units. */
export function bytes(n: number): Plain {
  if (n < 10_000) return `${n} B` as Plain;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = n / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${significant(value)} ${units[unit]}` as Plain;
}

/** "820 ms", "45.2 s", "2 min 31 s", "1 h 3 min". */
export function duration(ms: number): Plain {
  if (ms < 999.5) return `${Math.round(ms)} ms` as Plain;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s` as Plain;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s` as Plain;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min` as Plain;
}

/** "2025-01-31 14:05 UTC" of an ISO time; nothing of a text that is none. */
export function timestamp(iso: string): Plain {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return NOTHING;
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC` as Plain;
}

/** A number for a chart: four significant digits, no exponent, no thousands separator. */
export function chartNumber(x: number): Plain {
  const rounded = Number(x.toPrecision(4));
  return (Math.abs(rounded) < 1e-6 ? '0' : Math.abs(rounded) < 1e-3 ? rounded.toFixed(7) : String(rounded)) as Plain;
}
