import { explain, ServerError } from '../../errors.ts';
import { lastLines } from '../exec.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { describeRoom, readRooms } from './capacity.ts';
import { isReady } from './conditions.ts';
import { gatherEvidence } from './evidence.ts';
import type { Model } from './manifest.ts';
import type { Deployment, Pod } from './objects.ts';
import { deploymentsPath, eventsPath, podsPath, seldonDeploymentPath } from './paths.ts';
import { createPatience } from './patience.ts';
import { expectItems, expectObject } from './shapes.ts';
import { findTrouble, type Snapshot, type Trouble } from './trouble.ts';

type Named = Pick<Model, 'name' | 'namespace'>;

/**
 * Waits until Seldon Core has a model up, in the version that was asked for. What keeps it from coming up is told as
 * soon as it is more than a passing state. Returns its pod. Throws ServerError with pods, events and the model's last lines.
 */
export async function waitUntilAvailable(api: KubeApi, model: Model, host: Host): Promise<Pod> {
  const limitMs = model.startSeconds * 1000;
  let seen: { readonly reason: string; readonly sinceMs: number } | null = null;
  let last: Snapshot = { seldon: null, deployments: [], pods: [], events: [] };
  let silence: unknown = null;
  const isPassing = createPatience();
  const available = await askUntil(
    async () => {
      let snapshot: Snapshot;
      try {
        snapshot = await readSnapshot(api, model);
      } catch (error) {
        if (!isPassing(error)) throw error;
        // The API server is away for a moment.
        silence = error;
        return null;
      }
      silence = null;
      last = snapshot;
      if (isAvailable(snapshot, model.image)) return snapshot.pods[0] as Pod;
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
  if (available !== null) return available;
  throw new ServerError(
    `expected SeldonDeployment ${model.name} to be available within ${limitMs / 1000} s; it is not. ` +
      (silence === null
        ? 'A machine under heavy load may need a second run.'
        : `The API does not answer in the end: ${explain(silence)}.`),
    { detail: await gatherEvidence(api, model.namespace, last) },
  );
}

export async function readSnapshot(api: KubeApi, { name, namespace }: Named): Promise<Snapshot> {
  const replies = await Promise.all([
    api.find(seldonDeploymentPath(namespace, name)),
    api.get(deploymentsPath(namespace, [name])),
    api.get(podsPath(namespace, [name])),
    api.get(eventsPath(namespace)),
  ]);
  const seldon = replies[0] === null ? null : expectObject('SeldonDeployment', replies[0]);
  const deployments = expectItems('Deployment', replies[1]);
  const pods = expectItems('pod', replies[2]);
  const events = expectItems('event', replies[3]);
  // Several models share the namespace. What a Deployment makes has its name in front.
  const isOwn = (object = ''): boolean =>
    object === name || deployments.some(({ metadata }) => object.startsWith(metadata.name));
  const own = events.filter(({ involvedObject }) => isOwn(involvedObject.name));
  return { seldon, deployments, pods, events: own };
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

function isServing(pod: Pod, image: string): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    pod.spec.containers.some((container) => container.image === image) &&
    isReady(pod)
  );
}

/** Null where the run may not see who else is there. */
async function explainRoom(api: KubeApi, { cpuRequest, limits }: Model): Promise<string | null> {
  const rooms = await readRooms(api).catch(() => null);
  return rooms && ` It asks for ${cpuRequest}m of CPU and ${limits.memory} MiB; ${describeRoom(rooms)}.`;
}

async function explainTrouble(api: KubeApi, model: Model, snapshot: Snapshot, trouble: Trouble): Promise<ServerError> {
  const { reason, found, advice } = trouble;
  const sum = reason === 'Unschedulable' ? await explainRoom(api, model) : null;
  return new ServerError(
    `expected SeldonDeployment ${model.name} to start; ${reason}: ${lastLines(found).join(' ').replace(/\.$/, '')}.${sum ?? ''} ${advice}`,
    { detail: await gatherEvidence(api, model.namespace, snapshot) },
  );
}
