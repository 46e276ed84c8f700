import { tmpdir } from 'node:os';
import type { ArmConfig } from '../../config.ts';
import type { Method } from '../../plan.ts';
import { provideImages } from '../arm-images.ts';
import type { ModelImage } from '../model-image.ts';
import { createRunFolder } from '../run-folder.ts';
import type { Host, Target } from '../target.ts';
import { type KubeApi, loadKubeConfig, openKubeApi, waitForApi } from './api.ts';
import { holdTargets, type KubernetesTargets, listBeside, startArms } from './arms.ts';
import { chooseCpuRequest } from './capacity.ts';
import { fetchChart } from './chart.ts';
import { chooseOperator } from './choose-operator.ts';
import { createEarlyLoad, type EarlyLoad } from './early-load.ts';
import { findIngress, requireNodeAddress } from './ingress.ts';
import { fetchIstioCharts, installIstio, installIstioKinds } from './istio.ts';
import {
  type CreateOptions,
  chooseNodeImage,
  createKindCluster,
  findKindCluster,
  type KindCluster,
  nameKindCluster,
  nameNode,
} from './kind-cluster.ts';
import { lendImage, loadImage } from './load-image.ts';
import { borrowNamespace, makeNamespace, type Namespace, nameNamespace } from './namespace.ts';
import { findKindNetwork } from './network.ts';
import { waitForNode } from './node.ts';
import { NULL_RESOURCES } from './null-pod.ts';
import { layNullProgram, lendNullProgram, type NullProgram, nameNodeFolder } from './null-program.ts';
import { installOperator } from './operator.ts';
import { describeOperator, type OperatorSource, versionOf } from './operator-source.ts';
import type { KindOptions } from './options.ts';
import { keepNodeOff, quietenNode } from './quiet.ts';
import { doSideBySide } from './side-by-side.ts';
import { readVersion } from './version.ts';

const API_LIMIT_MS = 60_000;
/** In the range from which Kubernetes does not take ports for those who name none. */
const FIRST_NODE_PORT = 30_010;

/**
 * From nothing to measurable models: a kind cluster, the models' images in it, Seldon Core, and a SeldonDeployment for
 * each method of each arm. Throws ServerError, UserError, or the reason of the host's signal.
 */
export async function startKindTargets(
  options: KindOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  host: Host,
): Promise<KubernetesTargets> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await createRunFolder(process.env.RUNNER_TEMP || tmpdir(), host, 'kind-'));
  const hasOwnPorts = options.cluster === null && options.ingress === 'none';
  const nodePorts = hasOwnPorts ? choosePorts(arms.length * methods.length) : null;
  const name = nameKindCluster();
  // Stopped before its node goes.
  await using early = options.cluster === null ? createEarlyLoad(nameNode(name), host) : null;
  const [cluster, images, operator, istio] = await doSideBySide(
    [
      async (host) => stack.use(await openCluster(options, { name, nodePorts: nodePorts ?? [], folder }, host)),
      async (host) => {
        const images = await host.time('provide images', () => provideImages(arms, options, stack, host));
        early?.begin(listImages(images));
        return images;
      },
      (host) => fetchChart(options.operator, folder, host),
      // In a cluster that stays, the Istio that is there is used.
      async (host) =>
        options.cluster === null && options.ingress === 'istio'
          ? fetchIstioCharts(options.istioCharts, folder, host)
          : null,
      // Meanwhile, so that it is there when the cluster is.
      async () => void (await loadKubeConfig()),
    ],
    host,
  );
  const namespace = nameNamespace();
  const witness = { access: cluster.access, namespace, kindCluster: cluster.isOurs ? cluster.name : null };
  const found = { cluster, images, early, operator, istio, namespace, nodePorts };
  const start = (): Promise<Target[]> => fillCluster(options, arms, methods, found, stack, host);
  return await holdTargets(start, () => witness, stack, host);
}

interface Found {
  readonly cluster: KindCluster;
  readonly images: readonly ModelImage[];
  /** Null where the cluster was there. */
  readonly early: EarlyLoad | null;
  readonly operator: OperatorSource;
  /** The folder of Istio's charts; null where none is to be installed. */
  readonly istio: string | null;
  readonly namespace: Namespace;
  readonly nodePorts: readonly number[] | null;
}

