import { lastLines } from '../exec.ts';
import type { KubeApi } from './api.ts';
import type { ContainerStatus, Pod } from './objects.ts';
import { logPath } from './paths.ts';
import type { Snapshot } from './trouble.ts';

const MAX_EVENTS = 8;

/** Lines for the person who has to find out: pods, the last events, and the last lines of the model's log. */
export async function gatherEvidence(api: KubeApi, namespace: string, snapshot: Snapshot): Promise<readonly string[]> {
  const pods = snapshot.pods.map(describePod);
  const events = snapshot.events
    // That somebody else was quicker is no trouble: it is looked at again.
    .filter(({ type, message = '' }) => type === 'Warning' && !message.includes('the object has been modified'))
    .slice(-MAX_EVENTS)
    .map(({ involvedObject, reason, message }) => `event ${involvedObject.name}: ${reason}: ${message}`);
  const logs = await Promise.all(snapshot.pods.map((pod) => readLogs(api, namespace, pod)));
  return [...lastLines([...pods, ...events].join('\n')), ...logs.flat()];
}

function describePod({ metadata, status }: Pod): string {
  const containers = (status?.containerStatuses ?? []).map(({ name, restartCount, state }) => {
    const doing = state?.waiting?.reason ?? state?.terminated?.reason ?? 'running';
    return `${name} ${doing}, restarts ${restartCount}`;
  });
  return [`pod ${metadata.name}: ${status?.phase ?? 'unknown'}`, ...containers].join('; ');
}

/** Of the containers that are in trouble; of the model where none of them is. */
async function readLogs(api: KubeApi, namespace: string, { metadata, status }: Pod): Promise<readonly string[]> {
  const all = status?.containerStatuses ?? [];
  const troubled = all.filter(({ ready, restartCount }) => !ready || restartCount > 0);
  const shown = troubled.length > 0 ? troubled : all.slice(0, 1);
  const logs = await Promise.all(shown.map((container) => readLog(api, namespace, metadata.name, container)));
  return logs.flatMap((lines, i) =>
    shown.length === 1 || lines.length === 0 ? lines : [`container ${shown[i]?.name}:`, ...lines],
  );
}

async function readLog(
  api: KubeApi,
  namespace: string,
  pod: string,
  { name, restartCount, state }: ContainerStatus,
): Promise<readonly string[]> {
  const read = async (previous: boolean): Promise<string> => {
    try {
      const text = String(await api.get(logPath(namespace, pod, name, previous)));
      // The node's own words in place of the log of a container that it has removed.
      return text.startsWith('unable to retrieve container logs') ? '' : text;
    } catch {
      // A container that never started has none.
      return '';
    }
  };
  // Once it runs again, what ended before tells more than what has just begun.
  const isRunningAgain = restartCount > 0 && state?.running !== undefined;
  return lastLines((isRunningAgain && (await read(true))) || (await read(false)));
}
