import { GATE_RESULTS } from '../gate-rules.ts';
import type { GateCheck, GateRule } from '../report.ts';
import { confidence, count, integer } from './format.ts';
import {
  compareResults,
  countLimits,
  describeBound,
  describeLimit,
  describeMeasured,
  describePlace,
  describeResult,
  NEITHER,
} from './gate-words.ts';
import { type Lookup, nothing } from './lookup.ts';
import { capitalise, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

/** Checks of a rule that are not kept, before the rest is counted; of many rules only the worst. */
const MOST_CHECKS = 5;
const MANY_RULES = 8;

/** The limits that the run was held to: the worst rules first, and of each the worst checks. Null where it had none. */
export function buildGateTable(lookup: Lookup): Table | null {
  const { gate } = lookup.report;
  if (gate === null || gate.rules.length === 0) return null;
  const most = gate.rules.length > MANY_RULES ? 1 : MOST_CHECKS;
  return {
    caption: plain`Limits`,
    columns: [
      left(plain`limit`),
      left(plain`where`),
      right(plain`measured [interval]`),
      left(plain`end used`),
      left(plain`result`),
    ],
    rows: worstRules(gate.rules).flatMap((rule) => listRows(lookup, rule, most)),
  };
}

/** What the columns mean, and what is not in them. */
export function explainGate({ report }: Lookup): Prose {
  const rules = report.gate?.rules ?? [];
  const isByVerdict = rules.some(
    ({ metric, checks }) => metric === 'regression' && checks.some(({ bound }) => bound === 'verdict'),
  );
  const equivalent = say` A regression that was held against the verdict is equivalent: its ${confidence(2 * report.alpha)} interval lies wholly within the margin.`;
  const beside = new Set(
    report.comparisons
      .filter(({ kind, verdict }) => kind === 'arm' && verdict === 'not-resolvable')
      .map(({ b }) => `${b.arm} ${b.cell}`),
  );
  const isUnresolved = rules.some(
    ({ metric, checks }) => metric === 'regression' && checks.some(({ arm, cell }) => beside.has(`${arm} ${cell}`)),
  );
  const unresolved = say` What is not resolvable beside the floor keeps no regression.`;
  return say`A limit is exceeded only where the interval lies wholly beyond it, and kept only where it lies wholly within: the end used is the one that was held against the limit.${isByVerdict ? equivalent : []} Inconclusive: ${NEITHER}.${isUnresolved ? unresolved : []}${
    rules.some(({ checks }) => checks.length > 1) ? say` Every check is in the report's files.` : []
  }`;
}

/** "All 3 limits kept." or "1 of 3 limits exceeded, 2 kept."; null where there were none. */
export function describeGate({ report: { gate } }: Lookup): Prose | null {
  return gate === null || gate.rules.length === 0 ? null : say`${capitalise(countLimits(gate.rules))}.`;
}

export function worstRules(rules: readonly GateRule[]): GateRule[] {
  return rules.toSorted(compareResults);
}

/** The worst result first, then what lies furthest beyond the limit or nearest to it. */
export function worstChecks({ metric, checks }: GateRule): GateCheck[] {
  const badness = ({ value }: GateCheck): number =>
    value === null ? Number.NEGATIVE_INFINITY : metric === 'throughput' ? -value : value;
  return checks.toSorted((a, b) => compareResults(a, b) || Math.sign(badness(b) - badness(a)) || 0);
}

/** What is not kept, check by check; of what is kept the one that is nearest to the limit, where there is nothing else. */
function listRows(lookup: Lookup, rule: GateRule, most: number): Prose[][] {
  const { metric } = rule;
  const head = describeLimit(rule);
  const checks = worstChecks(rule);
  if (checks.length === 0) return [[head, say`no cell`, nothing, nothing, describeResult(metric, rule.result)]];
  const wanted = Math.min(most, Math.max(1, checks.filter(({ result }) => result !== 'passed').length));
  // Naming one is not longer than counting it.
  const shown = checks.length === wanted + 1 ? checks : checks.slice(0, wanted);
  const rows = shown.map((check) => [
    head,
    describePlace(lookup, check),
    describeMeasured(metric, check),
    describeBound(check),
    describeResult(metric, check.result),
  ]);
  const rest = checks.slice(shown.length);
  if (rest.length === 0) return rows;
  return [...rows, [head, say`${count(rest.length, 'more check')}`, nothing, nothing, countResults(metric, rest)]];
}

function countResults(metric: GateRule['metric'], checks: readonly GateCheck[]): Prose {
  return GATE_RESULTS.flatMap((result) => {
    const n = checks.filter((check) => check.result === result).length;
    return n === 0 ? [] : [say`${integer(n)} ${describeResult(metric, result)}`];
  }).flatMap((part, i) => (i === 0 ? part : [...say`, `, ...part]));
}
