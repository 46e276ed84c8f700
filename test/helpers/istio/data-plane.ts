import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import type { List } from '../../../src/target/kubernetes/objects.ts';
import { docker } from '../docker.ts';
import {
  type Destination,
  describeBootstrap,
  describeClusters,
  describeRoutes,
  listDestinations,
  type Upstream,
  type VirtualService,
} from './envoy-config.ts';

/** In the node, and in the gateway's pod. */
export const FOLDER = '/gateway';
export const GATEWAY_COMMAND = [`${FOLDER}/envoy`, '-c', `${FOLDER}/envoy.json`, '--concurrency', '1'];

const PORT = 80;
const PAUSE_MS = 150;

/**
 * Stands in for Istio's control plane in a kind node: lays a real Envoy there, for the gateway's pod to run, and tells it
 * of the VirtualServices that are attached to `gateway`. Disposing stops the telling.
 */
export async function startDataPlane(
  envoy: string,
  node: string,
  access: Access,
  gateway: string,
): Promise<AsyncDisposable> {
  const own = await mkdtemp(join(tmpdir(), 'data-plane-'));
  const stop = new AbortController();
  const last = new Map<string, string>();
  const lay = async (name: string, content: object): Promise<void> => {
    const text = JSON.stringify(content);
    if (last.get(name) === text) return;
    const path = join(own, name);
    await writeFile(path, text, { mode: 0o644 });
    await docker('cp', path, `${node}:${FOLDER}/.${name}`);
    // Envoy looks for files that were moved into place.
    await docker('exec', node, 'mv', `${FOLDER}/.${name}`, `${FOLDER}/${name}`);
    last.set(name, text);
  };
  await docker('exec', node, 'mkdir', '-p', FOLDER);
  await docker('cp', envoy, `${node}:${FOLDER}/envoy`);
  await lay('clusters.json', describeClusters([]));
  await lay('routes.json', describeRoutes([]));
  await lay('envoy.json', describeBootstrap(FOLDER, PORT));
  const work = async (): Promise<void> => {
    const pause = () => sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => {});
    while (!stop.signal.aborted) {
      try {
        const api = await openKubeApi(access, stop.signal);
        for (; !stop.signal.aborted; await pause()) {
          const services = await readRoutes(api, gateway);
          await lay('clusters.json', describeClusters(await Promise.all(listDestinations(services).map(find(api)))));
          await lay('routes.json', describeRoutes(services));
        }
      } catch {
        // The cluster or the kind is not there yet, or something went while it was looked at.
        await pause();
      }
    }
  };
  const working = work();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
      await rm(own, { recursive: true, force: true });
    },
  };
}

async function readRoutes(api: KubeApi, gateway: string): Promise<VirtualService[]> {
  const { items } = await api.get<List<VirtualService>>('/apis/networking.istio.io/v1/virtualservices');
  return items.filter(({ spec }) => spec.gateways.includes(gateway));
}

/** Like Istio: what is spoken at a port is known by its name. */
function find(api: KubeApi): (destination: Destination) => Promise<readonly [Destination, Upstream]> {
  return async (destination) => {
    const [name, namespace] = destination.host.split('.');
    const { spec } = await api.get<ServiceWithAddress>(`/api/v1/namespaces/${namespace}/services/${name}`);
    const port = spec.ports.find((one) => one.port === destination.port.number);
    const isHttp2 = /^(grpc|http2)/.test(port?.name ?? '');
    return [destination, { address: spec.clusterIP, isHttp2 }] as const;
  };
}

interface ServiceWithAddress {
  readonly spec: {
    readonly clusterIP: string;
    readonly ports: readonly { readonly name: string; readonly port: number }[];
  };
}