/** From a cluster that was just made, or found, to models that answer. `stack` takes back what is made. */
async function fillCluster(
  options: KindOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  { cluster, images, early, operator, istio, namespace, nodePorts }: Found,
  stack: AsyncDisposableStack,
  host: Host,
): Promise<Target[]> {
  const api = await openKubeApi(cluster.access, host.signal);
  await host.time('wait for the node', async () => {
    await waitForApi(api, API_LIMIT_MS, host.signal);
    await waitForNode(api, host.signal);
  });
  const chosen = cluster.isOurs ? operator : await chooseOperator(operator, api, cluster.access, host);
  const version = await readVersion(api, versionOf(chosen), host);
  const network = await findKindNetwork(cluster.node, host);
  if (options.ingress === 'istio') requireNodeAddress(network);
  const beside = listBeside(arms, methods);
  // What is installed stays: not in a cluster that then has no room for the models.
  if (!cluster.isOurs) await chooseCpuRequest(api, beside, options.limits);
  // Istio's gateway looks up its control plane.
  if (cluster.isOurs) await quietenNode(api, istio === null ? 0 : 1);
  const [nullProgram] = await doSideBySide(
    [
      // Where loopback ports lead into the node there are none to spare for it.
      async (host) => (network.kind === 'node-address' ? provideNullProgram(cluster, stack, host) : null),
      async (host) => {
        await early?.finish(host.signal);
        await host.time('load images', () => loadImages(cluster, images, options, stack, host));
      },
      (host) => install(chosen, istio, { api, cluster, ingress: options.ingress }, host),
    ],
    host,
  );
  const ingress = options.ingress === 'istio' ? await findIngress(api, network) : null;
  const later = nullProgram === null ? [] : arms.map(() => NULL_RESOURCES);
  const cpuRequest = await chooseCpuRequest(api, beside, options.limits, later);
  if (cluster.isOurs) await makeNamespace(api, namespace, host);
  else stack.use(await borrowNamespace(api, cluster.access, namespace, host));
  const cores = cluster.isOurs ? await keepNodeOff(cluster.node, host) : null;
  const pinned = cores === null ? null : ({ what: 'node', cores } as const);
  const about = { version, operator: describeOperator(chosen), pinned };
  const { access } = cluster;
  const kind = { target: 'kind', isLocal: true, nullProgram, ingress } as const;
  const place = { ...kind, api, access, network, namespace, cpuRequest, about };
  return startArms(options, arms, methods, place, images, nodePorts, host);
}

function choosePorts(models: number): number[] {
  return Array.from({ length: 2 * models }, (_, i) => FIRST_NODE_PORT + i);
}

async function openCluster(
  { cluster, nodeImage, operator }: KindOptions,
  own: Omit<CreateOptions, 'nodeImage'>,
  host: Host,
): Promise<KindCluster> {
  if (cluster !== null) return findKindCluster(cluster, own.folder, host);
  return host.time('make the kind cluster', () =>
    createKindCluster({ ...own, nodeImage: nodeImage ?? chooseNodeImage(versionOf(operator)) }, host),
  );
}

/** `istio`: the folder of its charts; null where none is to be installed. */
async function install(
  operator: OperatorSource,
  istio: string | null,
  { api, cluster, ingress }: { api: KubeApi; cluster: KindCluster; ingress: KindOptions['ingress'] },
  host: Host,
): Promise<void> {
  const { access, isOurs } = cluster;
  if (istio !== null) await host.time("install Istio's kinds", () => installIstioKinds(istio, access, host));
  await doSideBySide(
    [
      async (host) =>
        istio === null ? null : host.time('install Istio', () => installIstio(istio, api, access, host)),
      (host) =>
        host.time('install Seldon Core', () => installOperator(operator, api, { access, isOurs, ingress }, host)),
    ],
    host,
  );
}

/** With a node of the run's own it goes by itself. */
async function provideNullProgram(
  { node, isOurs }: KindCluster,
  stack: AsyncDisposableStack,
  host: Host,
): Promise<NullProgram> {
  return isOurs ? layNullProgram(node, nameNodeFolder(), host) : stack.use(await lendNullProgram(node, host));
}

async function loadImages(
  { node, isOurs }: KindCluster,
  images: readonly ModelImage[],
  { docker }: KindOptions,
  stack: AsyncDisposableStack,
  host: Host,
): Promise<void> {
  for (const image of listImages(images)) {
    if (isOurs || docker.keepImage) await loadImage(node, image, host);
    else stack.use(await lendImage(node, image, host));
  }
}

/** Each once, however many arms have it. */
function listImages(images: readonly ModelImage[]): readonly ModelImage[] {
  return [...new Map(images.map((image) => [image.reference, image])).values()];
}
