import type { Report, Warning } from '../report.ts';
import { countClaims } from './conclusions.ts';
import { count, integer } from './format.ts';
import type { Lookup } from './lookup.ts';
import { type Plain, type Prose, plain, say } from './prose.ts';
import { describeWarning, type Weight, weigh } from './warnings.ts';

export interface Headline {
  readonly state: 'good' | Exclude<Weight, 'note'>;
  readonly text: Plain;
}

export interface Alert {
  readonly kind: 'CAUTION' | 'WARNING' | 'NOTE';
  readonly text: Prose;
}

export const SIGNS: Record<Headline['state'], Plain> = { good: plain`🟢`, doubt: plain`🟡`, bad: plain`🔴` };

/** The whole run in a line, made from the same arrays as the tables. */
export function buildHeadline({ report }: Lookup): Headline {
  const name = isReference(report) ? plain`Payload benchmark of the reference server` : plain`Seldon payload benchmark`;
  const state = judgeState(report);
  const parts = [
    ...describeOutcome(report),
    countCells(report),
    ...(state === 'doubt' && !isReference(report) ? [plain`the numbers are not trustworthy`] : []),
    countClaims(report),
  ].filter((part) => part !== null);
  return { state, text: plain`${name}: ${parts.join('; ') as Plain}` };
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

function judgeState(report: Report): Headline['state'] {
  const failed = report.cells.some(({ state }) => state === 'failed');
  const isOver = report.outcome === 'aborted' || report.outcome === 'infra-error' || report.outcome === 'regression';
  if (failed || isOver || report.warnings.some((warning) => weigh(warning) === 'bad')) return 'bad';
  const doubtful = report.outcome === 'untrustworthy' || report.canary?.noisy === true || isReference(report);
  return doubtful || report.warnings.some((warning) => weigh(warning) === 'doubt') ? 'doubt' : 'good';
}

function describeOutcome(report: Report): Plain[] {
  switch (report.outcome) {
    case 'aborted':
      return [plain`stopped after ${integer(report.roundsDone)} of ${count(report.config.rounds, 'round')}`];
    case 'infra-error':
      return report.roundsDone < report.config.rounds
        ? [plain`broke off after ${integer(report.roundsDone)} of ${count(report.config.rounds, 'round')}`]
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
