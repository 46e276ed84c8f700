import type { KubeApi } from '../../../src/target/kubernetes/api.ts';

/**
 * Stands in for a node's kubelet where there is no node: says of a pod that it runs and is ready, and how often its
 * container was started again.
 */
export async function sayPodRuns(api: KubeApi, namespace: string, pod: string, restartCount = 0): Promise<void> {
  const container = {
    name: 'classifier',
    image: 'image',
    imageID: '',
    ready: true,
    restartCount,
    state: { running: {} },
    lastState: restartCount === 0 ? {} : { terminated: { exitCode: 3, reason: 'Error' } },
  };
  const status = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [container] },
  };
  await api.apply(`/api/v1/namespaces/${namespace}/pods/${pod}/status`, JSON.stringify(status));
}
