import { GATE_RESULTS, type GateCondition, isBroken, matchesCell } from '../gate-rules.ts';
import { quotedDifference } from '../quoted-difference.ts';
import {
  type CellReport,
  type CellResult,
  type Gate,
  type GateCheck,
  type GateRule,
  type Report,
  resultOf,
} from '../report.ts';
import { medianInterval } from '../stats/order-interval.ts';
import { isTrustworthy } from './trust.ts';

type Judged = Pick<Report, 'alpha' | 'arms' | 'cells' | 'claims' | 'comparisons' | 'config' | 'warnings'>;

/**
 * Holds a report against its limits. A rule fails only where the numbers show that the limit is exceeded: the end of
 * the interval that lies nearer to it is beyond it. What is measured so badly that it cannot be trusted is inconclusive.
 * With several arms the baseline is what they are compared with, and limits are for the others.
 */
export function judgeGate(report: Judged, conditions: readonly GateCondition[]): Gate | null {
  if (conditions.length === 0) return null;
  const rules = conditions.map((condition): GateRule => {
    const checks = checkRule(report, condition);
    const { rule, metric, claim, scope } = condition;
    const limit = metric === 'regression' ? (condition.limit ?? report.config.margin) : condition.limit;
    return { rule, metric, ...(claim === null ? {} : { claim }), scope, limit, result: worstOf(checks), checks };
  });
  return { rules, result: worstOf(rules) };
}

/** The report with its gate. A kept limit does not heal what else was wrong; a broken one is a regression. */
export function applyGate(report: Report, conditions: readonly GateCondition[]): Report {
  const gate = judgeGate(report, conditions);
  const broken = gate !== null && isBroken(gate);
  const isWhole = report.outcome === 'ok' || report.outcome === 'untrustworthy' || report.outcome === 'regression';
  if (!isWhole) return { ...report, gate };
  const without = isTrustworthy(report) ? 'ok' : 'untrustworthy';
  return { ...report, gate, outcome: broken ? 'regression' : without };
}

/** Of nothing at all: not measured. */
function worstOf(items: readonly { readonly result: GateRule['result'] }[]): GateRule['result'] {
  return GATE_RESULTS.find((result) => items.some((item) => item.result === result)) ?? 'not-measured';
}

function checkRule(report: Judged, condition: GateCondition): GateCheck[] {
  if (condition.metric === 'claim') return [checkClaim(report, condition)];
  // What the server cannot take is known before, and said in a warning: it was never to be measured.
  const isWhole = !report.warnings.some(({ code }) => code === 'stopped-early');
  const cells = report.cells.filter(
    ({ id, state }) => matchesCell(condition.scope, id) && !(isWhole && state === 'skipped'),
  );
  const [baseline, ...others] = report.arms.map(({ id }) => id);
  if (condition.metric === 'regression') {
    return others.flatMap((arm) => cells.map((cell) => checkRegression(report, condition, cell, arm)));
  }
  const arms = others.length > 0 || baseline === undefined ? others : [baseline];
  return arms.flatMap((arm) => cells.map((cell) => checkLimit(report, condition, cell, arm)));
}

function checkClaim({ arms, claims, warnings }: Judged, { claim }: GateCondition): GateCheck {
  const found = claims.find(({ id }) => id === claim);
  const base = { arm: arms[0]?.id ?? '', cell: null, value: null, low: null, high: null, bound: null };
  if (found === undefined || found.reason === 'cells-missing') return { ...base, result: 'not-measured' };
  const pooled = found.pooled ?? { effect: null, low: null, high: null };
  const check = { ...base, value: pooled.effect, low: pooled.low, high: pooled.high, bound: 'verdict' as const };
  if (found.verdict === 'holds' && canJudge({ warnings })) return { ...check, result: 'passed' };
  const fails = found.verdict === 'fails' && canJudge({ warnings });
  return { ...check, result: fails ? 'failed' : 'inconclusive' };
}

