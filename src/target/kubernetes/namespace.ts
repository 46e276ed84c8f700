import { randomBytes } from 'node:crypto';
import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { type Access, type KubeApi, openKubeApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { applyPatiently } from './apply.ts';
import type { List, Meta } from './objects.ts';
import { labelledPath, seldonDeploymentPath, servicePath } from './paths.ts';
import { askApi } from './patience.ts';
import { expectObject } from './shapes.ts';

const PREFIX = 'seldon-bench-';
const LABEL = 'seldon-bench/run';
const APPLY_LIMIT_MS = 30_000;
const ACCOUNT_LIMIT_MS = 60_000;
const REMOVE_LIMIT_MS = 60_000;

export interface Namespace {
  readonly name: string;
  /** What the names of objects in it begin with: nothing where all of it is the run's own. */
  readonly prefix: string;
  /** What everything that the run makes is labelled with. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A name for a namespace of this run alone. */
export function nameNamespace(): Namespace {
  const run = randomBytes(4).toString('hex');
  return { name: PREFIX + run, prefix: '', labels: { [LABEL]: run } };
}

/** Makes a namespace, and waits until pods can be in it. Throws ServerError. */
export async function makeNamespace(api: KubeApi, { name, labels }: Namespace, host: Host): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await applyPatiently(api, `namespace ${name}`, path, body, APPLY_LIMIT_MS, host);
  // Pods are refused until it is there, and refused pods are tried again only after a growing pause.
  const account = () => api.find(`${path}/serviceaccounts/default`);
  if ((await askApi(account, ACCOUNT_LIMIT_MS, host.signal)) !== null) return;
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
): Promise<Namespace & AsyncDisposable> {
  const { name, labels } = namespace;
  const label = `${LABEL}=${labels[LABEL]}`;
  const forget = host.recordCreated({ kind: 'namespace', name, ...access, label });
  const lease = {
    ...namespace,
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
 * A namespace that exists and stays. What the run makes in it bears its label and is on the host's record before it
 * exists; disposing removes that. Throws ServerError where there is no such namespace, or it is about to go.
 */
export async function joinNamespace(
  api: KubeApi,
  access: Access,
  name: string,
  host: Host,
): Promise<Namespace & AsyncDisposable> {
  const found = await lookAtNamespace(api, name);
  if (found === null || (found !== 'unseen' && found.metadata.deletionTimestamp !== undefined)) {
    const state = found === null ? 'there is none' : 'it is being deleted';
    throw new ServerError(`expected a namespace ${name}: ${state}. Make it, or give none and the run makes its own.`);
  }
  const run = randomBytes(4).toString('hex');
  const label = `${LABEL}=${run}`;
  const forget = host.recordCreated({ kind: 'models', namespace: name, ...access, label });
  return {
    name,
    prefix: `sb-${run}-`,
    labels: { [LABEL]: run },
    async [Symbol.asyncDispose]() {
      if (await removeModels(access, name, label)) forget();
      else
        host.log.warn(
          `what the run made in namespace ${name} could not be removed; remove it with: kubectl delete sdep,svc -n ${name} -l ${label}`,
        );
    },
  };
}

/** Who may work in a namespace may not be allowed to look at it. */
async function lookAtNamespace(api: KubeApi, name: string): Promise<{ readonly metadata: Meta } | null | 'unseen'> {
  try {
    const found = await api.find(`/api/v1/namespaces/${name}`);
    return found === null ? null : expectObject('namespace', found);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return 'unseen';
    throw error;
  }
}

/**
 * Removes the SeldonDeployments and Services that bear a run's label (`key=value`) and a name of ours, and waits until
 * they are gone; Kubernetes takes what belongs to them. False if some are still there.
 */
export async function removeModels(access: Access, namespace: string, label: string): Promise<boolean> {
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  const [key, run] = label.split('=');
  if (key !== LABEL || !/^[0-9a-f]{8}$/.test(run ?? '')) throw new Error(`expected the label of a run, got ${label}`);
  try {
    const api = await openKubeApi(access, signal);
    const list = async (): Promise<string[]> => {
      const kinds = ['seldondeployments', 'services'] as const;
      const found = await Promise.all(
        kinds.map(async (kind) => {
          const list = await api.find<List<{ metadata: Meta }>>(labelledPath(kind, namespace, label));
          return (list?.items ?? []).map(({ metadata }) => ({ kind, name: metadata.name }));
        }),
      );
      const paths = { seldondeployments: seldonDeploymentPath, services: servicePath };
      return found
        .flat()
        .filter(({ name }) => name.startsWith(`sb-${run}-`))
        .map(({ kind, name }) => paths[kind](namespace, name));
    };
    const gone = async (): Promise<true | null> => {
      const left = await list();
      for (const path of left) await api.remove(path);
      return left.length === 0 ? true : null;
    };
    return (await askUntil(gone, REMOVE_LIMIT_MS, signal)) !== null;
  } catch {
    return false;
  }
}

/**
 * Removes a namespace that a run made, and waits until it is gone; one that is gone is fine. One that does not bear the
 * run's label (`key=value`) is somebody else's and stays. False if it is still there.
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
