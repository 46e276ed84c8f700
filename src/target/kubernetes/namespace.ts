import { randomBytes } from 'node:crypto';
import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { type Access, type KubeApi, openKubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import type { Meta } from './objects.ts';

const PREFIX = 'seldon-bench-';
const LABEL = 'seldon-bench/run';
const APPLY_LIMIT_MS = 30_000;
const ACCOUNT_LIMIT_MS = 60_000;
const REMOVE_LIMIT_MS = 60_000;

export interface Namespace {
  readonly name: string;
  /** What everything that the run makes is labelled with. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A name for a namespace of this run alone. */
export function nameNamespace(): Namespace {
  const run = randomBytes(4).toString('hex');
  return { name: PREFIX + run, labels: { [LABEL]: run } };
}

/** Makes a namespace, and waits until pods can be in it. Throws ServerError. */
export async function makeNamespace(api: KubeApi, { name, labels }: Namespace, host: Host): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await applyPatiently(api, `namespace ${name}`, path, body, APPLY_LIMIT_MS, host);
  // Pods are refused until it is there, and refused pods are tried again only after a growing pause.
  const account = () => api.find(`${path}/serviceaccounts/default`);
  if ((await askUntil(account, ACCOUNT_LIMIT_MS, host.signal)) !== null) return;
  throw new ServerError(
    `expected the cluster to make a service account in namespace ${name} within ${ACCOUNT_LIMIT_MS / 1000} s; it does not. ` +
      'Its controllers may not be running.',
  );
}

/** The same in a cluster that stays: on the host's record before it exists; disposing removes it and all that is in it. */
export async function borrowNamespace(
  api: KubeApi,
  access: Access,
  namespace: Namespace,
  host: Host,
): Promise<AsyncDisposable> {
  const { name, labels } = namespace;
  const label = `${LABEL}=${labels[LABEL]}`;
  const forget = host.recordCreated({ kind: 'namespace', name, ...access, label });
  const lease: AsyncDisposable = {
    async [Symbol.asyncDispose]() {
      if (await removeNamespace(access, name, label)) forget();
      else host.log.warn(`namespace ${name} could not be removed; remove it with: kubectl delete namespace ${name}`);
    },
  };
  try {
    await makeNamespace(api, namespace, host);
    return lease;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Removes a namespace that a run made, and waits until it is gone; one that is gone is fine, and so is a cluster that
 * is gone. One that does not bear the run's label (`key=value`) is somebody else's and stays. False if it is still there.
 */
export async function removeNamespace(access: Access, name: string, label: string): Promise<boolean> {
  if (!name.startsWith(PREFIX)) throw new Error(`expected a namespace named ${PREFIX}..., got ${name}`);
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  const path = `/api/v1/namespaces/${name}`;
  try {
    const api = await openKubeApi(access, signal);
    const found = await api.find<{ metadata: Meta }>(path);
    const [key = '', value] = label.split('=');
    if (found === null || found.metadata.labels?.[key] !== value) return true;
    await api.remove(path, found.metadata.uid);
    const gone = async (): Promise<true | null> => ((await api.find(path)) === null ? true : null);
    return (await askUntil(gone, REMOVE_LIMIT_MS, signal)) !== null;
  } catch {
    return false;
  }
}
