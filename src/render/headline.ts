import type { Report } from '../report.ts';
import { countClaims } from './conclusions.ts';
import { count, integer } from './format.ts';
import { countLimits } from './gate-words.ts';
import type { Lookup } from './lookup.ts';
import { describeOpenLoop } from './loop.ts';
import { join, type Plain, type Prose, plain, say } from './prose.ts';
import { countVerdicts, summariseArms, tallyArms } from './tally.ts';
import { describeStop, type Weight, weigh } from './warnings.ts';

export interface Headline {
  readonly state: State;
  /** The state in a word or two. */
  readonly word: Plain;
  /** What was found. */
  readonly found: Prose;
  /** The same behind the name of what was measured. */
  readonly text: Prose;
}

/** `open`: arms were compared, none was found slower, and some cells are not settled. */
export type State = 'good' | 'open' | Exclude<Weight, 'note'>;

export const SIGNS: Record<State, Plain> = { good: plain`🟢`, open: plain`⚪`, doubt: plain`🟡`, bad: plain`🔴` };

/**
 * The whole run in a line, made from the same arrays as the tables. Where several arms were measured, their comparison
 * is what was asked.
 */
export function buildHeadline(lookup: Lookup): Headline {
  const { report } = lookup;
  const name = isReference(report) ? plain`Payload benchmark of the reference server` : plain`Seldon payload benchmark`;
  const { state, word } = judgeState(lookup);
  const loop = describeOpenLoop(report);
  const doubt = state === 'doubt' && !isReference(report) ? [say`the numbers are not trustworthy`] : [];
  const limits = describeLimits(report).map((part) => say`${part}`);
  const outcome = describeOutcome(report).map((part) => say`${part}`);
  const more = [...(loop === null ? [] : [say`${loop}`]), ...doubt];
  if (lookup.others.length > 0) {
    const unmeasured = report.cells.some((cell) => cell.state !== 'measured') ? [say`${countCells(report)}`] : [];
    const parts = [...limits, summariseArms(lookup), ...outcome, ...unmeasured, ...more];
    // What was found has a colon of its own.
    const then = limits.length > 0 ? plain`: ` : plain`, `;
    const found = join(parts, '; ');
    return { state, word, found, text: say`${name}${then}${found}` };
  }
  const claims = countClaims(report);
  const parts = [
    ...limits,
    ...outcome,
    say`${countCells(report)}`,
    ...more,
    ...(claims === null ? [] : [say`${claims}`]),
  ];
  const found = join(parts, '; ');
  return { state, word, found, text: say`${name}: ${found}` };
}

export function isReference({ arms }: Report): boolean {
  return arms.some(({ isSeldon }) => isSeldon === false);
}

/** What is missing weighs more than what is doubtful, and that more than what the arms were found to be. */
function judgeState(lookup: Lookup): Pick<Headline, 'state' | 'word'> {
  const { report } = lookup;
  if (report.gate?.result === 'not-measured') return { state: 'bad', word: plain`with a limit unmeasured` };
  if (report.outcome === 'regression' || report.gate?.result === 'failed') {
    return { state: 'bad', word: plain`over a limit` };
  }
  const isMissing =
    report.cells.some(({ state }) => state === 'failed') || !report.cells.some(({ state }) => state === 'measured');
  const isOver = report.outcome === 'aborted' || report.outcome === 'infra-error';
  if (isMissing || isOver || report.warnings.some((warning) => weigh(warning) === 'bad')) {
    return { state: 'bad', word: plain`incomplete` };
  }
  const doubtful = report.outcome === 'untrustworthy' || isReference(report);
  if (doubtful || report.warnings.some((warning) => weigh(warning) === 'doubt')) {
    return { state: 'doubt', word: plain`with doubts` };
  }
  const tallies = tallyArms(lookup);
  const of = countVerdicts(tallies.flatMap(({ comparisons }) => comparisons));
  if (of.slower > 0) return { state: 'bad', word: plain`slower` };
  const isOpen =
    report.gate?.result === 'inconclusive' ||
    of.inconclusive + of['not-resolvable'] > 0 ||
    tallies.some(({ missing }) => missing > 0);
  return isOpen ? { state: 'open', word: plain`not settled` } : { state: 'good', word: plain`measured` };
}

/** Kept limits are told below the headline. */
function describeLimits({ gate }: Report): Plain[] {
  return gate === null || gate.rules.length === 0 || gate.result === 'passed' ? [] : [countLimits(gate.rules)];
}

function describeOutcome(report: Report): Plain[] {
  const stop = report.warnings.find((warning) => warning.code === 'stopped-early');
  const planned = { during: 'planned', roundsDone: report.roundsDone, roundsPlanned: report.config.rounds } as const;
  switch (report.outcome) {
    case 'aborted':
      return [plain`stopped ${describeStop(stop ?? planned)}`];
    case 'infra-error':
      return stop !== undefined || report.roundsDone < report.config.rounds
        ? [plain`broke off ${describeStop(stop ?? planned)}`]
        : [];
    case 'regression':
    case 'ok':
    case 'untrustworthy':
      return [];
  }
}

function countCells({ cells }: Report): Plain {
  const of = (state: Report['cells'][number]['state']): number => cells.filter((cell) => cell.state === state).length;
  const measured = of('measured');
  if (measured === cells.length) return plain`${count(measured, 'cell')} measured`;
  const others = (['failed', 'skipped'] as const).flatMap((state) => {
    const n = of(state);
    return n === 0 ? [] : [plain`, ${integer(n)} ${state === 'failed' ? plain`failed` : plain`skipped`}`];
  });
  return plain`${integer(measured)} of ${count(cells.length, 'cell')} measured${others.join('') as Plain}`;
}
