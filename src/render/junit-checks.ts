import type { GateCheck, GateRule } from '../report.ts';
import { clean } from './foreign.ts';
import { describeBound, describeLimit, describeMeasured, describeResult, NEITHER } from './gate-words.ts';
import { toText } from './plain-text.ts';
import { foreign, type Prose, say } from './prose.ts';

/** A test's outcome in a sentence, and at length. */
export interface Told {
  readonly message: string;
  /** Lines; the first is the message. */
  readonly text: string;
}

/** What was held against which limit, by which end of its interval, and what came of it. */
export function describeCheck(rule: GateRule, check: GateCheck): Told {
  const measured = describeMeasured(rule.metric, check);
  const limit = describeLimit(rule);
  const result = describeResult(rule.metric, check.result);
  const where = check.cell === null ? say`the whole matrix` : say`${foreign(check.cell)}`;
  const by = check.bound === null ? [] : say` (held against it: ${describeBound(check)})`;
  const message = toText(say`${where}: ${measured}; ${limit}: ${result}${by}`);
  const lines: readonly (readonly [string, Prose])[] = [
    ['metric', say`${foreign(rule.metric)}`],
    ['cells of the rule', say`${foreign(rule.scope)}`],
    ['cell', where],
    ['arm', say`${foreign(check.arm)}`],
    ['value [low, high]', measured],
    ['limit', limit],
    ['held against the limit', describeBound(check)],
    ['result', result],
    ...(check.result === 'inconclusive' ? [['meaning', say`${NEITHER}`] as const] : []),
  ];
  const rest = lines.map(([name, prose]) => `${name}: ${toText(prose)}`);
  return { message, text: [message, `rule: ${clean(rule.rule, 2000)}`, ...rest].join('\n') };
}

/** For a rule that no cell and no arm fits. */
export function describeEmptyRule(rule: string): Told {
  const message = 'there is nothing in this report that the rule could be held against';
  return { message, text: `${message}\nrule: ${rule}\nresult: not measured` };
}
