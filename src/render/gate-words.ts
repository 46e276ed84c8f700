import { GATE_RESULTS } from '../gate-rules.ts';
import type { GateCheck, GateRule } from '../report.ts';
import { count, effectWithInterval, estimate, exact, integer, percentExact, significant } from './format.ts';
import { cellInWords, type Lookup, nothing } from './lookup.ts';
import { foreign, type Plain, type Prose, plain, say, strong } from './prose.ts';

type Result = GateRule['result'];
type Named = Pick<GateRule, 'metric' | 'claim' | 'scope' | 'limit'>;

/** For sorting: what weighs more first. */
export function compareResults(a: { readonly result: Result }, b: { readonly result: Result }): number {
  return GATE_RESULTS.indexOf(a.result) - GATE_RESULTS.indexOf(b.result);
}

/** The limit in words: "p50 at most 5 ms", "regression at most +5%", "claim `grpc-faster` holds". */
export function describeLimit({ metric, claim, scope, limit }: Named): Prose {
  const where = scope === '*' ? [] : say` in ${foreign(scope)}`;
  if (metric === 'claim') return say`claim ${foreign(claim ?? '')} holds`;
  const bound = metric === 'throughput' ? plain`at least` : plain`at most`;
  return say`${metric as string as Plain} ${bound} ${limit === null ? nothing : say`${limitWithUnit(metric, limit)}`}${where}`;
}

/** "+5%", "5 ms", "100/s": as it was written, so that nothing beyond it reads as equal to it. */
export function limitWithUnit(metric: GateRule['metric'], limit: number): Plain {
  switch (metric) {
    case 'regression':
      return plain`+${percentExact(limit)}`;
    case 'errors':
      return percentExact(limit);
    case 'throughput':
      return plain`${exact(limit)}/s`;
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return plain`${exact(limit)} ms`;
    case 'claim':
      return plain``;
  }
}

/** "+12.9% [+11.4%, +14.5%]", "5.21 [5.02, 5.44] ms"; a dash where nothing was measured. */
export function describeMeasured(metric: GateRule['metric'], { value, low, high }: GateCheck): Prose {
  if (value === null) return nothing;
  switch (metric) {
    case 'regression':
    case 'claim':
      return say`${effectWithInterval(value, low, high)}`;
    case 'errors':
      return say`${significant(value * 100)}%`;
    case 'throughput':
      return say`${estimate({ value, low, high, confidence: null })}/s`;
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return say`${estimate({ value, low, high, confidence: null })} ms`;
  }
}

const BOUNDS: Record<NonNullable<GateCheck['bound']>, Plain> = {
  low: plain`lower end`,
  high: plain`upper end`,
  value: plain`the value`,
  verdict: plain`the verdict`,
};

/** Which end of the interval was held against the limit. */
export function describeBound({ bound }: GateCheck): Prose {
  return bound === null ? nothing : say`${BOUNDS[bound]}`;
}

/** A claim holds or does not, a throughput is reached or not, of anything else there is too much or not. */
export function describeResult(metric: GateRule['metric'], result: Result): Prose {
  switch (result) {
    case 'failed':
      return say`${strong(metric === 'claim' ? plain`does not hold` : metric === 'throughput' ? plain`not reached` : plain`exceeded`)}`;
    case 'not-measured':
      return say`${strong(plain`not measured`)}`;
    case 'inconclusive':
      return say`inconclusive`;
    case 'passed':
      return metric === 'claim' ? say`holds` : say`kept`;
  }
}

/** What inconclusive means of a limit. */
export const NEITHER = plain`not shown to be exceeded, nor to be kept`;

/** Where it was looked: the cell, with the arm where more than one is held to limits; all cells for a claim. */
export function describePlace(lookup: Lookup, { cell, arm }: GateCheck): Prose {
  if (cell === null) return say`the matrix`;
  const where = cellInWords(lookup, cell);
  return lookup.others.length > 1 ? say`${foreign(arm)}: ${where}` : where;
}

/** "1 of 3 limits exceeded, 2 kept"; "all 3 limits kept"; "1 limit exceeded". */
export function countLimits(rules: readonly Pick<GateRule, 'result'>[]): Plain {
  const of = (result: Result): number => rules.filter((rule) => rule.result === result).length;
  const words: Record<Result, Plain> = {
    failed: plain`exceeded`,
    'not-measured': plain`not measured`,
    inconclusive: plain`inconclusive`,
    passed: plain`kept`,
  };
  const [only] = rules;
  if (only !== undefined && rules.length === 1) return plain`${count(1, 'limit')} ${words[only.result]}`;
  if (of('passed') === rules.length) return plain`all ${count(rules.length, 'limit')} kept`;
  const parts = GATE_RESULTS.filter((result) => of(result) > 0).map((result, i) =>
    i === 0
      ? plain`${integer(of(result))} of ${count(rules.length, 'limit')} ${words[result]}`
      : plain`${integer(of(result))} ${words[result]}`,
  );
  return parts.join(', ') as Plain;
}
