import { EXIT, Interrupted, UserError } from '../errors.ts';
import type { Report } from '../report.ts';

/** The exit code of a run that gave a report; a failed cell counts as a lost server. `stopped` is what ended it early, if anything did. */
export function exitCodeOf(report: Pick<Report, 'outcome'>, stopped: unknown, strict: boolean): number {
  switch (report.outcome) {
    case 'ok':
      return EXIT.ok;
    case 'regression':
      return EXIT.gate;
    case 'infra-error':
      return EXIT.server;
    case 'untrustworthy':
      return strict ? EXIT.untrustworthy : EXIT.ok;
    case 'aborted':
      return exitCodeOfError(stopped);
  }
}

/** The exit code of a run that gave none; 1 is for what should not have happened. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof Interrupted) return error.signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return error instanceof UserError ? error.exitCode : 1;
}
