import { cpus } from 'node:os';
import { readAllowedCores, setCores } from '../cores.ts';
import { runDocker } from '../docker-cli.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import type { Pod } from './objects.ts';
import { listPodProcesses } from './pod-processes.ts';

const DNS = '/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale';

/**
 * Sends away what nobody needs in a cluster of the run's own and what would work beside the models: its name service,
 * but for as many of its pods as are needed. What is not there cannot disturb.
 */
export async function quietenNode(api: KubeApi, nameServers: 0 | 1): Promise<void> {
  const scale = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    spec: { replicas: nameServers },
  };
  await api.apply(DNS, JSON.stringify(scale)).catch(() => {});
}

/**
 * Keeps the node of a kind cluster, with all that runs in it, to the cores that this process itself is kept to: then
 * none of it is on the load process's. Returns the cores; null where Docker cannot (control groups of version 1 do not
 * take it from a node that runs) or where there is nothing to keep off.
 */
export async function keepNodeOff(node: string, host: Host): Promise<string | null> {
  const cores = (await findCores()).join(',');
  if (cores === '') return null;
  const { code } = await runDocker(['update', '--cpuset-cpus', cores, node], { signal: host.signal });
  return code === 0 ? cores : null;
}

/** None where this process itself is kept to none: there is nobody to keep others off for. */
async function findCores(): Promise<number[]> {
  const own = await readAllowedCores('self');
  return own.length < cpus().length ? own : [];
}

/**
 * The same for the processes of one pod, where they are seen on this machine: what they start later is kept there too.
 * Null where this user may not.
 */
export async function keepPodOff(pod: Pod): Promise<string | null> {
  const cores = await findCores();
  const processes = listPodProcesses(pod);
  if (cores.length === 0 || processes.length === 0) return null;
  const done = await Promise.all(processes.map((pid) => setCores(pid, cores)));
  return done.every((one) => one) ? cores.join(',') : null;
}
