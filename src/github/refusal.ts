import { explain } from '../errors.ts';

/** Why GitHub did not do what it was asked for. */
export interface Refusal {
  readonly kind:
    | 'forbidden'
    | 'locked'
    | 'not-found'
    | 'gone'
    | 'rejected'
    | 'rate-limited'
    | 'unavailable'
    | 'aborted';
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** What GitHub said; foreign text. */
  readonly message: string;
  /** Permissions of which one is needed, such as `pull_requests=write`; null where GitHub does not say. */
  readonly needs: string | null;
}

/** Takes apart what Octokit throws, and anything else that is thrown. */
export function readRefusal(error: unknown): Refusal {
  const { status, response } = (error ?? {}) as { status?: unknown; response?: Response };
  const message = explain(error).slice(0, 500);
  const headers = response?.headers ?? {};
  const accepted = headers['x-accepted-github-permissions'];
  const needs = typeof accepted === 'string' && /^[a-z_=;, ]{1,200}$/.test(accepted) ? accepted : null;
  const code = typeof status === 'number' && response !== undefined ? status : null;
  return { kind: classify(error, code, message, headers), status: code, message, needs };
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
}

function classify(
  error: unknown,
  status: number | null,
  message: string,
  headers: Readonly<Record<string, unknown>>,
): Refusal['kind'] {
  if (isAbort(error)) return 'aborted';
  switch (status) {
    case 401:
      return 'forbidden';
    case 403:
      if (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0') return 'rate-limited';
      if (/rate limit/i.test(message)) return 'rate-limited';
      return /\blocked\b/i.test(message) ? 'locked' : 'forbidden';
    case 404:
      return 'not-found';
    case 410:
      return 'gone';
    case 422:
      return 'rejected';
    case 429:
      return 'rate-limited';
    default:
      return 'unavailable';
  }
}

function isAbort(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'AbortError' || at.name === 'Interrupted') return true;
  }
  return false;
}
