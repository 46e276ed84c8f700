import { explain, ServerError, UserError } from '../../errors.ts';

/** What the API server answered in place of what was asked for. `status` is the HTTP status, `reason` the server's word. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Whether trying again may help: the server restarts, is overloaded, or something behind it is not up yet. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return error instanceof Error && 'code' in error;
  return error.status >= 500 || error.status === 429;
}

/** What left the API unasked for, in words for the person who waits; anything else is left as it is. */
export function explainApiError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof ApiError || isPassing(error))) return error;
  const detail = error instanceof ApiError && error.status > 0 ? ` (${error.status})` : '';
  return new ServerError(`expected the Kubernetes API to do as it is asked; it says${detail}: ${explain(error)}`, {
    cause: error,
  });
}
