import { readdir, stat } from 'node:fs/promises';
import { type KubeApi, openKubeApi } from '../../src/target/kubernetes/api.ts';
import type { List } from '../../src/target/kubernetes/objects.ts';
import { isGroupAlive, readStartTime } from '../../src/target/process-group.ts';
import type { Created } from '../../src/target/target.ts';
import { docker } from '../helpers/docker.ts';
import type { ClusterJob } from './job.ts';

/** Of all that a job ever had on its record, and of its temporary files, what is still there. */
export async function listLeftOvers(job: ClusterJob, kubeconfig: string | null = null): Promise<readonly string[]> {
  const left: string[] = (await readdir(job.temp)).filter((name) => name.startsWith('seldon-bench-'));
  for (const thing of await job.readEverCreated()) {
    if (await isThere(thing, kubeconfig)) left.push(JSON.stringify(thing));
  }
  return left;
}

/** `kubeconfig` is that of the cluster that stays: the run's own copy went with the run. */
async function isThere(thing: Created, kubeconfig: string | null): Promise<boolean> {
  const open = (context: string): Promise<KubeApi> => {
    if (kubeconfig === null)
      throw new Error(`expected nothing in a cluster that stays, found ${JSON.stringify(thing)}`);
    return openKubeApi({ kubeconfig, context }, AbortSignal.timeout(30_000));
  };
  switch (thing.kind) {
    case 'folder':
      return stat(thing.path).then(
        () => true,
        () => false,
      );
    case 'process-group':
      return (await readStartTime(thing.pid)) === thing.startTime && (await isGroupAlive(thing.pid));
    case 'container':
      return (await docker('ps', '--all', '--quiet', '--filter', `name=^${thing.name}$`)) !== '';
    case 'image':
      return (await docker('image', 'ls', '--quiet', thing.reference)) !== '';
    case 'kind-cluster':
      return (await listNodes(thing.name)).length > 0;
    case 'node-folder':
      // Where the node is gone, so is what was in it.
      return docker('exec', thing.node, 'test', '-e', thing.path).then(
        () => true,
        () => false,
      );
    case 'namespace':
      return (await (await open(thing.context)).find(`/api/v1/namespaces/${thing.name}`)) !== null;
    case 'models': {
      const selector = `labelSelector=${encodeURIComponent(thing.label)}`;
      const api = await open(thing.context);
      for (const path of ['/apis/machinelearning.seldon.io/v1/seldondeployments', '/api/v1/services']) {
        if ((await api.get<List<object>>(`${path}?${selector}`)).items.length > 0) return true;
      }
      return false;
    }
  }
}

/** Names of the containers that are a kind cluster's nodes, running or not. */
export async function listNodes(cluster: string): Promise<readonly string[]> {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  const text = await docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
  return text.split('\n').filter((name) => name !== '');
}
