import { randomBytes } from 'node:crypto';
import { authorityOf, type Endpoint, GRPC_PATH, REST_PATH } from '../../endpoint.ts';
import { ServerError } from '../../errors.ts';
import { type Answer, askGrpc, askRest, NO_ROUTE } from '../local/readiness.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import { gatherEvidence } from './evidence.ts';
import { describeRoute, type Ingress, waitForRoute } from './ingress.ts';
import { CONTAINER, describeSeldonDeployment, describeService, type Model } from './manifest.ts';
import type { Address, Network } from './network.ts';
import type { Pod } from './objects.ts';
import { seldonDeploymentPath, servicePath } from './paths.ts';
import { readSnapshot, waitUntilAvailable } from './rollout.ts';
import { expectObject } from './shapes.ts';

const APPLY_LIMIT_MS = 60_000;
/** kube-proxy opens a port about once a second. */
const ANSWER_LIMIT_MS = 20_000;

interface Way {
  readonly api: KubeApi;
  readonly network: Network;
  /** Ports of the node for this model; null where the cluster is to choose. */
  readonly nodePorts: { readonly rest: number; readonly grpc: number } | null;
  /** The way to all models; null where each has ports of its own. */
  readonly ingress: Ingress | null;
}

/** A model that answers. */
interface Deployed {
  readonly endpoint: Endpoint;
  readonly pod: Pod;
}

/**
 * Deploys a model with Seldon Core and waits until it answers over both transports, through the very path that will
 * be measured. Throws ServerError with what the cluster tells of it.
 */
export async function deployModel(model: Model, way: Way, host: Host): Promise<Deployed> {
  const { api, network, ingress } = way;
  const { name, namespace } = model;
  const word = randomBytes(16).toString('hex');
  // Told to those who ask the model for metadata, and to nobody else: no part of serving.
  const env = { ...model.env, MODEL_METADATA: JSON.stringify({ custom: { run: word } }) };
  const what = `SeldonDeployment ${name}`;
  const seldon = describeSeldonDeployment({ ...model, env });
  await applyPatiently(api, what, seldonDeploymentPath(namespace, name), seldon, APPLY_LIMIT_MS, host);
  const ports = ingress === null ? await openPorts(model, way, host) : null;
  const pod = await waitUntilAvailable(api, model, host);
  if (ingress !== null) await waitForRoute(api, model, host);
  const route = ingress === null ? NO_ROUTE : describeRoute(model);
  const locate = async (transport: string): Promise<readonly Address[]> => {
    if (ingress !== null) return ingress.addresses;
    return network.locate(ports?.get(transport) ?? 0, pod.spec.nodeName ?? '');
  };
  // The executor tells of a model only who names it.
  const about = model.engine === 'none' ? null : CONTAINER;
  const reach = async (transport: 'rest' | 'grpc', label: string, ask: typeof askRest): Promise<Address> => {
    const addresses = await locate(transport);
    const { address, heard } = await findAnswer(
      addresses,
      ({ port, host }) => ask(port, word, host, about, route),
      host,
    );
    if (address !== null) return address;
    const where = addresses.map((one) => authorityOf(one) + route.prefix).join(' or ');
    throw new ServerError(
      `expected the model of ${what} to answer over ${label} at ${where || 'an address of its node, which has none'} within ` +
        `${ANSWER_LIMIT_MS / 1000} s of being available; ${heard === 'foreign' ? 'something else answers' : 'nothing answers'} there. ${ingress !== null && heard === 'foreign' ? INGRESS_ADVICE : ADVICE}`,
      { detail: await gatherEvidence(api, namespace, await readSnapshot(api, model)) },
    );
  };
  const [rest, grpc] = await Promise.all([reach('rest', 'REST', askRest), reach('grpc', 'gRPC', askGrpc)]);
  const endpoint = {
    rest: { ...rest, path: route.prefix + REST_PATH },
    grpc: { ...grpc, path: GRPC_PATH, metadata: route.metadata },
  };
  return { endpoint, pod };
}

/** A Service that leads to the model from outside. Returns the node's ports by transport. */
async function openPorts(model: Model, { api, nodePorts }: Way, host: Host): Promise<ReadonlyMap<string, number>> {
  const { name, namespace } = model;
  const service = describeService(model, nodePorts);
  const path = servicePath(namespace, name);
  const applied = await applyPatiently(api, `Service ${name}`, path, service, APPLY_LIMIT_MS, host);
  const { spec } = expectObject('NodePort Service', applied);
  return new Map(spec.ports.map((port) => [port.name, port.nodePort]));
}

const ADVICE =
  'A firewall between this machine and the node may be in the way. Open the range of node ports (30000 to 32767) to this machine, ' +
  'say with node-address where the ports are reached, or run inside the network of the cluster.';

const INGRESS_ADVICE =
  'The ingress does not lead to the model. See whether the gateway that Seldon Core was told of (its chart: istio.gateway) exists and takes HTTP on port 80 for all hosts.';

/** The first address that answers rightly. At first nobody may answer, or somebody before us who is about to go. */
async function findAnswer(
  addresses: readonly Address[],
  ask: (address: Address) => Promise<Answer>,
  host: Host,
): Promise<{ readonly address: Address | null; readonly heard: Answer }> {
  let heard: Answer = 'silent';
  const address = await askUntil(
    async () => {
      const answers = await Promise.all(addresses.map(ask));
      heard = answers.find((answer) => answer !== 'silent') ?? 'silent';
      return addresses[answers.indexOf('ours')] ?? null;
    },
    ANSWER_LIMIT_MS,
    host.signal,
  );
  return { address, heard };
}
