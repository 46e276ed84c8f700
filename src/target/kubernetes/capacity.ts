import { ServerError } from '../../errors.ts';
import type { KubeApi } from './api.ts';
import { isReady } from './conditions.ts';
import type { Node, Pod, Quantities, Taint } from './objects.ts';
import { expectItems } from './shapes.ts';

/** Thousandths of a CPU, and MiB. */
export interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

/** What a node can give, and what the pods on it ask for. */
interface NodeRoom {
  readonly allocatable: Amount;
  readonly requested: Amount;
}

/** Less than this makes nobody wait for a place: Kubernetes shares CPU out in proportion to what is asked for. */
const LEAST_CPU = 100;
const STEP = 50;
const NOT_READY = 'node.kubernetes.io/not-ready';

/**
 * How much CPU each model asks for: as much as it may use, which gives it the class Guaranteed, where all of them fit so;
 * else less, for only one of them works at a time. `beside` has what comes with each model in its pod, one entry a model;
 * `later` are pods that have to find room when the models are there.
 * Throws ServerError with the sum where they do not fit at all.
 */
export async function chooseCpuRequest(
  api: KubeApi,
  beside: readonly Amount[],
  limits: Amount,
  later: readonly Amount[] = [],
): Promise<number> {
  const rooms = await readRooms(api);
  const least = Math.min(LEAST_CPU, limits.cpu);
  const ask = (cpu: number): Amount[] =>
    beside.map((more) => ({ cpu: cpu + more.cpu, memory: limits.memory + more.memory }));
  // Below a limit that is no whole number of steps, whole steps are tried.
  for (let cpu = limits.cpu; cpu >= least; cpu = Math.ceil(cpu / STEP - 1) * STEP) {
    if (doFit(rooms, [...ask(cpu), ...later])) return cpu;
  }
  const total = [...ask(least), ...later].reduce(add, NOTHING);
  const what = beside.length === 1 ? 'one model' : `${beside.length} models`;
  throw new ServerError(
    `expected room for ${what}, which ${beside.length === 1 ? 'asks' : 'ask'} for at least ${total.cpu}m of CPU and ${total.memory} MiB${later.length === 0 ? '' : ' with what measures them'}: ${describeRoom(rooms)}. ` +
      'Measure fewer methods or arms at a time, give the models less, or use a larger machine.',
  );
}

export async function readRooms(api: KubeApi): Promise<NodeRoom[]> {
  const [nodes, pods] = await Promise.all([api.get('/api/v1/nodes'), api.get('/api/v1/pods')]);
  return listRooms(expectItems('node', nodes), expectItems('pod', pods));
}

/**
 * The nodes that take our pods. A pod without a place yet is on none of them; one that has ended, or is about to, asks for
 * nothing.
 */
export function listRooms(nodes: readonly Node[], pods: readonly Pod[]): NodeRoom[] {
  return nodes.filter(takesModels).map(({ metadata, status }) => ({
    allocatable: amountOf(status?.allocatable),
    requested: pods
      .filter(({ spec, ...pod }) => spec.nodeName === metadata.name && !isOver(pod))
      .flatMap(({ spec }) => spec.containers.map(({ resources }) => amountOf(resources?.requests)))
      .reduce(add, NOTHING),
  }));
}

/** Whether pods that ask for so much find places: the largest first, each where most CPU is left. */
export function doFit(rooms: readonly NodeRoom[], pods: readonly Amount[]): boolean {
  const free = rooms.map(({ allocatable, requested }) => ({
    cpu: allocatable.cpu - requested.cpu,
    memory: allocatable.memory - requested.memory,
  }));
  return pods
    .toSorted((a, b) => b.cpu - a.cpu)
    .every(({ cpu, memory }) => {
      const place = free.toSorted((a, b) => b.cpu - a.cpu).find((room) => room.cpu >= cpu && room.memory >= memory);
      if (place === undefined) return false;
      place.cpu -= cpu;
      place.memory -= memory;
      return true;
    });
}

const NOTHING: Amount = { cpu: 0, memory: 0 };

function add(a: Amount, b: Amount): Amount {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}

export function describeRoom(rooms: readonly NodeRoom[]): string {
  if (rooms.length === 0) return 'the cluster has no node that takes pods';
  const total = (pick: (room: NodeRoom) => number): number => rooms.reduce((sum, room) => sum + pick(room), 0);
  const cpu = { all: total((room) => room.allocatable.cpu), asked: total((room) => room.requested.cpu) };
  const memory = { all: total((room) => room.allocatable.memory), asked: total((room) => room.requested.memory) };
  return (
    `${rooms.length === 1 ? 'the node' : `${rooms.length} nodes`} can give ${cpu.all}m of CPU and ${Math.floor(memory.all)} MiB, ` +
    `what runs there asks for ${cpu.asked}m and ${Math.ceil(memory.asked)} MiB, ` +
    `so ${cpu.all - cpu.asked}m and ${Math.floor(memory.all - memory.asked)} MiB are free`
  );
}

function takesModels(node: Node): boolean {
  const { spec } = node;
  const tolerated = ({ key, effect }: Taint): boolean =>
    effect === 'PreferNoSchedule' ||
    (key === 'model' && effect === 'NoSchedule') ||
    // It stays for a moment after a node has become ready.
    (key === NOT_READY && isReady(node));
  return spec?.unschedulable !== true && (spec?.taints ?? []).every(tolerated);
}

function isOver({ metadata, status }: Pick<Pod, 'metadata' | 'status'>): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function amountOf(quantities: Quantities | undefined): Amount {
  return { cpu: parseCpu(quantities?.cpu), memory: parseMemory(quantities?.memory) };
}

/** `250m`, `1` or `0.5`, in thousandths; nothing is 0. Throws ServerError for what is no quantity. */
export function parseCpu(quantity = '0'): number {
  return Math.round(parseQuantity(quantity) * 1000);
}

/** `1Gi`, `500M` or bytes, in MiB; nothing is 0. Throws ServerError for what is no quantity. */
export function parseMemory(quantity = '0'): number {
  return parseQuantity(quantity) / 2 ** 20;
}

/** By suffix, as Kubernetes writes its quantities. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

function parseQuantity(quantity: string): number {
  const [, number, unit = ''] = /^([0-9.]{1,30}(?:[eE][+-]?[0-9]{1,3})?)([A-Za-z]{0,2})$/.exec(quantity) ?? [];
  const value = Number(number) * (Object.hasOwn(UNITS, unit) ? (UNITS[unit] as number) : Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new ServerError(
    `expected a quantity such as 250m or 1Gi of the Kubernetes API, found ${JSON.stringify(quantity.slice(0, 50))}`,
  );
}
