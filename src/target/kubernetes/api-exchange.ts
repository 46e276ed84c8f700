import { type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { explain } from '../../errors.ts';
import { ApiError } from './api-error.ts';

const REQUEST_LIMIT_MS = 15_000;
const MAX_MESSAGE_LENGTH = 2000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** etcd takes no object of more than 1.5 MB. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;

export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Asks once: the parsed reply; plain text where the server sends that. Throws ApiError, or what the connection ends with. */
export function exchange(url: URL, options: RequestOptions, body: string, type: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, accept: 'application/json, */*', 'user-agent': 'seldon-bench' };
    const withBody = body === '' ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
    const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const call = request(url, { ...options, headers: { ...headers, ...withBody }, signal }, (reply) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      reply.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_REPLY_BYTES) reply.destroy(new Error('the reply of the Kubernetes API is too long'));
      });
      reply.on('error', reject);
      reply.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const status = reply.statusCode ?? 0;
        const isJson = reply.headers['content-type']?.startsWith('application/json') ?? false;
        try {
          const value: unknown = isJson ? JSON.parse(text) : text;
          if (status >= 200 && status < 300) resolve(value);
          else reject(toApiError(status, value));
        } catch (error) {
          reject(new ApiError(status, '', tame(`its reply is no JSON: ${explain(error)}`)));
        }
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Reads events, one a line, until the server ends the reply or the signal is aborted. Throws as `exchange` does. */
export function follow(
  url: URL,
  options: RequestOptions,
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ...options, signal }, (reply) => {
      if (reply.statusCode !== 200) {
        reply.destroy();
        reject(new ApiError(reply.statusCode ?? 0, '', 'the Kubernetes API refuses a watch'));
        return;
      }
      const lines = createInterface({ input: reply });
      for (const source of [reply, lines]) source.on('error', reject);
      let open = 0;
      reply.on('data', (chunk: Buffer) => {
        const end = chunk.lastIndexOf('\n');
        open = end < 0 ? open + chunk.length : chunk.length - end - 1;
        if (open > MAX_EVENT_BYTES) reply.destroy(new Error('an event of the Kubernetes API is too long'));
      });
      lines.on('line', (line) => {
        try {
          onEvent(JSON.parse(line) as WatchEvent);
        } catch (error) {
          // The end was cut off.
          reply.destroy();
          reject(error);
        }
      });
      lines.on('close', resolve);
    });
    call.on('error', reject);
    call.end();
  });
}

/** A new kind that is not served yet is refused in plain text, everything else with a Status object. */
function toApiError(status: number, value: unknown): ApiError {
  const { reason = '', message = '' } = typeof value === 'object' && value !== null ? (value as Refusal) : {};
  return new ApiError(status, String(reason), tame(String(message || value)));
}

/** It may quote what anybody wrote: one line, free of what could control a terminal. */
function tame(text: string): string {
  const line = stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return line.trim().slice(0, MAX_MESSAGE_LENGTH);
}

interface Refusal {
  readonly reason?: unknown;
  readonly message?: unknown;
}
