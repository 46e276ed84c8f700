import { ServerError } from '../../errors.ts';
import { FIRST_PORT } from '../../server/null-alone.ts';
import type { NullReply } from '../../server/spec.ts';
import type { Host, NullServer } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import { gatherEvidence } from './evidence.ts';
import type { Namespace } from './namespace.ts';
import { type Address, isReached, type Network } from './network.ts';
import { type Behind, routeNullServer } from './null-ingress.ts';
import { layReplies, type NullProgram } from './null-program.ts';
import type { Pod } from './objects.ts';
import { istioPath, podPath, servicePath } from './paths.ts';
import { askApi } from './patience.ts';
import { expectObject } from './shapes.ts';

const APPLY_LIMIT_MS = 30_000;
const START_LIMIT_MS = 30_000;
const LABEL = 'seldon-bench/null-server';
const MOUNT = '/null';

/** What it asks for: thousandths of a CPU, and MiB. */
export const NULL_RESOURCES = { cpu: 10, memory: 64 };

interface NullPlace {
  readonly api: KubeApi;
  readonly network: Network;
  /** Null where each reply has a port of the node. */
  readonly behind: Behind | null;
  readonly namespace: Namespace;
  readonly program: NullProgram;
  /** An image that is in the node; it needs the C library that Node was built for, which those of Alpine do not have. */
  readonly image: string;
  readonly name: string;
}

/**
 * Puts the null server up in a pod of a kind node, behind the same kind of Service, or the same ingress, as the models:
 * what is measured against it is the client, the kernel and the path. What it makes goes with the namespace. Throws ServerError.
 */
export async function startNullPod(replies: readonly NullReply[], place: NullPlace, host: Host): Promise<NullServer> {
  const { api, network, behind, namespace, program, name } = place;
  await using stack = new AsyncDisposableStack();
  await layReplies(program, `${name}-replies`, replies, host);
  const what = 'the null server';
  const pod = describePod(place);
  const service = describeService(place, replies);
  const at = servicePath(namespace.name, name);
  stack.defer(async () => {
    const routes = behind === null ? [] : [istioPath('virtualservices', namespace.name, name)];
    await Promise.allSettled([podPath(namespace.name, name), at, ...routes].map((path) => api.remove(path)));
  });
  await applyPatiently(api, what, podPath(namespace.name, name), pod, APPLY_LIMIT_MS, host);
  const applied = await applyPatiently(api, `its Service`, at, service, APPLY_LIMIT_MS, host);
  const running = await waitUntilRunning(place, host);
  if (behind !== null) {
    const addresses = await routeNullServer(replies, place, behind, host);
    const made = stack.move();
    return { addresses, [Symbol.asyncDispose]: () => made.disposeAsync() };
  }
  const addresses: Address[] = [];
  for (const { nodePort } of expectObject('NodePort Service', applied).spec.ports) {
    const [address] = await network.locate(nodePort, running.spec.nodeName ?? '');
    if (address === undefined) throw new ServerError(`expected an address of the node of ${what}; it has none`);
    addresses.push(address);
  }
  const isUp = async (): Promise<true | null> =>
    (await Promise.all(addresses.map(isReached))).every((one) => one) ? true : null;
  if ((await askUntil(isUp, START_LIMIT_MS, host.signal)) === null) {
    throw new ServerError(`expected ${what} to take connections within ${START_LIMIT_MS / 1000} s; it does not`, {
      detail: await describe(place, running),
    });
  }
  const made = stack.move();
  return { addresses, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

function describePod({ namespace, image, name, program }: NullPlace): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: namespace.name, labels: { ...namespace.labels, [LABEL]: name } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      volumes: [{ name: 'null', hostPath: { path: program.folder, type: 'Directory' } }],
      containers: [
        {
          name: 'null',
          image,
          imagePullPolicy: 'Never',
          command: program.command(MOUNT, `${name}-replies`),
          // It must never be held back; what it asks for is next to nothing, as it sleeps while models are measured.
          resources: {
            requests: { cpu: `${NULL_RESOURCES.cpu}m`, memory: `${NULL_RESOURCES.memory}Mi` },
            limits: { memory: '512Mi' },
          },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 8888,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'null', mountPath: MOUNT, readOnly: true }],
        },
      ],
    },
  };
}

function describeService({ namespace, name, behind }: NullPlace, replies: readonly NullReply[]): object {
  const reach = behind === null ? { type: 'NodePort', externalTrafficPolicy: 'Local' } : { type: 'ClusterIP' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: namespace.name, labels: namespace.labels },
    spec: {
      ...reach,
      selector: { [LABEL]: name },
      ports: replies.map(({ transport }, i) => ({
        // An ingress goes by the name to know what is spoken there.
        name: `${transport === 'rest' ? 'http' : 'grpc'}-${i}`,
        port: FIRST_PORT + i,
        targetPort: FIRST_PORT + i,
        protocol: 'TCP',
      })),
    },
  };
}

async function waitUntilRunning(place: NullPlace, host: Host): Promise<Pod> {
  let last: Pod | null = null;
  const running = await askApi(
    async () => {
      last = expectObject('pod', await place.api.get(podPath(place.namespace.name, place.name)));
      const [status] = last.status?.containerStatuses ?? [];
      if (status?.state?.terminated !== undefined) return 'ended';
      return status?.state?.running === undefined ? null : last;
    },
    START_LIMIT_MS,
    host.signal,
  );
  if (running !== null && running !== 'ended') return running;
  const found = running === 'ended' ? 'it ended' : `it does not within ${START_LIMIT_MS / 1000} s`;
  throw new ServerError(`expected the null server to run in the cluster; ${found}`, {
    detail: last === null ? [] : await describe(place, last),
  });
}

function describe({ api, namespace }: NullPlace, pod: Pod): Promise<readonly string[]> {
  return gatherEvidence(api, namespace.name, { seldon: null, deployments: [], pods: [pod], events: [] });
}
