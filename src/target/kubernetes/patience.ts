import { askUntil } from '../wait.ts';
import { ApiError, isPassing } from './api-error.ts';

/** How long a server that has just begun may not know yet who may do what. */
const RIGHTS_LIMIT_MS = 15_000;

/**
 * Tells passing errors from those that stay, over the time of one wait: what `isPassing` says, and a refusal of the
 * user, which a server gives to everybody until it has read its rules.
 */
export function createPatience(): (error: unknown) => boolean {
  let refusedSinceMs: number | null = null;
  return (error) => {
    if (!isRefusalOfUser(error)) {
      refusedSinceMs = null;
      return isPassing(error);
    }
    refusedSinceMs ??= performance.now();
    return performance.now() - refusedSinceMs < RIGHTS_LIMIT_MS;
  };
}

/** Asks the API until the answer is not null; a server that is away for a moment has not answered yet. Null after `limitMs`. */
export function askApi<T>(ask: () => Promise<T | null>, limitMs: number, signal: AbortSignal): Promise<T | null> {
  const isPassing = createPatience();
  return askUntil(
    async () => {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        return null;
      }
    },
    limitMs,
    signal,
  );
}

/** Quotas and webhooks refuse with 403, too, in other words. */
function isRefusalOfUser(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 401 || (error.status === 403 && /is forbidden: User ".*" cannot /.test(error.message));
}
