import type { KubeApi } from './api.ts';
import type { BundleFiles } from './bundle-files.ts';
import type { Namespace } from './namespace.ts';
import type { List } from './objects.ts';

/** In one list; of a longer one the API gives the first. */
export const MOST_OBJECTS = 1000;
const SELDON = 'machinelearning.seldon.io';
/** A copy of the whole object, with all that is left out of the object itself. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration';

/** By resource: where the API has it. Neither Secrets nor ConfigMaps, in which keys and passwords lie. */
const IN_NAMESPACE: Readonly<Record<string, string>> = {
  seldondeployments: `/apis/${SELDON}/v1`,
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  pods: '/api/v1',
  services: '/api/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  resourcequotas: '/api/v1',
  limitranges: '/api/v1',
  events: '/api/v1',
};

/** What limits everything in the namespace, whoever made it. */
const FOR_ALL: readonly string[] = ['resourcequotas', 'limitranges'];

/** A namespace, of which those objects are told whose names begin with the prefix. */
export type Part = Pick<Namespace, 'name' | 'prefix'>;

/**
 * Adds what there is in a namespace, a file for each kind. Of what is not the run's (`isOurs`) no values of environment
 * variables are kept, which may be passwords.
 */
export async function addObjects(
  api: KubeApi,
  { name: namespace, prefix }: Part,
  isOurs: boolean,
  files: BundleFiles,
): Promise<void> {
  const add = async ([resource, group]: [string, string]): Promise<void> => {
    const path = `${group}/namespaces/${namespace}/${resource}?limit=${MOST_OBJECTS}`;
    const { items } = await api.get<List<Named>>(path);
    const own = items.filter(({ metadata, involvedObject }) =>
      (involvedObject ?? metadata).name?.startsWith(FOR_ALL.includes(resource) ? '' : prefix),
    );
    await addList(own, ['objects', namespace, `${resource}.json`], isOurs, files);
    if (resource === 'events') await addEvents(own, namespace, files);
  };
  await Promise.all(
    Object.entries(IN_NAMESPACE).map((entry) => files.attempt(`${entry[0]} of ${namespace}`, () => add(entry))),
  );
}

/**
 * Adds what belongs to no namespace: nodes, and the webhooks that are asked about SeldonDeployments. Of a cluster that is
 * not the run's (`isOurs`) only what tells why a model finds no place or a webhook refuses it: where the machines are, how
 * they are labelled and what else is on them is not the run's to show.
 */
export async function addClusterObjects(api: KubeApi, isOurs: boolean, files: BundleFiles): Promise<void> {
  await files.attempt('nodes', async () => {
    const { items } = await api.get<List<ToldNode>>(`/api/v1/nodes?limit=${MOST_OBJECTS}`);
    await addList(isOurs ? items : items.map(thinNode), ['objects', 'nodes.json'], false, files);
  });
  for (const resource of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']) {
    await files.attempt(resource, async () => {
      const path = `/apis/admissionregistration.k8s.io/v1/${resource}?limit=${MOST_OBJECTS}`;
      const { items } = await api.get<List<WebhookConfiguration>>(path);
      const asked = items.filter(({ webhooks = [] }) =>
        webhooks.some(({ rules = [] }) => rules.some(({ apiGroups = [] }) => apiGroups.includes(SELDON))),
      );
      await addList(isOurs ? asked : asked.map(thinWebhooks), ['objects', `${resource}.json`], false, files);
    });
  }
}

function thinNode({ metadata: { name }, spec, status }: ToldNode): object {
  const { taints, unschedulable } = spec ?? {};
  const { conditions, allocatable } = status ?? {};
  return { metadata: { name }, spec: { taints, unschedulable }, status: { conditions, allocatable } };
}

/** A webhook outside of the cluster has an address. */
function thinWebhooks(configuration: WebhookConfiguration): object {
  const { webhooks = [] } = configuration;
  return {
    ...configuration,
    webhooks: webhooks.map((webhook) => ({ ...webhook, clientConfig: { ...webhook.clientConfig, url: undefined } })),
  };
}

async function addList(
  items: readonly object[],
  path: readonly string[],
  isOurs: boolean,
  files: BundleFiles,
): Promise<void> {
  if (items.length === 0) return;
  await files.add(path, `${JSON.stringify(items, leaveOut(isOurs), 1)}\n`, 'first');
}

/** Field by field, as JSON.stringify asks. */
function leaveOut(isOurs: boolean): (key: string, value: unknown) => unknown {
  return (key, value) => {
    if (key === 'managedFields' || key === COPY || key === 'caBundle') return undefined;
    if (key !== 'env' || isOurs || !Array.isArray(value)) return value;
    return value.map((variable: object) => ('value' in variable ? { ...variable, value: '[left out]' } : variable));
  };
}

/** A line for each event, in the order in which they happened. */
async function addEvents(events: readonly Told[], namespace: string, files: BundleFiles): Promise<void> {
  if (events.length === 0) return;
  const lines = events
    .map((event) => ({ at: event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '', event }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ at, event }) => {
      const { kind = '', name = '' } = event.involvedObject ?? {};
      const times = (event.count ?? 1) > 1 ? ` (${event.count} times)` : '';
      // A message of several lines stays on one.
      return `${at} ${event.type} ${event.reason} ${kind} ${name}: ${JSON.stringify(event.message ?? '')}${times}`;
    });
  await files.add(['events', `${namespace}.txt`], `${lines.join('\n')}\n`, 'last');
}

interface Named extends Told {
  readonly metadata: { readonly name: string };
}

interface Told {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

interface ToldNode {
  readonly metadata: { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

interface WebhookConfiguration {
  readonly webhooks?: readonly {
    readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
    readonly clientConfig?: object;
  }[];
}
