import { median } from '../../src/stats/quantile.ts';
import { fitTrend, type Trend } from './trend.ts';

export type Unit = 'MB' | 'count';

/** One figure over the soak; `hours` are those since its beginning. */
export interface Series {
  readonly name: string;
  readonly unit: Unit;
  readonly points: readonly { readonly hours: number; readonly value: number }[];
}

export interface Judged {
  readonly name: string;
  readonly unit: Unit;
  readonly points: number;
  readonly firstHalf: number;
  readonly secondHalf: number;
  readonly most: number;
  /** By the hour, over the second half, when start-up effects are over; null with too few points. */
  readonly trend: Trend | null;
  /** Null where there were too few points to tell. */
  readonly grows: boolean | null;
}

/**
 * A figure grows when even the lower end of its trend's interval adds up to more than this over the second half: memory
 * has steps that are no leak (pages, the collector's mood), and readings that follow one another are not independent,
 * so that the interval alone is too narrow.
 */
export const TOLERANCE: Readonly<Record<Unit, number>> = { MB: 1, count: 0.5 };

export function judgeSeries({ name, unit, points }: Series): Judged {
  const middle = Math.floor(points.length / 2);
  const second = points.slice(middle);
  const value = (point: { value: number }): number => point.value;
  const hours = second.map((point) => point.hours);
  const trend = fitTrend(hours, second.map(value));
  const span = (hours.at(-1) ?? 0) - (hours[0] ?? 0);
  return {
    name,
    unit,
    points: points.length,
    firstHalf: median(points.slice(0, middle).map(value)),
    secondHalf: median(second.map(value)),
    most: Math.max(...points.map(value)),
    trend,
    grows: trend && trend.low * span > TOLERANCE[unit],
  };
}
