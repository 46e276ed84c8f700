import { nearestRank, rankOf } from './quantile.ts';
import type { Random } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 2.5 % of them are 10 draws: enough for an interval that is printed with two or three digits. */
const DRAWS = 400;

/**
 * 95 % percentile-bootstrap intervals of upper quantiles of pooled values, where whole groups are drawn (with
 * replacement, as many as there are), because values within a group are not independent. One interval per entry of
 * `quantiles`, which must descend (0.99 before 0.9). Nearest-rank quantiles.
 *
 * A group that is drawn w times counts w-fold, so nothing is ever copied or sorted again: each draw walks down from the
 * largest value until the weights have reached the quantile's rank, which for a tail is a short way.
 */
export function bootstrapQuantiles(
  groups: readonly Float64Array[],
  quantiles: readonly number[],
  random: Random,
): Interval[] {
  const owner = ownersDescending(groups);
  const found = quantiles.map(() => new Float64Array(DRAWS));
  const weight = new Uint32Array(groups.length);
  for (let draw = 0; draw < DRAWS; draw++) {
    weight.fill(0);
    let total = 0;
    for (let i = 0; i < groups.length; i++) {
      const group = Math.floor(random() * groups.length);
      weight[group] = (weight[group] as number) + 1;
      total += (groups[group] as Float64Array).length;
    }
    let place = -1;
    let above = 0;
    quantiles.forEach((p, i) => {
      const fromTop = total - rankOf(p, total) + 1;
      while (above < fromTop && place + 1 < owner.group.length) {
        place++;
        above += weight[owner.group[place] as number] as number;
      }
      (found[i] as Float64Array)[draw] = owner.value[Math.max(place, 0)] ?? Number.NaN;
    });
  }
  return found.map((values) => {
    const sorted = values.sort();
    return { low: nearestRank(sorted, 0.025), high: nearestRank(sorted, 0.975) };
  });
}

/** All values, the largest first, and which group each came from. */
function ownersDescending(groups: readonly Float64Array[]): { value: Float64Array; group: Uint32Array } {
  const size = groups.reduce((sum, group) => sum + group.length, 0);
  const pooled = new Float64Array(size);
  const groupOf = new Uint32Array(size);
  const order = new Uint32Array(size);
  let filled = 0;
  groups.forEach((group, index) => {
    pooled.set(group, filled);
    groupOf.fill(index, filled, filled + group.length);
    filled += group.length;
  });
  for (let i = 0; i < size; i++) order[i] = i;
  order.sort((a, b) => (pooled[b] as number) - (pooled[a] as number));
  return {
    value: order.length === 0 ? pooled : Float64Array.from(order, (i) => pooled[i] as number),
    group: Uint32Array.from(order, (i) => groupOf[i] as number),
  };
}
