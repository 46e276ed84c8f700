import { explain, ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { createPatience } from './patience.ts';

/**
 * Applies an object whose kind or webhook may not be up yet: what passes by itself is tried again until `limitMs`.
 * `what` names the object in messages. Throws ServerError with the cluster's own words.
 */
export async function applyPatiently<T>(
  api: KubeApi,
  what: string,
  path: string,
  body: object | string,
  limitMs: number,
  host: Host,
): Promise<T> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  let last: unknown = null;
  const isPassing = createPatience();
  const applied = await askUntil(
    async () => {
      try {
        return { object: await api.apply<T>(path, text) };
      } catch (error) {
        host.signal.throwIfAborted();
        if (isForGood(error, isPassing(error))) throw explainRefusal(what, error);
        if (last === null) host.log.info(`the cluster does not take ${what} yet: ${explain(error)}`);
        last = error;
        return null;
      }
    },
    limitMs,
    host.signal,
  );
  if (applied !== null) return applied.object;
  throw new ServerError(
    `expected the cluster to take ${what} within ${limitMs / 1000} s; it says: ${explain(last)}. ${advise(last)}`,
    { cause: last },
  );
}

function isForGood(error: unknown, isPassing: boolean): boolean {
  // An object that does not fit its kind is an internal error (500) to the server.
  if (error instanceof ApiError && error.message.includes('failed to create typed patch object')) return true;
  return !isPassing && !isKindMissing(error);
}

/** A kind that is not served is refused in plain text, without a reason; a missing namespace has one. */
export function isKindMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.reason === '';
}

function explainRefusal(what: string, error: unknown): ServerError {
  return new ServerError(`expected the cluster to take ${what}; it refuses: ${explain(error)}`, { cause: error });
}

function advise(error: unknown): string {
  if (isKindMissing(error)) return 'Install Seldon Core, or let the run install it.';
  const text = explain(error);
  // An upgrade of the chart makes a new certificate, and the running manager keeps its old one.
  if (/x509|certificate/.test(text)) return "Restart Seldon Core's manager: it uses an old certificate.";
  if (/failed calling webhook .*istio/.test(text)) return "See whether Istio's control plane, istiod, runs.";
  if (text.includes('failed calling webhook')) return "See whether Seldon Core's manager runs.";
  return 'See whether the cluster is well.';
}
