import { isBroken } from '../gate-rules.ts';
import type { GateCheck, GateRule } from '../report.ts';
import { count, millis, millisWithUnit, percentExact } from './format.ts';
import { worstChecks, worstRules } from './gate-table.ts';
import { countLimits, describeMeasured, describePlace, limitWithUnit, NEITHER } from './gate-words.ts';
import type { Lookup } from './lookup.ts';
import { capitalise, foreign, list, type Plain, type Prose, plain, say, strong } from './prose.ts';

/** Rules that are named with what was found, before the rest is counted. */
const MOST_RULES = 3;

/** What breaks the gate; null where nothing does. The first says that it is broken, each of the others names a limit. */
export function describeBroken(lookup: Lookup): Prose[] | null {
  const { gate } = lookup.report;
  const broken = worstRules(gate?.rules ?? []).filter(isBroken);
  if (gate === null || broken.length === 0) return null;
  const shown = broken.length <= MOST_RULES + 1 ? broken : broken.slice(0, MOST_RULES);
  const rest = broken.length - shown.length;
  return [
    say`${strong(plain`Gate failed`)}.`,
    ...shown.map((rule) => describeRule(lookup, rule)),
    ...(rest > 0 ? [say`${count(rest, 'more limit')} in the report's files.`] : []),
  ];
}

/** One line for a gate that nothing breaks; null where there is no gate, or where it is broken. */
export function describeKept({ report: { gate } }: Lookup): Prose | null {
  if (gate === null || gate.rules.length === 0 || gate.rules.some(isBroken)) return null;
  const open = worstRules(gate.rules).filter(({ result }) => result === 'inconclusive');
  const counts = capitalise(countLimits(gate.rules));
  if (open.length === 0) return say`${counts}.`;
  const names = list(
    open.map(({ rule }) => foreign(rule)),
    MOST_RULES,
  );
  return say`${counts}. ${names}: ${NEITHER}.`;
}

/**
 * "`regression over 5%`: REST `ndarray` predict, batch 1: p50 0.750 → 0.856 ms, +12.9% [+11.4%, +14.5%]; the limit is
 * +5%; likewise in 2 more cells." The worst of the rule's checks stands for those that came out the same.
 */
export function describeRule(lookup: Lookup, rule: GateRule): Prose {
  const [worst] = worstChecks(rule);
  const head = say`${foreign(rule.rule)}: `;
  if (worst === undefined) return say`${head}there is nothing that it could be held against.`;
  const alike = rule.checks.filter(({ result }) => result === worst.result).length - 1;
  const where = lookup.others.length > 1 ? count(alike, 'more comparison') : count(alike, 'more cell');
  const more = alike > 0 ? say`; likewise in ${where}` : [];
  const place = worst.cell === null ? [] : say`${describePlace(lookup, worst)}: `;
  return say`${head}${place}${describeFinding(lookup, rule, worst)}${more}.`;
}

function describeFinding(lookup: Lookup, { metric, limit }: GateRule, check: GateCheck): Prose {
  if (check.value === null) return describeMissing(lookup, { metric, limit }, check);
  const measured = describeMeasured(metric, check);
  switch (metric) {
    case 'claim':
      return say`the claim does not hold (mean of its pairs: ${measured})`;
    case 'regression':
      return say`${describeMove(lookup, check)}${measured}${describeAgain(lookup, check)}${describeEnd(metric, limit)}`;
    case 'errors':
      return say`${measured} of the requests failed${describeEnd(metric, limit)}`;
    case 'throughput':
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return say`${metric as string as Plain} ${measured}${describeEnd(metric, limit)}`;
  }
}

function describeEnd(metric: GateRule['metric'], limit: number | null): Prose {
  return limit === null ? [] : say`; the limit is ${limitWithUnit(metric, limit)}`;
}

/** "p50 0.750 → 0.856 ms, " */
function describeMove(lookup: Lookup, { cell: id, arm: armId }: GateCheck): Prose {
  const cell = id === null ? undefined : lookup.cell(id);
  const arm = lookup.others.find((other) => other.id === armId);
  if (cell === undefined || arm === undefined) return [];
  const [before, after] = [lookup.result(cell), lookup.result(cell, arm)];
  if (before === null || after === null) return [];
  return say`p50 ${millis(before.p50Ms.value)} → ${millisWithUnit(after.p50Ms.value)}, `;
}

/** The medians beside it are of the first rounds. */
function describeAgain(lookup: Lookup, { cell: id, arm: armId }: GateCheck): Prose {
  const found = lookup.between.find(({ b }) => b.cell === id && b.arm === armId);
  return found?.confirmation === undefined ? [] : say` in ${count(found.confirmation.rounds, 'further round')}`;
}

function describeMissing(
  lookup: Lookup,
  { metric, limit }: Pick<GateRule, 'metric' | 'limit'>,
  { cell: id }: GateCheck,
): Prose {
  const { margin } = lookup.report.config;
  if (metric === 'claim') return say`the cells that the claim is about were not measured`;
  if (metric === 'regression' && limit !== null && limit < margin) {
    return say`the limit of ${limitWithUnit(metric, limit)} is less than the margin of ${percentExact(margin)} that differences were judged by`;
  }
  const isMeasured = id !== null && lookup.cell(id)?.state === 'measured';
  const isTail = metric === 'p90' || metric === 'p95' || metric === 'p99';
  return isMeasured && isTail ? say`too few requests to tell the ${metric as string as Plain}` : say`not measured`;
}
