import { CONTAINER } from './manifest.ts';
import type { Deployment, KubeEvent, Pod, SeldonDeployment } from './objects.ts';

/** All that the cluster tells about one model. */
export interface Snapshot {
  readonly seldon: SeldonDeployment | null;
  readonly deployments: readonly Deployment[];
  readonly pods: readonly Pod[];
  readonly events: readonly KubeEvent[];
}

export interface Trouble {
  readonly reason: string;
  /** What was found, in the cluster's own words where it has some. */
  readonly found: string;
  readonly advice: string;
  /** How long it may last before it is more than a passing state. */
  readonly patienceMs: number;
}

/** What keeps a model from starting; null while there is nothing to see. */
export function findTrouble(snapshot: Snapshot): Trouble | null {
  const pods = snapshot.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return (
    findFirst(pods, findContainerTrouble) ??
    findFirst(pods, findSchedulingTrouble) ??
    findFirst(snapshot.deployments, findQuotaTrouble) ??
    findOperatorTrouble(snapshot)
  );
}

/** What a waiting container says, how long to wait for a better word, and what helps. */
const WAITING: Readonly<Record<string, readonly [patienceMs: number, advice: string]>> = {
  ErrImageNeverPull: [0, 'The image is not in the node: load it, or give the name of one that is.'],
  ImagePullBackOff: [0, 'Check the name of the image, and that the cluster may pull it.'],
  ErrImagePull: [10_000, 'Check the name of the image, and that the cluster may pull it.'],
  InvalidImageName: [0, 'Mend the name of the image.'],
  CrashLoopBackOff: [0, 'Its last lines say why.'],
  CreateContainerConfigError: [2000, 'Mend what the message says.'],
  CreateContainerError: [2000, 'Mend what the message says.'],
  RunContainerError: [2000, 'Mend what the message says.'],
};

function findContainerTrouble({ status }: Pod): Trouble | null {
  return findFirst(status?.containerStatuses ?? [], ({ name, state, lastState, restartCount }) => {
    const who = name === CONTAINER ? 'the model' : `container ${name}`;
    const ended = state?.terminated ?? lastState?.terminated;
    if (ended?.reason === 'OOMKilled') {
      const advice = 'Give the model more memory, or see what it needs so much for.';
      return { reason: 'OOMKilled', found: `${who} took more memory than it may have`, advice, patienceMs: 0 };
    }
    const { reason = '', message = '' } = state?.waiting ?? {};
    const known = Object.hasOwn(WAITING, reason) ? WAITING[reason] : undefined;
    if (known !== undefined) {
      const exit = ended === undefined ? message : `${who} ended with code ${ended.exitCode}`;
      return { reason, found: exit || reason, advice: known[1], patienceMs: known[0] };
    }
    if (restartCount === 0 || ended === undefined) return null;
    const found = `${who} ended with code ${ended.exitCode} and was started again`;
    return { reason: 'Restarted', found, advice: 'Its last lines say why.', patienceMs: 0 };
  });
}

function findSchedulingTrouble({ status }: Pod): Trouble | null {
  return findFirst(status?.conditions ?? [], ({ type, status, reason, message = '' }) => {
    if (type !== 'PodScheduled' || status !== 'False' || reason !== 'Unschedulable') return null;
    const advice = 'Measure fewer methods or arms at a time, ask for less, or use a larger machine.';
    // A pod that is just being removed still counts: the first refusal means nothing.
    return { reason, found: message, advice, patienceMs: 5000 };
  });
}

function findQuotaTrouble({ status }: Deployment): Trouble | null {
  return findFirst(status?.conditions ?? [], ({ type, status, message = '' }) => {
    if (type !== 'ReplicaFailure' || status !== 'True') return null;
    const advice = 'Mend what the message says; a quota of the namespace may be too small.';
    return { reason: 'FailedCreate', found: message, advice, patienceMs: 3000 };
  });
}

function findOperatorTrouble({ seldon, events }: Snapshot): Trouble | null {
  // It was applied before anybody looks.
  if (seldon === null) {
    const found = 'it is not there any more';
    return { reason: 'Removed', found, advice: 'See who removes it, or its namespace.', patienceMs: 0 };
  }
  const advice = "Seldon Core's manager says more in its log.";
  if (seldon.status?.state === 'Failed') {
    const found = seldon.status.description ?? 'Seldon Core gives no reason';
    // Seldon Core tries again whatever failed, and takes the word back when it then works.
    return { reason: 'Failed', found, advice, patienceMs: 2500 };
  }
  const failed = events.findLast(
    ({ type, reason, message = '', involvedObject }) =>
      type === 'Warning' &&
      reason === 'InternalError' &&
      involvedObject.kind === 'SeldonDeployment' &&
      involvedObject.name === seldon.metadata.name &&
      // It looked at an older state of things, and looks again.
      !message.includes('the object has been modified'),
  );
  if (failed !== undefined) {
    return { reason: 'InternalError', found: failed.message ?? '', advice, patienceMs: 5000 };
  }
  if (seldon.status === undefined) {
    // A manager that was restarted waits for up to 15 s, until its predecessor's turn is over.
    const found = 'Seldon Core does not react to it';
    return { reason: 'NoReaction', found, advice: 'See whether its manager runs.', patienceMs: 25_000 };
  }
  return null;
}

function findFirst<T>(things: readonly T[], find: (thing: T) => Trouble | null): Trouble | null {
  for (const thing of things) {
    const found = find(thing);
    if (found !== null) return found;
  }
  return null;
}
