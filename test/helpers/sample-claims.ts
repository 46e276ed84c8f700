import type { CellReport, Claim, Comparison, Verdict } from '../../src/report.ts';

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
  const claims: Claim[] = [
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
  return batches.length === 1 ? claims.map(withOneBatch) : claims;
}

/** Which is neither large nor small. */
function withOneBatch(claim: Claim): Claim {
  const unknown = { verdict: 'inconclusive', reason: 'one-batch' } as const;
  switch (claim.id) {
    case 'raw-faster':
      return claim;
    case 'grpc-faster':
      return claim.verdict === 'fails' ? claim : { ...claim, ...unknown };
    default:
      return { ...claim, ...unknown, pooled: null, evidence: [] };
  }
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
