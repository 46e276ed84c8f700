import { ServerError } from '../../errors.ts';
import type { KubeApi } from './api.ts';
import type { List, Node, Pod } from './objects.ts';

/** CPU in thousandths of one, as Kubernetes counts it. */
export interface CpuBalance {
  readonly allocatable: number;
  readonly requested: number;
}

/** Refuses models that a cluster of one node has no room for, before any is made. Throws ServerError with the sum. */
export async function requireCpu(api: KubeApi, models: number, cpuRequest: string): Promise<void> {
  const balance = await readCpuBalance(api);
  const each = parseCpu(cpuRequest);
  if (balance.requested + models * each <= balance.allocatable) return;
  throw new ServerError(
    `expected room for ${models === 1 ? 'one model' : `${models} models`} that ask${models === 1 ? 's' : ''} for ${each}m of CPU each: ${describeCpu(balance)}. ` +
      'Measure fewer methods or arms at a time, ask for less CPU, or use a larger machine.',
  );
}

export async function readCpuBalance(api: KubeApi): Promise<CpuBalance> {
  const [nodes, pods] = await Promise.all([api.get<List<Node>>('/api/v1/nodes'), api.get<List<Pod>>('/api/v1/pods')]);
  return sumCpu(nodes.items, pods.items);
}

export function sumCpu(nodes: readonly Node[], pods: readonly Pod[]): CpuBalance {
  const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const containers = pods.filter((pod) => !isOver(pod)).flatMap(({ spec }) => spec.containers);
  return {
    allocatable: sum(nodes.map(({ status }) => parseCpu(status?.allocatable?.cpu))),
    requested: sum(containers.map(({ resources }) => parseCpu(resources?.requests?.cpu))),
  };
}

export function describeCpu({ allocatable, requested }: CpuBalance): string {
  const free = allocatable - requested;
  return `the cluster has ${allocatable}m, what runs there asks for ${requested}m, so ${free}m are free`;
}

/** `250m`, `1` or `0.5`, in thousandths; nothing is 0. */
export function parseCpu(quantity = '0'): number {
  return Math.round(quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
