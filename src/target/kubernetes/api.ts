import { readFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { orAborted } from '../../abort.ts';
import { explain, ServerError, UserError } from '../../errors.ts';
import { askUntil } from '../wait.ts';

const FIELD_MANAGER = 'seldon-bench';
const REQUEST_LIMIT_MS = 15_000;
const MAX_MESSAGE_LENGTH = 2000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** etcd takes no object of more than 1.5 MB. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;

/** The little of the Kubernetes API that is needed. Objects go and come as they are: no field is dropped or renamed. */
export interface KubeApi {
  /** The parsed reply; plain text where the server sends that. Throws ApiError. */
  get<T>(path: string): Promise<T>;
  /** Like `get`; null where there is no such thing. */
  find<T>(path: string): Promise<T | null>;
  /** Asks a question that is an object: the reply is the object with its answer. */
  create<T>(path: string, body: object): Promise<T>;
  /** Server-side apply: creates or changes what `body` (JSON or YAML text) says, and nothing else. */
  apply<T>(path: string, body: string): Promise<T>;
  /**
   * Watches a list from a version on: one connection on which the server tells of each change, and which costs nothing
   * while there is none. Settles when the server ends it, which it does from time to time.
   */
  watch(path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  /** Deletes in the background of the server; what is gone already is fine. `uid` keeps a namesake from harm. */
  remove(path: string, uid?: string): Promise<void>;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

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

export interface Access {
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** Loads the package that reads kubeconfigs, which takes a second: nobody has to wait for it who asks for it in time. */
export function loadKubeConfig() {
  return import('@kubernetes/client-node/dist/config.js');
}

/** The wanted context of a kubeconfig, or its current one. Throws UserError where there is none, or no such file. */
export async function readContext(kubeconfig: string, wanted: string | null): Promise<string> {
  const { KubeConfig } = await loadKubeConfig();
  const config = new KubeConfig();
  try {
    config.loadFromString(readFileSync(kubeconfig, 'utf8'));
  } catch (error) {
    throw new UserError(`expected a kubeconfig in ${kubeconfig}: ${explain(error)}`, { cause: error });
  }
  const context = wanted ?? config.getCurrentContext();
  if (context && config.getContextObject(context) !== null) return context;
  if (context) throw new UserError(`expected kubeconfig ${kubeconfig} to have a context ${context}; it has none`);
  throw new UserError(`expected kubeconfig ${kubeconfig} to have a current context; say which one with context`);
}

/** Connects by a kubeconfig, whose keys go nowhere else. Throws ServerError where it cannot be used. */
export async function openKubeApi({ kubeconfig, context }: Access, signal: AbortSignal): Promise<KubeApi> {
  const { KubeConfig } = await loadKubeConfig();
  const config = new KubeConfig();
  const options: RequestOptions = {};
  let server: string | undefined;
  try {
    config.loadFromString(readFileSync(kubeconfig, 'utf8'));
    config.setCurrentContext(context);
    server = config.getCurrentCluster()?.server;
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new ServerError(`expected a kubeconfig with context ${context}: ${explain(error)}`);
  }
  if (!server?.startsWith('https://')) throw new ServerError(`expected context ${context} to name an https server`);

  const send = async (method: string, path: string, body = '', type = 'application/json'): Promise<unknown> => {
    signal.throwIfAborted();
    const ask = () => exchange(new URL(path, server), { ...options, method }, body, type);
    return orAborted(
      ask().catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        // What a program gave for a credential may have grown old.
        await config.applyToHTTPSOptions(options);
        return ask();
      }),
      signal,
    );
  };
  const get = <T>(path: string): Promise<T> => send('GET', path) as Promise<T>;
  return {
    get,
    find: (path) => orNull(get(path)),
    create: (path, body) => send('POST', path, JSON.stringify(body)) as never,
    apply: (path, body) =>
      send('PATCH', `${path}?fieldManager=${FIELD_MANAGER}&force=true`, body, 'application/apply-patch+yaml') as never,
    watch: (path, onEvent, signal) => follow(new URL(path, server), options, onEvent, signal),
    async remove(path, uid) {
      const preconditions = uid === undefined ? undefined : { uid };
      await orNull(send('DELETE', path, JSON.stringify({ propagationPolicy: 'Background', preconditions })));
    },
  };
}

/** Waits until the server says that it is ready. Throws ServerError after `limitMs`. */
export async function waitForApi(api: KubeApi, limitMs: number, signal: AbortSignal): Promise<void> {
  let last: unknown;
  const ready = await askUntil(
    async () => {
      try {
        return await api.get<string>('/readyz');
      } catch (error) {
        // A server that has just begun refuses with 401 and 403, too.
        last = error;
        return null;
      }
    },
    limitMs,
    signal,
  );
  if (ready === null) {
    throw new ServerError(`expected the Kubernetes API to be ready within ${limitMs / 1000} s: ${explain(last)}`);
  }
}

async function orNull<T>(reply: Promise<T>): Promise<T | null> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function exchange(url: URL, options: RequestOptions, body: string, type: string): Promise<unknown> {
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

function follow(
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
