import type { Report, Warning } from '../report.ts';
import { summariseArms, tallyArms } from './arm-verdicts.ts';
import { countClaims } from './conclusions.ts';
import { count, integer } from './format.ts';
import type { Lookup } from './lookup.ts';
import { describeOpenLoop } from './loop.ts';
import { join, type Plain, type Prose, plain, say } from './prose.ts';
import { describeStop, describeWarning, type Weight, weigh } from './warnings.ts';

export interface Headline {
  readonly state: State;
  /** The state in a word or two. */
  readonly word: Plain;
  readonly text: Prose;
}

/** `open`: arms were compared, none was found slower, and some cells are not settled. */
export type State = 'good' | 'open' | Exclude<Weight, 'note'>;

export interface Alert {
  readonly kind: 'CAUTION' | 'WARNING' | 'NOTE';
  readonly text: Prose;
}

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
  const outcome = describeOutcome(report).map((part) => say`${part}`);
  const more = [...(loop === null ? [] : [say`${loop}`]), ...doubt];
  if (lookup.others.length > 0) {
    const unmeasured = report.cells.some((cell) => cell.state !== 'measured') ? [say`${countCells(report)}`] : [];
    const parts = [summariseArms(lookup), ...outcome, ...unmeasured, ...more];
    return { state, word, text: say`${name}, ${join(parts, '; ')}` };
  }
  const claims = countClaims(report);
  const parts = [...outcome, say`${countCells(report)}`, ...more, ...(claims === null ? [] : [say`${claims}`])];
  return { state, word, text: say`${name}: ${join(parts, '; ')}` };
}

/** What a reader has to know before the numbers: the heaviest kind of warning, or nothing. */
export function buildAlert(lookup: Lookup): Alert | null {
  const { warnings } = lookup.report;
  const say = (weight: Weight): Prose =>
    warnings
      .filter((warning) => weigh(warning) === weight && !isTold(warning))
      .flatMap((warning, i) => [...(i === 0 ? [] : SPACE), ...describeWarning(lookup, warning)]);
  const bad = say('bad');
  if (bad.length > 0) return { kind: 'CAUTION', text: bad };
  const doubt = say('doubt');
  if (doubt.length > 0) return { kind: 'WARNING', text: doubt };
  const note = say('note');
  return note.length > 0 ? { kind: 'NOTE', text: note } : null;
}

/** Marks in the tables and the very first line tell these already. */
function isTold({ code }: Warning): boolean {
  return code === 'not-seldon' || code === 'floor-share' || code === 'flagged-blocks';
}

const SPACE = say` `;

export function isReference({ arms }: Report): boolean {
  return arms.some(({ isSeldon }) => isSeldon === false);
}

/** What is missing weighs more than what is doubtful, and that more than what the arms were found to be. */
function judgeState(lookup: Lookup): Pick<Headline, 'state' | 'word'> {
  const { report } = lookup;
  if (report.outcome === 'regression') return { state: 'bad', word: plain`over a limit` };
  const failed = report.cells.some(({ state }) => state === 'failed');
  const isOver = report.outcome === 'aborted' || report.outcome === 'infra-error';
  if (failed || isOver || report.warnings.some((warning) => weigh(warning) === 'bad')) {
    return { state: 'bad', word: plain`incomplete` };
  }
  const doubtful = report.outcome === 'untrustworthy' || report.canary?.noisy === true || isReference(report);
  if (doubtful || report.warnings.some((warning) => weigh(warning) === 'doubt')) {
    return { state: 'doubt', word: plain`with doubts` };
  }
  const tallies = tallyArms(lookup);
  if (tallies.some(({ of }) => of.slower > 0)) return { state: 'bad', word: plain`slower` };
  const isOpen = tallies.some(({ of, missing }) => of.inconclusive + of['not-resolvable'] + missing > 0);
  return isOpen ? { state: 'open', word: plain`not settled` } : { state: 'good', word: plain`measured` };
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
      return [plain`a limit was exceeded`];
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
