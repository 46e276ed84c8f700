import type { CellReport, Comparison, Estimate, Verdict } from '../../src/report.ts';

/** Rough statistics for sample reports, of their own: a change of the real analysis must not change rendered texts. */

export function estimateSample(values: readonly number[]): Estimate {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const value = (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2;
  if (sorted.length < 6) return { value, low: null, high: null, confidence: null };
  const k = Math.max(1, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)));
  return { value, low: at(k - 1), high: at(sorted.length - k), confidence: 0.959 };
}

/** All pairs of measured cells that differ in one respect, of one arm. */
export function compareSample(cells: readonly CellReport[], margin: number, arm: string): Comparison[] {
  const measured = cells.filter(({ state }) => state === 'measured');
  return (['transport', 'encoding', 'method'] as const).flatMap((kind) =>
    measured.flatMap((a, i) =>
      measured
        .slice(i + 1)
        .filter((b) => differsOnlyIn(kind, a, b))
        .map((b) => {
          const id = `${kind}:${a.id}~${b.id}`;
          return { id, kind, ...compareTwo({ arm, cell: a }, { arm, cell: b }, margin) };
        }),
    ),
  );
}

/**
 * Every measured cell of the arm against the baseline's. With `confirm` the alarms were measured again: all came out a
 * little smaller, and every third so near the margin that it did not hold.
 */
export function compareSampleArms(
  cells: readonly CellReport[],
  margin: number,
  baseline: string,
  arm: string,
  confirm: boolean,
): Comparison[] {
  let alarms = 0;
  return cells
    .filter(({ state }) => state === 'measured')
    .map((cell): Comparison => {
      const compared = compareTwo({ arm: baseline, cell }, { arm, cell }, margin);
      const found = { id: `arm:${arm}:${cell.id}`, kind: 'arm', ...compared } as const;
      if (!confirm || (found.verdict !== 'faster' && found.verdict !== 'slower')) return found;
      alarms += 1;
      const holds = alarms % 3 !== 0;
      const effect = holds ? found.effect * 0.96 : Math.sign(found.effect) * 0.9 * margin;
      const move = (x: number | null): number | null => (x === null ? null : x + effect - found.effect);
      const confirmation = { rounds: 20, effect, low: move(found.low), high: move(found.high), holds };
      if (holds) return { ...found, confirmation };
      const needed = countNeeded(found.spread, Math.log1p(effect), margin);
      return { ...found, verdict: 'inconclusive', confirmation, ...needed };
    });
}

function differsOnlyIn(kind: 'transport' | 'encoding' | 'method', a: CellReport, b: CellReport): boolean {
  return (['transport', 'encoding', 'method', 'batch', 'concurrency'] as const).every(
    (axis) => (a[axis] === b[axis]) !== (axis === kind),
  );
}

interface Side {
  readonly arm: string;
  readonly cell: CellReport;
}

function compareTwo(a: Side, b: Side, margin: number): Omit<Comparison, 'id' | 'kind'> {
  const medians = ({ arm, cell: { results } }: Side): number[] =>
    results[arm]?.rounds.map(({ medianMs }) => medianMs ?? 1) ?? [];
  const before = medians(a);
  const logs = medians(b).map((x, i) => Math.log(x / (before[i] ?? 1)));
  const n = logs.length;
  const mean = logs.reduce((sum, x) => sum + x, 0) / n;
  const spread = n < 2 ? null : Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  const half = spread === null ? null : (spread / Math.sqrt(n)) * (1.96 + 2.4 / (n - 1));
  const limit = Math.log1p(margin);
  const verdict = judge(mean, half, limit);
  return {
    a: { arm: a.arm, cell: a.cell.id },
    b: { arm: b.arm, cell: b.cell.id },
    rounds: n,
    effect: Math.expm1(mean),
    low: half === null ? null : Math.expm1(mean - half),
    high: half === null ? null : Math.expm1(mean + half),
    p: verdict === 'faster' || verdict === 'slower' ? 0.0001 : 0.21,
    pMarginHolm: half === null ? null : verdict === 'faster' || verdict === 'slower' ? 0.0004 : 1,
    spread,
    resolution: null,
    verdict,
    ...(verdict === 'inconclusive' ? countNeeded(spread, mean, margin) : {}),
  };
}

function countNeeded(spread: number | null, mean: number, margin: number): Pick<Comparison, 'roundsNeeded'> {
  if (spread === null) return {};
  const gap = Math.max(0.004, Math.abs(Math.log1p(margin) - Math.abs(mean)));
  return { roundsNeeded: Math.ceil(((2.8 * spread) / gap) ** 2) + 2 };
}

function judge(mean: number, half: number | null, limit: number): Verdict {
  if (half === null) return 'inconclusive';
  if (mean + half < -limit) return 'faster';
  if (mean - half > limit) return 'slower';
  return Math.abs(mean) + 0.84 * half < limit ? 'equivalent' : 'inconclusive';
}
