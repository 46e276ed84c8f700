/** Exit codes of the command line and of the Action's process. */
export const EXIT = {
  ok: 0,
  gate: 1,
  usage: 2,
  server: 3,
  untrustworthy: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * The person who called the tool can mend this: the message says what was expected, what was found and what to do,
 * and is printed without a stack.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly exitCode: number;
  constructor(message: string, options?: ErrorOptions & { exitCode?: number }) {
    super(message, options);
    this.exitCode = options?.exitCode ?? EXIT.usage;
  }
}

/** The server under test could not be put up, or was lost: exit code 3. `detail` holds the last lines it wrote. */
export class ServerError extends UserError {
  override readonly name = 'ServerError';
  readonly detail: readonly string[];
  constructor(message: string, options?: ErrorOptions & { detail?: readonly string[] }) {
    super(message, { ...options, exitCode: EXIT.server });
    this.detail = options?.detail ?? [];
  }
}

/** The run was asked to stop (SIGINT, SIGTERM): not a failure of anything. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** The message of anything that was thrown, with the messages of its causes behind it where it does not hold them. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const why = error.cause === undefined ? '' : explain(error.cause);
  return error.message.includes(why) ? error.message : `${error.message} (${why})`;
}
