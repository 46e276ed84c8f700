import { connect } from 'node:net';
import { ServerError } from '../../errors.ts';
import { requireDocker } from '../docker-cli.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import type { List, Node } from './objects.ts';

const READY_LIMIT_MS = 120_000;
const REACH_LIMIT_MS = 1000;
/** Where the API server listens inside the node: something that is sure to answer a connection. */
const API_PORT = 6443;

/** How this machine reaches ports of a node. */
export interface Network {
  readonly kind: 'node-address' | 'loopback-port';
  /** Host and port where a port of the node is reached. Throws ServerError where it is not. */
  locate(nodePort: number): { readonly host: string; readonly port: number };
}

/** Waits until the only node is ready; kind itself does not fail when it is not. Throws ServerError. */
export async function waitForNode(api: KubeApi, signal: AbortSignal): Promise<Node> {
  const node = await askUntil(
    async () => {
      const { items } = await api.get<List<Node>>('/api/v1/nodes');
      const [node] = items;
      const isReady = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      return node !== undefined && isReady ? node : null;
    },
    READY_LIMIT_MS,
    signal,
  );
  if (node !== null) return node;
  const limit = READY_LIMIT_MS / 1000;
  throw new ServerError(`expected the node of the cluster to be ready within ${limit} s; it is not. Run again.`);
}

/**
 * The shortest way to the node: its own address on Docker's bridge where this machine reaches it, else the ports of
 * 127.0.0.1 that were mapped when the cluster was made, which cost half a millisecond more. Throws ServerError.
 */
export async function findNetwork(node: string, host: Host): Promise<Network> {
  const inspected = await requireDocker(`know node ${node}`, ['container', 'inspect', node], { signal: host.signal });
  const { addresses, ports } = readContainer(inspected);
  for (const address of addresses) {
    if (!(await isReached(address))) continue;
    return { kind: 'node-address', locate: (port) => ({ host: address, port }) };
  }
  return {
    kind: 'loopback-port',
    locate(nodePort) {
      const port = ports.get(nodePort);
      if (port !== undefined) return { host: '127.0.0.1', port };
      throw new ServerError(
        `expected to reach port ${nodePort} of node ${node}: neither its address (${addresses.join(', ') || 'none'}) nor ` +
          'a port of 127.0.0.1 leads there. Let the run make its own cluster, or map the port when you make yours.',
      );
    },
  };
}

interface Container {
  readonly addresses: readonly string[];
  /** Ports of the container, and where on 127.0.0.1 they are. */
  readonly ports: ReadonlyMap<number, number>;
}

/** From what `docker container inspect` writes of one container. */
export function readContainer(json: string): Container {
  const [container] = JSON.parse(json) as [Inspected];
  const { Networks = {}, Ports = {} } = container.NetworkSettings;
  const addresses = Object.values(Networks).map(({ IPAddress }) => IPAddress);
  const ports = Object.entries(Ports).flatMap(([name, bindings]) => {
    const bound = bindings?.find(({ HostIp }) => HostIp === '127.0.0.1' || HostIp === '0.0.0.0');
    return bound === undefined ? [] : [[Number.parseInt(name, 10), Number(bound.HostPort)] as const];
  });
  return { addresses: addresses.filter((address) => address !== ''), ports: new Map(ports) };
}

interface Inspected {
  readonly NetworkSettings: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress: string }>>;
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

function isReached(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: API_PORT });
    const settle = (reached: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    const timer = setTimeout(() => settle(false), REACH_LIMIT_MS);
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
  });
}
