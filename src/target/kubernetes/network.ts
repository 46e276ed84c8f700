import { connect } from 'node:net';
import { explain, ServerError } from '../../errors.ts';
import { requireDocker } from '../docker-cli.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import { expectObject } from './shapes.ts';

const REACH_LIMIT_MS = 1000;
/** Where the API server listens inside a kind node: something that is sure to answer a connection. */
const API_PORT = 6443;

/** How this machine reaches ports of a cluster's nodes. */
export interface Network {
  readonly kind: 'node-address' | 'loopback-port';
  /** Where a port of that node may be reached, the best first. Throws ServerError where there is none. */
  locate(nodePort: number, node: string): Promise<readonly Address[]>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The shortest way to the node of a kind cluster: its own address on Docker's bridge where this machine reaches it, else
 * the ports of 127.0.0.1 that were mapped when the cluster was made, which cost half a millisecond more. Throws ServerError.
 */
export async function findKindNetwork(node: string, host: Host): Promise<Network> {
  const inspected = await requireDocker(`know node ${node}`, ['container', 'inspect', node], { signal: host.signal });
  const { addresses, ports } = readContainer(inspected);
  for (const address of addresses) {
    if (!(await isReached({ host: address, port: API_PORT }))) continue;
    return { kind: 'node-address', locate: async (port) => [{ host: address, port }] };
  }
  return {
    kind: 'loopback-port',
    async locate(nodePort) {
      const port = ports.get(nodePort);
      if (port !== undefined) return [{ host: '127.0.0.1', port }];
      throw new ServerError(
        `expected to reach port ${nodePort} of node ${node}: neither its address (${addresses.join(', ') || 'none'}) nor ` +
          'a port of 127.0.0.1 leads there. Let the run make its own cluster, or map the port when you make yours.',
      );
    },
  };
}

/** From best to worst: what a node is called outside may be no more than a name for inside. */
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname'];

/** By the addresses that the cluster itself knows of its nodes, or by the one that is given for all of them. */
export function findClusterNetwork(api: KubeApi, given: string | null): Network {
  return {
    kind: 'node-address',
    async locate(port, node) {
      if (given !== null) return [{ host: given, port }];
      const { status } = expectObject('node', await api.get(`/api/v1/nodes/${node}`));
      const known = (status?.addresses ?? []).filter(({ type }) => ADDRESS_TYPES.includes(type));
      const ranked = known.toSorted((a, b) => ADDRESS_TYPES.indexOf(a.type) - ADDRESS_TYPES.indexOf(b.type));
      return [...new Set(ranked.map(({ address }) => address))].map((host) => ({ host, port }));
    },
  };
}

interface Container {
  readonly addresses: readonly string[];
  /** Ports of the container, and where on 127.0.0.1 they are. */
  readonly ports: ReadonlyMap<number, number>;
}

/** From what `docker container inspect` writes of one container. Throws ServerError for anything else. */
export function readContainer(json: string): Container {
  const { Networks, Ports } = parseInspected(json);
  const addresses = Object.values(Networks ?? {}).flatMap((network) => network?.IPAddress ?? []);
  const ports = Object.entries(Ports ?? {}).flatMap(([name, bindings]) => {
    const all = Array.isArray(bindings) ? bindings : [];
    const bound = all.find((binding) => binding?.HostIp === '127.0.0.1' || binding?.HostIp === '0.0.0.0');
    const pair = [Number.parseInt(name, 10), Number(bound?.HostPort)] as const;
    return pair.every(Number.isInteger) ? [pair] : [];
  });
  return {
    addresses: addresses.filter((address) => typeof address === 'string' && address !== ''),
    ports: new Map(ports),
  };
}

function parseInspected(json: string): Inspected {
  try {
    const [container] = JSON.parse(json) as [{ NetworkSettings: Inspected }];
    if (typeof container.NetworkSettings === 'object' && container.NetworkSettings !== null) {
      return container.NetworkSettings;
    }
    throw new Error('it has no NetworkSettings');
  } catch (error) {
    throw new ServerError(`expected Docker to describe the node's container: ${explain(error)}`, { cause: error });
  }
}

/** As far as it is what Docker writes. */
interface Inspected {
  readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string } | null>>;
  readonly Ports?: Readonly<
    Record<string, readonly ({ readonly HostIp?: string; readonly HostPort?: string } | null)[] | null>
  >;
}

/** Whether somebody takes a connection there within a second. */
export function isReached({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
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
