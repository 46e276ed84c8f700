import type { KubeApi } from '../../src/target/kubernetes/api.ts';
import type { List, Pod } from '../../src/target/kubernetes/objects.ts';

/** A model's pod that runs: one with the label of what the stand-in operator makes; null while there is none. */
export function findModelPod(api: KubeApi): Promise<Pod | null> {
  return findRunning(api, 'app.kubernetes.io/managed-by=seldon-core');
}

/** The same for the null server. */
export function findNullPod(api: KubeApi): Promise<Pod | null> {
  return findRunning(api, 'seldon-bench/null-server');
}

async function findRunning(api: KubeApi, labelSelector: string): Promise<Pod | null> {
  const { items } = await api.get<List<Pod>>(`/api/v1/pods?${new URLSearchParams({ labelSelector })}`);
  return items.find(({ status }) => status?.phase === 'Running') ?? null;
}
