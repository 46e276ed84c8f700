import type { CellReport, Claim, Comparison, Estimate, Verdict } from '../../src/report.ts';

/** Rough statistics for sample reports, of their own: a change of the real analysis must not change rendered texts. */

export function estimateSample(values: readonly number[]): Estimate {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const value = (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2;
  if (sorted.length < 6) return { value, low: null, high: null, confidence: null };
  const k = Math.max(1, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)));
  return { value, low: at(k - 1), high: at(sorted.length - k), confidence: 0.959 };
}

/** All pairs of measured cells that differ in one respect. */
export function compareSample(cells: readonly CellReport[], margin: number): Comparison[] {
  const measured = cells.filter(({ state }) => state === 'measured');
  return (['transport', 'encoding', 'method'] as const).flatMap((kind) =>
    measured.flatMap((a, i) =>
      measured
        .slice(i + 1)
        .filter((b) => differsOnlyIn(kind, a, b))
        .map((b) => compareTwo(kind, a, b, margin)),
    ),
  );
}

function differsOnlyIn(kind: 'transport' | 'encoding' | 'method', a: CellReport, b: CellReport): boolean {
  return (['transport', 'encoding', 'method', 'batch'] as const).every(
    (axis) => (a[axis] === b[axis]) !== (axis === kind),
  );
}

function compareTwo(kind: Comparison['kind'], a: CellReport, b: CellReport, margin: number): Comparison {
  const medians = ({ results }: CellReport): number[] =>
    results.base?.rounds.map(({ medianMs }) => medianMs ?? 1) ?? [];
  const before = medians(a);
  const logs = medians(b).map((x, i) => Math.log(x / (before[i] ?? 1)));
  const n = logs.length;
  const mean = logs.reduce((sum, x) => sum + x, 0) / n;
  const spread = n < 2 ? null : Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  const half = spread === null ? null : (spread / Math.sqrt(n)) * (1.96 + 2.4 / (n - 1));
  const limit = Math.log1p(margin);
  const verdict = judge(mean, half, limit);
  const needed =
    spread === null
      ? undefined
      : Math.ceil(((2.8 * spread) / Math.max(0.004, Math.abs(limit - Math.abs(mean)))) ** 2) + 2;
  return {
    id: `${kind}:${a.id}~${b.id}`,
    kind,
    a: { arm: 'base', cell: a.id },
    b: { arm: 'base', cell: b.id },
    rounds: n,
    effect: Math.expm1(mean),
    low: half === null ? null : Math.expm1(mean - half),
    high: half === null ? null : Math.expm1(mean + half),
    p: verdict === 'faster' || verdict === 'slower' ? 0.0001 : 0.21,
    pMarginHolm: half === null ? null : verdict === 'faster' || verdict === 'slower' ? 0.0004 : 1,
    spread,
    resolution: null,
    verdict,
    ...(verdict === 'inconclusive' && needed !== undefined ? { roundsNeeded: needed } : {}),
  };
}

function judge(mean: number, half: number | null, limit: number): Verdict {
  if (half === null) return 'inconclusive';
  if (mean + half < -limit) return 'faster';
  if (mean - half > limit) return 'slower';
  return Math.abs(mean) + 0.84 * half < limit ? 'equivalent' : 'inconclusive';
}

/** The five claims, from the comparisons' verdicts alone. */
export function concludeSample(cells: readonly CellReport[], comparisons: readonly Comparison[]): Claim[] {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const batches = [...new Set(cells.map(({ batch }) => batch))];
  const [small, large] = [Math.min(...batches), Math.max(...batches)];
  const select = (kind: Comparison['kind'], fits: (b: CellReport) => boolean): Comparison[] =>
    comparisons.filter((one) => {
      const b = byId.get(one.b.cell);
      return one.kind === kind && b !== undefined && fits(b);
    });
  const isTf = ({ encoding }: CellReport): boolean => encoding === 'tftensor';
  return [
    conclude(
      'grpc-faster',
      1,
      select('transport', (b) => b.batch === small || b.encoding !== 'ndarray'),
      ['faster'],
      ['slower', 'equivalent'],
    ),
    conclude(
      'grpc-ndarray-bad',
      1,
      select('transport', (b) => b.batch === large && b.encoding === 'ndarray'),
      ['slower'],
      ['faster', 'equivalent'],
      (one) => byId.get(one.b.cell)?.method === 'predict',
    ),
    conclude(
      'tftensor-best-large',
      1,
      select('encoding', (b) => b.batch === large && isTf(b)),
      ['faster'],
      ['slower', 'equivalent'],
    ),
    conclude(
      'simple-best-small',
      -1,
      select('encoding', (b) => b.batch === small && isTf(b)),
      ['slower', 'equivalent'],
      ['faster'],
    ),
    {
      ...conclude(
        'raw-faster',
        1,
        select('method', () => true),
        ['faster'],
        ['slower', 'equivalent'],
      ),
      caveat: 'raw-does-not-decode',
    },
  ];
}

function conclude(
  id: Claim['id'],
  direction: 1 | -1,
  evidence: readonly Comparison[],
  supports: readonly Verdict[],
  contradicts: readonly Verdict[],
  decides: (one: Comparison) => boolean = () => true,
): Claim {
  const deciding = evidence.filter(decides);
  const says = ({ verdict }: Comparison) =>
    supports.includes(verdict) ? 'supports' : contradicts.includes(verdict) ? 'contradicts' : 'unclear';
  const found = new Set(deciding.map(says));
  const pool = (read: (one: Comparison) => number): number =>
    Math.expm1((direction * deciding.reduce((sum, one) => sum + Math.log1p(read(one)), 0)) / deciding.length);
  const [one, other] = [pool(({ low, effect }) => low ?? effect), pool(({ high, effect }) => high ?? effect)];
  const hasInterval = deciding.every(({ low }) => low !== null);
  return {
    id,
    ...verdictOf(found),
    pooled:
      deciding.length === 0
        ? null
        : {
            effect: pool(({ effect }) => effect),
            low: hasInterval ? Math.min(one, other) : null,
            high: hasInterval ? Math.max(one, other) : null,
          },
    evidence: evidence.map((comparison) => ({
      comparison: comparison.id,
      says: says(comparison),
      decides: deciding.includes(comparison),
    })),
  };
}

function verdictOf(found: ReadonlySet<string>): Pick<Claim, 'verdict' | 'reason'> {
  if (found.has('contradicts'))
    return found.has('supports') ? { verdict: 'fails', reason: 'mixed' } : { verdict: 'fails' };
  if (found.size === 0) return { verdict: 'inconclusive', reason: 'cells-missing' };
  return found.has('unclear') ? { verdict: 'inconclusive', reason: 'too-few-rounds' } : { verdict: 'holds' };
}
