import type { Claim, ClaimId, Comparison, Report } from '../report.ts';
import { describeEnds } from './ends.ts';
import { count, effectWithInterval, integer, methodLabel } from './format.ts';
import { floorName, type Group, hasForeignModel, type Lookup, pickGroups } from './lookup.ts';
import { code, join, type Plain, type Prose, plain, say, strong } from './prose.ts';

type Says = Claim['evidence'][number]['says'];

export const VERDICT_WORDS: Record<Claim['verdict'], Plain> = {
  holds: plain`Holds`,
  fails: plain`Does not hold`,
  inconclusive: plain`Inconclusive`,
  'not-resolvable': plain`Not resolvable`,
};

const NDARRAY = code(plain`ndarray`);
const TENSOR = code(plain`tensor`);
const TFTENSOR = code(plain`tftensor`);

/** The 2021 conclusion, and what its pooled effect compares with what. */
const CLAIMS: Record<ClaimId, { readonly sentence: Prose; readonly pooled: Prose }> = {
  'grpc-faster': {
    sentence: say`gRPC is faster than REST, except with ${NDARRAY} in large batches`,
    pooled: say`gRPC against REST`,
  },
  'grpc-ndarray-bad': {
    sentence: say`in large batches ${NDARRAY} is slower over gRPC than over REST`,
    pooled: say`gRPC against REST`,
  },
  'tftensor-best-large': {
    sentence: say`${TFTENSOR} is the fastest encoding for large batches`,
    pooled: say`${TFTENSOR} against ${NDARRAY} and ${TENSOR}`,
  },
  'simple-best-small': {
    sentence: say`for small batches ${NDARRAY} and ${TENSOR} are as fast as ${TFTENSOR} or faster`,
    pooled: say`${NDARRAY} and ${TENSOR} against ${TFTENSOR}`,
  },
  'raw-faster': {
    sentence: say`${code(plain`predict_raw`)} is faster than ${code(plain`predict`)}`,
    pooled: say`raw against predict`,
  },
};

const CAVEATS: Record<NonNullable<Claim['caveat']>, Prose> = {
  'raw-does-not-decode': say` The benchmark's raw model decodes nothing; one that reads its input would have to`,
  'gain-at-one-batch-only': say` The gain is seen at one batch size only`,
};

/** One sentence or two per claim, then who is fastest and slowest in each batch. All from the data of the tables. */
export function describeConclusions(lookup: Lookup, groups: readonly Group[] = pickGroups(lookup.groups)): Prose[] {
  return [
    ...(hasMeasured(lookup.report.cells) ? lookup.report.claims.map((claim) => describeClaim(lookup, claim)) : []),
    ...groups.map((group) => describeEnds(lookup, group)).filter((item) => item !== null),
  ];
}

export function describeClaim(lookup: Lookup, claim: Claim): Prose {
  const { sentence, pooled } = CLAIMS[claim.id];
  if (isUnmeasured(claim)) return say`${strong(plain`Not measured`)}: ${sentence}.`;
  const effect: Prose =
    claim.pooled === null
      ? []
      : say`${pooled}${claim.evidence.filter(({ decides }) => decides).length === 1 ? plain`` : plain`, mean of the pairs`}: ${effectWithInterval(claim.pooled.effect, claim.pooled.low, claim.pooled.high)}; `;
  return [
    ...say`${strong(VERDICT_WORDS[claim.verdict])}: ${sentence}.`,
    ...(claim.evidence.length === 0 ? [] : [...say` `, ...effect, ...countEvidence(lookup, claim)]),
    ...describeReason(lookup, claim),
    ...describeCaveat(lookup, claim),
  ];
}

function describeCaveat({ report, arm }: Lookup, { caveat }: Claim): Prose {
  if (caveat === undefined || (caveat === 'raw-does-not-decode' && hasForeignModel(arm))) return [];
  const twin = caveat === 'raw-does-not-decode' && report.config.methods.includes('predict_raw_decode');
  return say`${CAVEATS[caveat]}${twin ? plain`, as raw+decode does` : plain``}.`;
}

interface Piece {
  readonly says: Says;
  readonly comparison: Comparison | undefined;
}

function countEvidence(lookup: Lookup, claim: Claim): Prose {
  const pieces = claim.evidence.map((piece) => ({ ...piece, comparison: lookup.comparison(piece.comparison) }));
  const own = pieces.filter(({ decides }) => decides);
  const aside = pieces.filter(({ decides }) => !decides);
  return [...tally(own, claim.pooled === null), ...aside.flatMap((piece) => describeAside(lookup, piece)), ...say`.`];
}

