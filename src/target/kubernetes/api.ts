import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { orAborted } from '../../abort.ts';
import { explain, ServerError, UserError } from '../../errors.ts';
import { askUntil } from '../wait.ts';
import { ApiError } from './api-error.ts';
import { exchange, follow, type WatchEvent } from './api-exchange.ts';

const FIELD_MANAGER = 'seldon-bench';

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
