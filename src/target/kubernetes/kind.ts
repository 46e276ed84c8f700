import { tmpdir } from 'node:os';
import type { ArmConfig } from '../../config.ts';
import type { Method } from '../../plan.ts';
import { provideImages } from '../arm-images.ts';
import { nameArm, nameTarget } from '../arm-name.ts';
import type { ModelImage } from '../model-image.ts';
import { createRunFolder } from '../run-folder.ts';
import { startAll } from '../start-all.ts';
import type { Host, Target } from '../target.ts';
import { openKubeApi, waitForApi } from './api.ts';
import { type ArmPlace, startArm } from './arm.ts';
import { requireCpu } from './cpu.ts';
import { createKindCluster, findKindCluster, type KindCluster } from './kind-cluster.ts';
import { loadImage } from './load-image.ts';
import { borrowNamespace, makeNamespace, nameNamespace } from './namespace.ts';
import { findNetwork, waitForNode } from './node.ts';
import { installOperator } from './operator.ts';
import type { KindOptions } from './options.ts';
import { doSideBySide } from './side-by-side.ts';

const API_LIMIT_MS = 60_000;
const ARMS_AT_ONCE = 2;
/** In the range from which Kubernetes does not take ports for those who name none. */
const FIRST_NODE_PORT = 30_010;

/** All arms, up and answering. Disposing takes back all that was made for them. */
export interface KindTargets extends AsyncDisposable {
  /** One for each arm, in their order. */
  readonly targets: readonly Target[];
}

/**
 * From nothing to measurable models: a kind cluster, the models' images in it, Seldon Core, and a SeldonDeployment for
 * each method of each arm. Throws ServerError, UserError, or the reason of the host's signal.
 */
export async function startKindTargets(
  options: KindOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  host: Host,
): Promise<KindTargets> {
  await using stack = new AsyncDisposableStack();
  const nodePorts = options.cluster === null ? choosePorts(arms.length * methods.length) : null;
  const [cluster, images] = await doSideBySide(
    [
      async (host) => stack.use(await openCluster(options, nodePorts ?? [], stack, host)),
      (host) => provideImages(arms, options, stack, host),
    ],
    host,
  );
  const api = await openKubeApi(cluster.access, host.signal);
  await waitForApi(api, API_LIMIT_MS, host.signal);
  await waitForNode(api, host.signal);
  const network = await findNetwork(cluster.node, host);
  await doSideBySide(
    [
      (host) => loadImages(cluster, images, host),
      (host) => installOperator(options.operator, api, cluster.access, host),
    ],
    host,
  );
  await requireCpu(api, arms.length * methods.length, options.resources.cpuRequest);

  const namespace = nameNamespace();
  if (cluster.isOurs) await makeNamespace(api, namespace, host);
  else stack.use(await borrowNamespace(api, cluster.access, namespace, host));
  const targets = await startAll(
    arms.map((arm, i) => async (signal) => {
      const image = images[i] as ModelImage;
      const ports = nodePorts?.slice(2 * i * methods.length) ?? null;
      const place: ArmPlace = { api, access: cluster.access, network, namespace, image, index: i, nodePorts: ports };
      try {
        return nameTarget(await startArm(options, arm, methods, place, { ...host, signal }), arms);
      } catch (error) {
        throw nameArm(error, arms, arm);
      }
    }),
    host.signal,
    ARMS_AT_ONCE,
  );
  for (const target of targets) stack.use(target);
  const made = stack.move();
  return { targets, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

function choosePorts(models: number): number[] {
  return Array.from({ length: 2 * models }, (_, i) => FIRST_NODE_PORT + i);
}

async function openCluster(
  { cluster, nodeImage, logsFolder }: KindOptions,
  nodePorts: readonly number[],
  stack: AsyncDisposableStack,
  host: Host,
): Promise<KindCluster> {
  const { path } = stack.use(await createRunFolder(process.env.RUNNER_TEMP || tmpdir(), host, 'kind-'));
  if (cluster !== null) return findKindCluster(cluster, path, host);
  const startedMs = performance.now();
  host.log.info('making a kind cluster');
  const made = await createKindCluster({ nodeImage, nodePorts, folder: path, logsFolder }, host);
  host.log.info(`kind cluster ${made.name} is up after ${tellSeconds(startedMs)}`);
  return made;
}

async function loadImages(cluster: KindCluster, images: readonly ModelImage[], host: Host): Promise<void> {
  const startedMs = performance.now();
  for (const [, image] of new Map(images.map((image) => [image.reference, image]))) {
    await loadImage(cluster.node, image, host);
  }
  host.log.info(`the node has all images after ${tellSeconds(startedMs)}`);
}

function tellSeconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
