import { ServerError } from '../../errors.ts';
import type { Route } from '../local/readiness.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { isReady } from './conditions.ts';
import { GATEWAY_LABEL } from './istio.ts';
import type { Model } from './manifest.ts';
import type { Address, Network } from './network.ts';
import type { GatewayService, SeldonDeployment } from './objects.ts';
import { seldonDeploymentPath } from './paths.ts';
import { askApi } from './patience.ts';
import { expectItems, expectObject } from './shapes.ts';

const SELECTOR = new URLSearchParams({ labelSelector: GATEWAY_LABEL.join('=') });
const HTTP_PORT = 80;
const HTTP_NAMES: ReadonlySet<string> = new Set(['http2', 'http']);
const ROUTE_LIMIT_MS = 15_000;

/** One port for all models. */
export interface Ingress {
  /** Where it may be reached, the best first. */
  readonly addresses: readonly Address[];
}

/**
 * Finds the ingress gateway of a cluster by the label that all ways of installing Istio give it, in whatever namespace.
 * Throws ServerError where there is none, several, or none that is reached from outside.
 */
export async function findIngress(api: KubeApi, network: Network): Promise<Ingress> {
  try {
    const items = expectItems('Service', await api.get(`/api/v1/services?${SELECTOR}`));
    const { namespace, nodePort, selector } = chooseGateway(items);
    const pods = `/api/v1/namespaces/${namespace}/pods?${new URLSearchParams({ labelSelector: selector })}`;
    const gateways = expectItems('pod', await api.get(pods));
    const node = gateways.find((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)?.spec.nodeName;
    if (node === undefined) {
      throw new ServerError(
        `expected a pod of the ingress gateway in namespace ${namespace} that is ready; there is none. See why it does not run.`,
      );
    }
    return { addresses: await network.locate(nodePort, node) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    throw new ServerError(
      `expected to be allowed to look for the ingress gateway; this user may not: ${error.message}. ` +
        'Ask for the permission to list Services of all namespaces and pods of its namespace, or use ingress none.',
      { cause: error },
    );
  }
}

/** Throws ServerError where the only way into the cluster are ports that were mapped when it was made. */
export function requireNodeAddress({ kind }: Network): void {
  if (kind === 'node-address') return;
  throw new ServerError(
    "expected to reach the ingress at the address of the cluster's node; this machine reaches the node by mapped ports of " +
      "127.0.0.1 alone, and the ingress has none. Run where Docker's bridge network is reached, or use ingress none.",
  );
}

/** The only gateway, and the port by which it is reached. Throws ServerError with what to do. */
export function chooseGateway(services: readonly GatewayService[]): {
  readonly namespace: string;
  readonly nodePort: number;
  /** Of its pods. */
  readonly selector: string;
} {
  const label = GATEWAY_LABEL.join('=');
  const [service] = services;
  if (service === undefined) {
    throw new ServerError(
      `expected a Service with the label ${label} in the cluster; there is none. Install Istio's ingress gateway, or use ingress none.`,
    );
  }
  if (services.length > 1) {
    const names = services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
    throw new ServerError(
      `expected one Service with the label ${label} in the cluster, found ${services.length}: ${names}. Leave the label to the one that is to be used.`,
    );
  }
  const { metadata, spec } = service;
  const port =
    spec.ports.find((candidate) => candidate.port === HTTP_PORT) ??
    spec.ports.find((candidate) => HTTP_NAMES.has(candidate.name ?? ''));
  if (!port?.nodePort) {
    const lacks = port === undefined ? 'no port for HTTP' : 'no node port for HTTP';
    throw new ServerError(
      `expected the ingress gateway ${metadata.namespace}/${metadata.name} to be reached by a node port; it has ${lacks}. Make its Service one of type NodePort, with port ${HTTP_PORT}.`,
    );
  }
  const selector = Object.entries(spec.selector ?? {}).map((pair) => pair.join('='));
  return { namespace: metadata.namespace, nodePort: port.nodePort, selector: selector.join(',') };
}

/** By what the gateway tells models apart, as Seldon Core writes its rules. */
export function describeRoute({ name, namespace }: Pick<Model, 'name' | 'namespace'>): Route {
  return { prefix: `/seldon/${namespace}/${name}`, metadata: { seldon: name, namespace } };
}

/**
 * Waits until Seldon Core has made a model's route. It calls a model available before, and also where it was never told
 * of Istio. Throws ServerError.
 */
export async function waitForRoute(
  api: KubeApi,
  { name, namespace }: Model,
  host: Host,
  limitMs = ROUTE_LIMIT_MS,
): Promise<void> {
  let last: RouteState = 'pending';
  const ready = await askApi(
    async () => {
      const found = await api.find(seldonDeploymentPath(namespace, name));
      last = readRoute(found === null ? null : expectObject('SeldonDeployment', found));
      return last === 'ready' ? true : null;
    },
    limitMs,
    host.signal,
  );
  if (ready !== null) return;
  throw new ServerError(
    `expected Seldon Core to make the route of SeldonDeployment ${name} within ${limitMs / 1000} s; ${EXPLAIN[last]}`,
  );
}

type RouteState = 'pending' | 'none' | 'ready';

const EXPLAIN: Readonly<Record<RouteState, string>> = {
  pending: 'it does not. Its log says more.',
  none: 'it does not use Istio. Install it with istio.enabled=true, or use ingress none.',
  ready: '',
};

/** The condition is true, too, where there is no route to make. */
export function readRoute(seldon: SeldonDeployment | null): RouteState {
  const condition = seldon?.status?.conditions?.find(({ type }) => type === 'istioVirtualServicesReady');
  if (condition?.status !== 'True') return 'pending';
  return condition.reason === 'No VirtualServices defined' ? 'none' : 'ready';
}
