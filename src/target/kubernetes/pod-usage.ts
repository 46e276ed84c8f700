import { createCgroupMeter } from '../container/cgroup-usage.ts';
import type { UsageMeter } from '../usage.ts';
import type { Pod } from './objects.ts';
import { findProcesses, listContainerIds } from './pod-processes.ts';

/**
 * Reads what the containers of a pod have used, where they run on this very machine, as those of a kind cluster do.
 * Null where they are not seen here.
 */
export function createPodMeter(pod: Pod, root = ''): UsageMeter {
  const ids = listContainerIds(pod);
  const processes = findProcesses(ids, root);
  const meters = ids.map((id) => createCgroupMeter(processes.get(id)?.[0] ?? 0, id, root));
  return () => {
    const usages = meters.map((meter) => meter());
    const known = usages.filter((usage) => usage !== null);
    if (known.length === 0 || known.length < usages.length) return null;
    return {
      cpuMs: known.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      rssBytes: addKnown(known.map(({ rssBytes }) => rssBytes)),
      throttledMs: addKnown(known.map(({ throttledMs }) => throttledMs)),
    };
  };
}

/** Null where one of them is. */
function addKnown(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}