/** By the verdict, which has the correction for looking at many cells in it, and by the end of the interval. */
function checkRegression(report: Judged, { limit }: GateCondition, cell: CellReport, arm: string): GateCheck {
  const { margin } = report.config;
  const base = { arm, cell: cell.id };
  const found = report.comparisons.find(
    ({ kind, a, b }) => kind === 'arm' && a.arm === report.arms[0]?.id && b.arm === arm && b.cell === cell.id,
  );
  // Measured with a wider margin than the limit, a regression between the two would have been called none.
  if (found === undefined || (limit !== null && limit < margin)) {
    return { ...base, value: null, low: null, high: null, bound: null, result: 'not-measured' };
  }
  const { effect: value, low, high } = quotedDifference(found);
  const over = limit ?? margin;
  const check = { ...base, value, low, high };
  if (!canJudge(report)) return { ...check, bound: null, result: 'inconclusive' };
  if (found.verdict === 'slower' && low !== null && low > over) return { ...check, bound: 'low', result: 'failed' };
  // What the client may have made, or hidden, keeps no limit.
  if (found.verdict !== 'not-resolvable' && high !== null && high <= over)
    return { ...check, bound: 'high', result: 'passed' };
  // Equivalence goes by a narrower interval than the one that is quoted.
  if (found.verdict === 'equivalent') return { ...check, bound: 'verdict', result: 'passed' };
  return { ...check, bound: null, result: 'inconclusive' };
}

function checkLimit(report: Judged, { metric, limit }: GateCondition, cell: CellReport, arm: string): GateCheck {
  const result = resultOf(cell, arm);
  const read = result === null ? null : readMetric(result, metric, report.alpha);
  const base = { arm, cell: cell.id };
  const nothing = { ...base, value: null, low: null, high: null, bound: null };
  if (result === null || limit === null) return { ...nothing, result: 'not-measured' };
  // A measured cell may have too few requests to tell a tail.
  if (read === null) return { ...nothing, result: 'inconclusive' };
  const check = { ...base, value: read.value, low: read.low, high: read.high };
  // Failed requests were counted, not estimated, and are what makes the rest of a run doubtful.
  if (metric === 'errors') return { ...check, bound: 'value', result: read.value > limit ? 'failed' : 'passed' };
  if (!canJudge(report)) return { ...check, bound: null, result: 'inconclusive' };
  const [near, far] = metric === 'throughput' ? (['high', 'low'] as const) : (['low', 'high'] as const);
  const isBeyond = (x: number): boolean => (metric === 'throughput' ? x < limit : x > limit);
  if (check[near] !== null && isBeyond(check[near])) return { ...check, bound: near, result: 'failed' };
  if (check[far] !== null && !isBeyond(check[far])) return { ...check, bound: far, result: 'passed' };
  return { ...check, bound: null, result: 'inconclusive' };
}

/** Whether times may be held against limits. That other cells failed says nothing against those that did not. */
function canJudge({ warnings }: Pick<Judged, 'warnings'>): boolean {
  return isTrustworthy({ warnings: warnings.filter(({ code }) => code !== 'failed-cells') });
}

interface Reading {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

function readMetric(result: CellResult, metric: GateRule['metric'], alpha: number): Reading | null {
  switch (metric) {
    case 'p50':
      return result.p50Ms;
    case 'p90':
    case 'p95':
    case 'p99': {
      const value = result.percentilesMs[metric];
      const interval = result.percentileIntervalsMs[metric];
      return value === null ? null : { value, low: interval?.low ?? null, high: interval?.high ?? null };
    }
    case 'throughput':
      return readThroughput(result, alpha);
    case 'errors': {
      const asked = result.requests + result.errors;
      return asked === 0 ? null : { value: result.errors / asked, low: null, high: null };
    }
    case 'regression':
    case 'claim':
      return null;
  }
}

/** The interval is that of the median round (order statistics): rounds are what varies independently. */
function readThroughput({ throughput, rounds }: CellResult, alpha: number): Reading {
  const perRound = rounds.flatMap(({ requests, wallMs, fenceMs }) =>
    wallMs > fenceMs ? [(requests / (wallMs - fenceMs)) * 1000] : [],
  );
  const interval = medianInterval(perRound, alpha);
  return { value: throughput, low: interval?.low ?? null, high: interval?.high ?? null };
}