function tally(pieces: readonly Piece[], isFirst: boolean): Prose {
  if (pieces.length === 0) return isFirst ? say`None of its pairs was measured` : say`none of its pairs was measured`;
  const of = (says: Says): Piece[] => pieces.filter((piece) => piece.says === says);
  const against = of('contradicts');
  const equivalent = against.filter((piece) => piece.comparison?.verdict === 'equivalent').length;
  const rest: readonly (readonly [number, Plain])[] = [
    [equivalent, plain`equivalent`],
    [against.length - equivalent, plain`the other way`],
    [of('unclear').length, plain`unclear`],
    [of('excluded').length, plain`left out for the client's share or duty`],
  ];
  const others = rest.filter(([n]) => n > 0).map(([n, word]) => say`${integer(n)} ${word}`);
  const lead = isFirst ? plain`Supported` : plain`supported`;
  return join([say`${lead} by ${integer(of('supports').length)} of ${count(pieces.length, 'pair')}`, ...others], ', ');
}

const ASIDES: Record<Says, Prose> = {
  supports: say`slower`,
  contradicts: say`not slower`,
  unclear: say`unclear`,
  excluded: say`left out for the client's share or duty`,
};

function describeAside(lookup: Lookup, { says, comparison }: Piece): Prose {
  const method = comparison && lookup.cell(comparison.a.cell)?.method;
  if (comparison === undefined || method === undefined) return [];
  const { effect, low, high } = comparison;
  return say`; ${methodLabel(method)}: ${effectWithInterval(effect, low, high)}, ${ASIDES[says]}`;
}

function describeReason(lookup: Lookup, claim: Claim): Prose {
  switch (claim.reason) {
    case undefined:
      return [];
    case 'mixed':
      return say` The pairs disagree.`;
    case 'one-batch':
      return say` The run has one batch size; the claim needs a small and a large one.`;
    case 'cells-missing':
      return say` Other cells that it speaks of were not measured.`;
    case 'below-floor':
      return say` What stands in the way is ${floorName(lookup)}: beside it the differences are too small, and more rounds alone would not settle it.`;
    case 'too-few-rounds':
      return describeRounds(lookup, claim);
  }
}

/** More rounds than this cannot even be asked for. */
export const MAX_ROUNDS = 1000;

export const TOO_NEAR = plain`so near the margin, for how much the rounds differ, that more than ${integer(MAX_ROUNDS)} rounds would be needed`;

/** What would settle it: the most that any of its undecided pairs needs; one without a number needs more than are named. */
function describeRounds(lookup: Lookup, claim: Claim): Prose {
  if (claim.verdict !== 'inconclusive') return [];
  const evidence = claim.evidence.filter(({ decides }) => decides);
  const open = evidence.flatMap(({ says, comparison }) =>
    says === 'unclear' ? (lookup.comparison(comparison) ?? []) : [],
  );
  // However many there are, what was left out stays out.
  if (evidence.some(({ says }) => says === 'excluded')) return say` More rounds alone would not settle it.`;
  // One round has no spread to go by.
  const isKnown = open.length > 0 && open.every(({ spread }) => spread !== null);
  if (!isKnown) return say` More rounds are needed; this run had ${integer(lookup.report.roundsDone)}.`;
  const needs = ({ roundsNeeded = Number.POSITIVE_INFINITY }: Comparison): number => roundsNeeded;
  const slowest = open.reduce((a, b) => (needs(b) > needs(a) ? b : a));
  if (needs(slowest) > MAX_ROUNDS) return say` A difference lies ${TOO_NEAR}.`;
  // With a precision, some cells have more rounds than others.
  return say` About ${count(needs(slowest), 'round')} would settle it; there were ${integer(slowest.rounds)}.`;
}

/** "2021 conclusions: 1 holds, 2 do not, 1 open, 1 not measured"; null where nothing was measured that could bear one. */
export function countClaims({ claims, cells }: Report): Plain | null {
  if (claims.length === 0 || !hasMeasured(cells)) return null;
  const measured = claims.filter((claim) => !isUnmeasured(claim));
  const of = (...verdicts: Claim['verdict'][]): number =>
    measured.filter((claim) => verdicts.includes(claim.verdict)).length;
  const holding = of('holds');
  const failing = of('fails');
  const open = of('inconclusive', 'not-resolvable');
  const parts = [
    ...(holding > 0 ? [plain`${integer(holding)} ${holding === 1 ? plain`holds` : plain`hold`}`] : []),
    ...(failing > 0 ? [plain`${integer(failing)} ${failing === 1 ? plain`does not` : plain`do not`}`] : []),
    ...(open > 0 ? [plain`${integer(open)} open`] : []),
    ...(measured.length < claims.length ? [plain`${integer(claims.length - measured.length)} not measured`] : []),
  ];
  // "2 do not" needs a "hold" before it.
  const all = holding === 0 && failing > 0 ? parts.map((part, i) => (i === 0 ? plain`${part} hold` : part)) : parts;
  return plain`2021 conclusions: ${all.join(', ') as Plain}`;
}

/** Where a run has one batch size, it is that, and not a cell that is missing, which leaves a claim without evidence. */
function isUnmeasured({ evidence, reason }: Claim): boolean {
  return evidence.length === 0 && reason !== 'one-batch';
}

function hasMeasured(cells: Report['cells']): boolean {
  return cells.some(({ state }) => state === 'measured');
}
