import type { State, Token } from './state.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, bytes, or undefined for none. */
  readonly body?: unknown;
}

/** A request to the REST API that has a route. */
export interface Call {
  readonly state: State;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly storageUrl: string;
  readonly path: string;
  /** By the names in the path's pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Null for none. */
  readonly token: Token | null;
}

export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers, body };
}

/** An error in the shape that GitHub gives it. */
export function refuse(
  status: number,
  message: string,
  more: { headers?: Readonly<Record<string, string>>; errors?: readonly unknown[] } = {},
): Reply {
  const { headers = {}, errors } = more;
  const documentation = { documentation_url: 'https://docs.github.com/rest', status: String(status) };
  return { status, headers, body: { message, ...(errors && { errors }), ...documentation } };
}

export function notFound(): Reply {
  return refuse(404, 'Not Found');
}

/** What a job's token is told when it lacks a permission; `accepted` lists those that would do. */
export function notAccessible(accepted: string): Reply {
  const headers = { 'x-accepted-github-permissions': accepted };
  return refuse(403, 'Resource not accessible by integration', { headers });
}

/** The limit on how fast things may be made. `seconds` is what `retry-after` says; null to leave it out. */
export function secondaryLimit(status: 403 | 429, seconds: number | null): Reply {
  const headers = seconds === null ? {} : { 'retry-after': String(seconds) };
  return refuse(status, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', {
    headers,
  });
}

/** The limit on how many requests an hour may hold; `reset` in seconds since the epoch. */
export function primaryLimit(status: 403 | 429, reset: number): Reply {
  const headers = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
  return refuse(status, 'API rate limit exceeded for installation.', { headers });
}

/** What a load balancer says: no JSON. */
export function badGateway(): Reply {
  return { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>502 Bad Gateway</html>') };
}

export function invalid(field: string, code: string, message?: string): Reply {
  const error = { resource: 'IssueComment', code, field, ...(message !== undefined && { message }) };
  return refuse(422, 'Validation Failed', { errors: [error] });
}
