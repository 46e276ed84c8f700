import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { isPassing, type KubeApi } from './api.ts';
import { describeCpu, readCpuBalance } from './cpu.ts';
import { gatherEvidence, tame } from './evidence.ts';
import type { Model } from './manifest.ts';
import type { Deployment, KubeEvent, List, Pod, SeldonDeployment } from './objects.ts';
import { deploymentsPath, eventsPath, podsPath, seldonDeploymentPath } from './paths.ts';
import { findTrouble, type Snapshot, type Trouble } from './trouble.ts';

type Named = Pick<Model, 'name' | 'namespace'>;

/**
 * Waits until Seldon Core has a model up, in the version that was asked for. What keeps it from coming up is told as
 * soon as it is more than a passing state. Throws ServerError with pods, events and the model's last lines.
 */
export async function waitUntilAvailable(api: KubeApi, model: Model, host: Host): Promise<void> {
  const limitMs = model.startSeconds * 1000;
  let seen: { readonly reason: string; readonly sinceMs: number } | null = null;
  let last: Snapshot = { seldon: null, deployments: [], pods: [], events: [] };
  const available = await askUntil(
    async () => {
      const snapshot = await readPatiently(api, model);
      if (snapshot === null) return null;
      last = snapshot;
      if (isAvailable(snapshot, model.image)) return true;
      const trouble = findTrouble(snapshot);
      if (trouble === null) {
        seen = null;
        return null;
      }
      const nowMs = performance.now();
      if (seen?.reason !== trouble.reason) seen = { reason: trouble.reason, sinceMs: nowMs };
      if (nowMs - seen.sinceMs >= trouble.patienceMs) throw await explainTrouble(api, model, snapshot, trouble);
      return null;
    },
    limitMs,
    host.signal,
  );
  if (available !== null) return;
  throw new ServerError(
    `expected SeldonDeployment ${model.name} to be available within ${limitMs / 1000} s; it is not. ` +
      'A machine under heavy load may need a second run.',
    { detail: await gatherEvidence(api, model.namespace, last) },
  );
}

export async function readSnapshot(api: KubeApi, { name, namespace }: Named): Promise<Snapshot> {
  const [seldon, deployments, pods, events] = await Promise.all([
    api.find<SeldonDeployment>(seldonDeploymentPath(namespace, name)),
    api.get<List<Deployment>>(deploymentsPath(namespace, [name])),
    api.get<List<Pod>>(podsPath(namespace, [name])),
    api.get<List<KubeEvent>>(eventsPath(namespace)),
  ]);
  // Several models share the namespace. What a Deployment makes has its name in front.
  const isOwn = (object = ''): boolean =>
    object === name || deployments.items.some(({ metadata }) => object.startsWith(metadata.name));
  const own = events.items.filter(({ involvedObject }) => isOwn(involvedObject.name));
  return { seldon, deployments: deployments.items, pods: pods.items, events: own };
}

/**
 * Whether the model that was asked for is up, and no other. Seldon's own state is not enough: it does not say of
 * which generation it is, and it stays while an older pod answers in place of a new one.
 */
export function isAvailable({ seldon, deployments, pods }: Snapshot, image: string): boolean {
  const [deployment] = deployments;
  const [pod] = pods;
  if (seldon?.status?.state !== 'Available' || deployments.length !== 1 || pods.length !== 1) return false;
  const { metadata, status } = deployment as Deployment;
  const isRolledOut =
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    status?.replicas === 1 &&
    status.updatedReplicas === 1 &&
    status.availableReplicas === 1;
  return isRolledOut && isServing(pod as Pod, image);
}

function isServing({ metadata, spec, status }: Pod, image: string): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    spec.containers.some((container) => container.image === image) &&
    (status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false)
  );
}

/** Null where the API server is away for a moment. */
async function readPatiently(api: KubeApi, model: Named): Promise<Snapshot | null> {
  try {
    return await readSnapshot(api, model);
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}

async function explainTrouble(api: KubeApi, model: Model, snapshot: Snapshot, trouble: Trouble): Promise<ServerError> {
  const { reason, found, advice } = trouble;
  const balance = reason === 'Unschedulable' ? await readCpuBalance(api) : null;
  // A pod that waits for a place is among those that ask.
  const sum = balance && ` With this model among those that ask, ${describeCpu(balance)}.`;
  return new ServerError(
    `expected SeldonDeployment ${model.name} to start; ${reason}: ${tame(found).join(' ')}.${sum ?? ''} ${advice}`,
    { detail: await gatherEvidence(api, model.namespace, snapshot) },
  );
}
