import { EXIT } from '../../src/errors.ts';
import { describeMachine, table } from '../document.ts';
import type { Fault, Observed, Skipped } from './fault.ts';

export interface Tried {
  readonly fault: Fault;
  readonly observed: Observed | Skipped;
  /** What was not as it must be. */
  readonly wrong: readonly string[];
}

/** The part of docs/robustness.md that tells what faults did. */
export function describeChaos(tried: readonly Tried[], startedAt: Date, minutes: number): string {
  const wrong = tried.filter((one) => one.wrong.length > 0);
  return [
    describeMachine('npm run chaos', startedAt, minutes),
    'Each fault is done to a run of the command line with two cells, one over REST and one over gRPC. In all of them must hold: ' +
      'the exit code; a report that says which rounds, cells and requests were lost, with no figure that no reply stands ' +
      'behind (never more answers than requests that reached the server); no process, temporary or half-written file left.',
    table(['fault', 'what is done', 'exit code', 'outcome in the report', 'rounds', 'holds'], tried.map(describeRow)),
    wrong.length === 0 ? 'All hold.' : `**Does not hold: ${wrong.map(({ fault }) => fault.name).join('; ')}.**`,
  ].join('\n\n');
}

function describeRow({ fault, observed, wrong }: Tried): string[] {
  if ('skipped' in observed) return [fault.name, fault.what, '', '', '', `skipped: ${observed.skipped}`];
  const { code, report } = observed;
  const meaning = Object.entries(EXIT).find(([, value]) => value === code)?.[0] ?? '?';
  const rounds = report && `${report.roundsDone} of ${report.config.rounds}`;
  const holds = wrong.length === 0 ? 'yes' : '**no**';
  return [fault.name, fault.what, `${code} (${meaning})`, report?.outcome ?? 'no report', rounds ?? '', holds];
}
