import type { Outcome, Report } from '../../src/report.ts';

/** Something that goes wrong around the tool, and what must hold then. */
export interface Fault {
  readonly name: string;
  /** What is done, in a sentence without its end. */
  readonly what: string;
  readonly expected: Expected;
  /** Runs the tool in a folder of its own and does it. */
  run(folder: string): Promise<Observed | Skipped>;
}

export interface Expected {
  readonly code: number;
  /** Null: no report, since nothing was measured or it could not be written. */
  readonly outcomes: readonly Outcome[] | null;
  /** What the tool's words, the report's warnings or the cells' reasons must hold. */
  readonly says?: RegExp;
  /** Whether the run must come to its end in spite of the fault. */
  readonly whole?: boolean;
  /** What else was not as it should be, if anything. */
  readonly also?: (report: Report) => string | null;
}

export interface Observed {
  readonly code: number | null;
  readonly report: Report | null;
  readonly stderr: string;
  /** Requests that reached the server, by transport; null where nobody counted. */
  readonly requests: Readonly<Record<'rest' | 'grpc', number>> | null;
  /** Processes and temporary files of the run that were still there after its end. */
  readonly left: readonly string[];
  readonly faults?: readonly string[];
}

export interface Skipped {
  readonly skipped: string;
}

/** The server was lost while it was measured. */
export const LOST = { code: 3, outcomes: ['infra-error'] } as const;
/** The run comes to its end; whether its figures can be trusted is left open. */
export const WHOLE = { outcomes: ['ok', 'untrustworthy'], whole: true } as const;
/** ... and exits as if nothing had been. */
export const FINE = { ...WHOLE, code: 0 } as const;
