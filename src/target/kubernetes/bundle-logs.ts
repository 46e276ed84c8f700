import type { KubeApi } from './api.ts';
import type { BundleFiles } from './bundle-files.ts';
import { MOST_OBJECTS, type Part } from './bundle-objects.ts';
import type { List } from './objects.ts';

const MOST_PODS = 20;
/** More than the last MiB of any log that has lines to speak of. */
const MOST_LINES = 20_000;

/** Adds the logs of all containers of a namespace's pods, of those that were ended, too. `labels` chooses among the pods. */
export async function addPodLogs(
  api: KubeApi,
  { name: namespace, prefix }: Part,
  labels: string | null,
  files: BundleFiles,
): Promise<void> {
  const limit = String(MOST_OBJECTS);
  const query = new URLSearchParams({ limit, ...(labels !== null && { labelSelector: labels }) });
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await files.attempt(`logs of ${namespace}`, async () => {
    const { items } = await api.get<List<Logged>>(`${path}?${query}`);
    const own = items.filter(({ metadata }) => metadata.name.startsWith(prefix)).slice(0, MOST_PODS);
    await Promise.all(own.flatMap(listLogs).map((log) => addLog(api, path, namespace, log, files)));
  });
}

interface Log {
  readonly pod: string;
  readonly container: string;
  /** Of the one before it was started again. */
  readonly previous: boolean;
}

function listLogs({ metadata, spec, status }: Logged): Log[] {
  const pod = metadata.name;
  const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ name: container }) => {
    const restarts = states.find(({ name }) => name === container)?.restartCount ?? 0;
    return [false, ...(restarts > 0 ? [true] : [])].map((previous) => ({ pod, container, previous }));
  });
}

async function addLog(
  api: KubeApi,
  path: string,
  namespace: string,
  { pod, container, previous }: Log,
  files: BundleFiles,
): Promise<void> {
  const name = `${container}${previous ? '.previous' : ''}.log`;
  await files.attempt(`logs/${namespace}/${pod}/${name}`, async () => {
    const query = { container, previous: String(previous), tailLines: String(MOST_LINES), timestamps: 'true' };
    const text = String(await api.get(`${path}/${pod}/log?${new URLSearchParams(query)}`));
    // The node's own words in place of the log of a container that it has removed.
    if (text.startsWith('unable to retrieve container logs')) throw new Error('the node has removed it');
    if (text === '') throw new Error('it has written nothing');
    await files.add(['logs', namespace, pod, name], text, 'last');
  });
}

interface Logged {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly containers: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly initContainerStatuses?: readonly Started[];
    readonly containerStatuses?: readonly Started[];
  };
}

interface Started {
  readonly name: string;
  readonly restartCount: number;
}
