import { readdir, stat } from 'node:fs/promises';
import { type KubeApi, openKubeApi } from '../../src/target/kubernetes/api.ts';
import type { List } from '../../src/target/kubernetes/objects.ts';
import { isGroupAlive, readStartTime } from '../../src/target/process-group.ts';
import type { Created } from '../../src/target/target.ts';
import { askUntil } from '../../src/target/wait.ts';
import { docker } from '../helpers/docker.ts';
import type { ClusterJob } from './job.ts';
import { takeSnapshot } from './snapshot.ts';

const LIMIT_MS = 10_000;

/**
 * What is left of a job that is over: of all that it ever had on its record, of its temporary files, and of what can be
 * there without a record. Docker ends by itself what it did for a program that went, so it is given a moment.
 */
export async function listLeftOvers(job: ClusterJob): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const nothing = async (): Promise<true | null> => {
    left = await look(job);
    return left.length === 0 ? true : null;
  };
  await askUntil(nothing, LIMIT_MS, new AbortController().signal);
  return left;
}

/** The same at this moment. */
export async function look(job: ClusterJob): Promise<readonly string[]> {
  const left: string[] = (await readdir(job.temp)).filter((name) => name.startsWith('seldon-bench-'));
  for (const thing of await job.readEverCreated()) {
    if (await isThere(thing, job)) left.push(JSON.stringify(thing));
  }
  const now = await takeSnapshot(job.surroundings);
  return [...left, ...now.filter((line) => !job.before.has(line))];
}

/** In a cluster that stays: the run's own kubeconfig of it went with the run. */
async function isThere(thing: Created, { surroundings: { kind } }: ClusterJob): Promise<boolean> {
  const open = (context: string): Promise<KubeApi> => {
    if (kind === null) throw new Error(`expected nothing in a cluster that stays, found ${JSON.stringify(thing)}`);
    return openKubeApi({ ...kind.access, context }, AbortSignal.timeout(30_000));
  };
  switch (thing.kind) {
    case 'folder':
      return succeeds(stat(thing.path));
    case 'process-group':
      return (await readStartTime(thing.pid)) === thing.startTime && (await isGroupAlive(thing.pid));
    case 'container':
      return (await docker('ps', '--all', '--quiet', '--filter', `name=^${thing.name}$`)) !== '';
    case 'image':
      return (await docker('image', 'ls', '--quiet', thing.reference)) !== '';
    case 'kind-cluster':
      return (await listNodes(thing.name)).length > 0;
    // Where the node is gone, so is what was in it.
    case 'node-image':
      return succeeds(docker('exec', thing.node, 'crictl', 'inspecti', thing.reference));
    case 'node-folder':
      return succeeds(docker('exec', thing.node, 'test', '-e', thing.path));
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

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Names of the containers that are a kind cluster's nodes, running or not. */
export async function listNodes(cluster: string): Promise<readonly string[]> {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  const text = await docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
  return text.split('\n').filter((name) => name !== '');
}
