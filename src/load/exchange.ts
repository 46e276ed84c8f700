import type { GrpcEndpoint, RestEndpoint } from '../endpoint.ts';

/**
 * Moments of one request, in milliseconds of `performance.now()`. One object is used again for every request, so that
 * the loop allocates nothing for it.
 */
export interface Timing {
  /** Immediately before the bytes are handed to the transport. */
  start: number;
  /** When the connection stood; equal to `start` on a kept connection, NaN where the client cannot see it. */
  connected: number;
  /** When the first reply byte was seen; NaN where the client cannot see it. */
  firstByte: number;
  /** After the last reply byte (REST) or the trailers (gRPC). */
  end: number;
}

export interface Reply {
  /** HTTP body, or the gRPC message without its prefix. */
  readonly body: Uint8Array;
  /** The HTTP/1.1 reply as it came, head and body; empty for gRPC and for clients that do not show it. */
  readonly raw: Uint8Array;
  /** Whether the server keeps the connection for the next request. */
  readonly kept: boolean;
}

/**
 * One prepared request and the connection that it travels on. Not for use by two callers at once: `send` again only
 * after the promise before it is settled.
 */
export interface Exchange {
  /** Sends once and fulfils when the whole reply is in; rejects when it failed or was not a success. */
  send(timing: Timing): Promise<void>;
  /** Rejects the request in flight with `reason` and drops its connection. */
  abort(reason: Error): void;
  /** The last successful reply, copied. */
  reply(): Reply;
  /** Drops the connection; the next `send` opens a new one. */
  reset(): void;
}

/** Why a request is given up that has had no reply for `timeoutMs`. */
export function createTimeout(timeoutMs: number): Error {
  return new Error(`expected a reply within ${timeoutMs} ms (option timeout), found none`);
}

export function createTiming(): Timing {
  return { start: 0, connected: Number.NaN, firstByte: Number.NaN, end: 0 };
}

/** Where a request goes, and under which name the load process holds its bytes. */
export type Destination =
  | ({ readonly transport: 'rest'; readonly payload: string } & RestEndpoint)
  | ({ readonly transport: 'grpc'; readonly payload: string } & GrpcEndpoint);

/** The same with the bytes: encoded before; the client adds nothing but its framing. */
export type RestRequest = RestEndpoint & { readonly body: Uint8Array };
export type GrpcRequest = GrpcEndpoint & { readonly body: Uint8Array };

/** More than any reply of the benchmarked models; a server that sends more is broken or hostile. */
export const MAX_REPLY_BYTES = 256 * 1024 * 1024;
