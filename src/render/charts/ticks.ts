import type { Plain } from '../prose.ts';
import type { Axis } from './panel.ts';

type Scale = Pick<Axis, 'scale' | 'from' | 'to' | 'ticks'>;

const MOST_TICKS = 5;
/** Beyond this ratio of the largest to the smallest value a linear axis hides the small ones. */
const WIDE = 8;
/** What lies beyond is no time and no ratio of times: a report may come from a stranger, and an axis has to end. */
const [LEAST, MOST] = [1e-12, 1e15];

/** An axis for the values: logarithmic where they span much, else linear from zero or from below the smallest. */
export function fitScale(values: readonly number[], write: (x: number) => Plain, wanted?: Axis['scale']): Scale {
  const positive = values.filter((value) => value >= LEAST && value <= MOST);
  const low = positive.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = positive.reduce((most, value) => Math.max(most, value), 0);
  if (positive.length === 0) return { scale: 'linear', from: 0, to: 1, ticks: [{ at: 0, label: write(0) }] };
  const scale = wanted ?? (high / low > WIDE ? 'log' : 'linear');
  if (scale === 'log') {
    const room = Math.max((high / low) ** 0.05, 1.04);
    const [from, to] = [low / room, high * room];
    return { scale, from, to, ticks: listLogTicks(from, to).map((at) => ({ at, label: write(at) })) };
  }
  const room = Math.max((high - low) * 0.06, high * 0.01);
  const [from, to] = [Math.max(0, low - room), high + room];
  return { scale, from, to, ticks: listTicks(from, to).map((at) => ({ at, label: write(at) })) };
}

/** Round numbers (1, 2 or 5 times a power of ten apart) from `from` to `to`, at most six. */
export function listTicks(from: number, to: number): number[] {
  const rough = (to - from) / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const length = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten; where they are few 1, 2 and 5 times them, and within a small span round numbers. */
export function listLogTicks(from: number, to: number): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const found = listFactors(factors, from, to);
    if (found.length < 3) return listTicks(from, to);
    if (found.length <= MOST_TICKS) return found;
  }
  const decades = listFactors([1], from, to);
  const step = Math.ceil(decades.length / MOST_TICKS);
  return decades.filter((_, i) => i % step === 0);
}

function listFactors(factors: readonly number[], from: number, to: number): number[] {
  const found: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.log10(to); exponent += 1) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** exponent).toPrecision(6));
      if (tick >= from && tick <= to) found.push(tick);
    }
  }
  return found;
}
