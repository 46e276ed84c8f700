import { readFileSync } from 'node:fs';
import { listProcesses } from '../usage.ts';
import type { Pod } from './objects.ts';

/** The ids of a pod's containers, as their runtime calls them. */
export function listContainerIds({ status }: Pod): string[] {
  const ids = (status?.containerStatuses ?? []).map(({ containerID = '' }) => containerID.replace(/^.*:\/\//, ''));
  return ids.filter((id) => /^[0-9a-f]{12,}$/.test(id));
}

/** The processes of a pod, where its node runs on this very machine; none elsewhere. */
export function listPodProcesses(pod: Pod): number[] {
  return [...findProcesses(listContainerIds(pod)).values()].flat();
}

/** By a container's id: its processes, which are in control groups whose names hold it. */
export function findProcesses(ids: readonly string[], root = ''): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const pid of listProcesses(root)) {
    const groups = readGroups(pid, root);
    const id = ids.find((one) => groups.includes(one));
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), Number(pid)]);
  }
  return found;
}

function readGroups(pid: string, root: string): string {
  try {
    return readFileSync(`${root}/proc/${pid}/cgroup`, 'latin1');
  } catch {
    // It ended just now.
    return '';
  }
}
