import type { Cell } from '../plan.ts';
import type { CellResult, Claim } from '../report.ts';
import { estimatePaired } from '../stats/paired.ts';
import { type ClaimPair, type ClaimScope, listClaimScopes } from './claim-scopes.ts';
import { concludeClaim, type Standing } from './claim-verdict.ts';
import type { Compared } from './comparisons.ts';
import { type LogRatios, toEffect } from './log-ratios.ts';
import { exclusionOf } from './trust.ts';

type Says = Claim['evidence'][number]['says'];

/** A claim's pair, what was found of it, and what that says. */
interface Judged extends ClaimPair {
  readonly standing: Standing;
  readonly logRatios: LogRatios;
}

/**
 * Examines the notebook's conclusions. Each rests on the verdicts of the comparisons alone, so that no sentence can
 * contradict a row of the table. `cells` are all that were planned; `results` are by cell id.
 */
export function judgeClaims(
  cells: readonly Cell[],
  compared: readonly Compared[],
  results: ReadonlyMap<string, CellResult>,
  alpha: number,
): Claim[] {
  const found = new Map(compared.map((one) => [one.comparison.id, one]));
  return listClaimScopes(cells).map((scope) => {
    const judge = (pair: ClaimPair): Judged => judgePair(pair, scope, found.get(pair.comparison), results);
    const deciding = scope.deciding.map(judge);
    const conclusion = concludeClaim(
      deciding.map(({ standing }) => standing),
      scope.oneBatch,
    );
    const caveat = scope.caveat ?? (gainsAtOneBatchOnly(deciding) ? 'gain-at-one-batch-only' : null);
    return {
      id: scope.id,
      ...conclusion,
      ...(caveat === null ? {} : { caveat }),
      pooled: poolPairs(deciding, scope.direction, alpha),
      evidence: [...listEvidence(deciding, true), ...listEvidence(scope.further.map(judge), false)],
    };
  });
}

function listEvidence(judged: readonly Judged[], decides: boolean): Claim['evidence'] {
  return judged.flatMap(({ comparison, standing }) => {
    const says = SAYS[standing];
    return says === null ? [] : [{ comparison, says, decides }];
  });
}

const SAYS: Readonly<Record<Standing, Says | null>> = {
  supports: 'supports',
  contradicts: 'contradicts',
  inconclusive: 'unclear',
  'not-resolvable': 'unclear',
  'floor-over-half': 'excluded',
  'low-duty': 'excluded',
  missing: null,
};

function judgePair(
  pair: ClaimPair,
  { supports, contradicts }: ClaimScope,
  found: Compared | undefined,
  results: ReadonlyMap<string, CellResult>,
): Judged {
  if (found === undefined) return { ...pair, standing: 'missing', logRatios: new Map() };
  const { comparison, logRatios } = found;
  const standing = (): Standing => {
    for (const { cell } of [comparison.a, comparison.b]) {
      const result = results.get(cell);
      const exclusion = result === undefined ? null : exclusionOf(result);
      if (exclusion !== null) return exclusion;
    }
    if (comparison.verdict === 'not-resolvable') return 'not-resolvable';
    if (supports.includes(comparison.verdict)) return 'supports';
    return contradicts.includes(comparison.verdict) ? 'contradicts' : 'inconclusive';
  };
  return { ...pair, standing: standing(), logRatios };
}

/** All pairs at one batch support the claim, and none at any other of its batches. */
function gainsAtOneBatchOnly(deciding: readonly Judged[]): boolean {
  const batches = new Set(deciding.map(({ batch }) => batch));
  const gaining = new Set(deciding.filter(({ standing }) => standing === 'supports').map(({ batch }) => batch));
  const [gain] = gaining;
  if (batches.size < 2 || gaining.size !== 1) return false;
  return deciding.every(({ batch, standing }) => batch !== gain || standing === 'supports');
}

/**
 * Geometric mean over the deciding pairs in the claim's own direction: per round the mean over the pairs, then mean
 * and t interval over the rounds that all pairs have. Cells that take part in no claim are left out by their floor or
 * duty. Pairs that are not resolvable stay in: to leave out the small differences would make the rest look larger.
 */
function poolPairs(deciding: readonly Judged[], direction: 1 | -1, alpha: number): Claim['pooled'] {
  const pairs = deciding.filter(({ standing }) => SAYS[standing] !== null && SAYS[standing] !== 'excluded');
  const rounds = [...(pairs[0]?.logRatios.keys() ?? [])];
  const means = rounds.flatMap((round) => {
    const ratios = pairs.flatMap(({ logRatios }) => logRatios.get(round) ?? []);
    return ratios.length < pairs.length ? [] : [(direction * ratios.reduce((sum, d) => sum + d, 0)) / pairs.length];
  });
  return means.length === 0 ? null : toEffect(estimatePaired(means), alpha);
}
