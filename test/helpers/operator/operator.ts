import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import type { Deployment, List, Meta } from '../../../src/target/kubernetes/objects.ts';
import { repeat } from '../repeat.ts';
import { buildDeployment, buildServices, nameDeployment, type SeldonResource } from './children.ts';
import { buildDestinationRule, buildVirtualService } from './routes.ts';

const SELDON = '/apis/machinelearning.seldon.io/v1';
const PAUSE_MS = 150;

/** What goes wrong, or is switched on. */
export interface Faults {
  /** Reconciling fails, and an event on the SeldonDeployment says so. */
  readonly failing?: string;
  /** Nothing at all happens, as with a manager that is not the leader yet. */
  readonly silent?: boolean;
  /** Where Istio is used: the gateway to which routes are attached. */
  readonly gateway?: string;
}

/**
 * Stands in for Seldon's operator, by the real API from outside of the cluster: SeldonDeployments of one namespace (or
 * all) become Deployments and Services, and their state is told. Disposing stops it; what it made goes with its owner.
 */
export async function startOperator(
  access: Access,
  faults: Faults = {},
  isOurs: (namespace: string) => boolean = () => true,
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const api = await openKubeApi(access, stop.signal);
  // The kind may not be there yet, or something may go while it is looked at.
  const turn = async (): Promise<void> => {
    const { items } = await api.get<List<SeldonResource>>(`${SELDON}/seldondeployments`);
    const own = items.filter(({ metadata }) => isOurs(metadata.namespace));
    if (!faults.silent) await Promise.all(own.map((seldon) => reconcile(api, seldon, faults)));
  };
  return repeat(turn, PAUSE_MS, stop);
}

async function reconcile(api: KubeApi, seldon: SeldonResource, { failing, gateway }: Faults): Promise<void> {
  const { name, namespace } = seldon.metadata;
  if (failing !== undefined) {
    await tell(api, seldon, failing);
    return;
  }
  const at = `/apis/apps/v1/namespaces/${namespace}/deployments/${nameDeployment(seldon)}`;
  const deployment = await api.apply<Deployment>(at, JSON.stringify(buildDeployment(seldon)));
  const services = buildServices(seldon);
  for (const service of services) {
    const path = `/api/v1/namespaces/${namespace}/services/${service.metadata.name}`;
    await api.apply(path, JSON.stringify(service));
  }
  await removeOrphans(api, seldon, new Set(services.map(({ metadata }) => metadata.name)));
  const { replicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const isUp = availableReplicas > 0 && replicas === availableReplicas;
  const status = {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name, namespace },
    status: { state: isUp ? 'Available' : 'Creating', replicas },
  };
  const tellStatus = async (istio: object): Promise<void> => {
    const conditions = [{ type: 'istioVirtualServicesReady', ...istio }];
    const body = JSON.stringify({ ...status, status: { ...status.status, conditions } });
    await api.apply(`${SELDON}/namespaces/${namespace}/seldondeployments/${name}/status`, body);
  };
  if (gateway === undefined) return tellStatus({ status: 'True', reason: 'No VirtualServices defined' });
  if (!isUp) return tellStatus({ status: 'False', reason: 'Not all VirtualServices created' });
  if (await createRoutes(api, seldon, gateway)) {
    // Like the real one: it calls the model available a moment before.
    await tellStatus({ status: 'False', reason: 'Not all VirtualServices created' });
    await sleep(PAUSE_MS);
  }
  await tellStatus({ status: 'True', reason: 'All VirtualServices created' });
}

/** Whether they were not there before. */
async function createRoutes(api: KubeApi, seldon: SeldonResource, gateway: string): Promise<boolean> {
  const { name, namespace } = seldon.metadata;
  const istio = `/apis/networking.istio.io/v1alpha3/namespaces/${namespace}`;
  const isNew = (await api.find(`${istio}/virtualservices/${name}`)) === null;
  const rule = buildDestinationRule(seldon);
  await api.apply(`${istio}/destinationrules/${rule.metadata.name}`, JSON.stringify(rule));
  await api.apply(`${istio}/virtualservices/${name}`, JSON.stringify(buildVirtualService(seldon, gateway)));
  return isNew;
}

/** Like the real one: a Service with its label that it did not make goes. */
async function removeOrphans(api: KubeApi, seldon: SeldonResource, known: ReadonlySet<string>): Promise<void> {
  const { name, namespace } = seldon.metadata;
  const path = `/api/v1/namespaces/${namespace}/services`;
  const { items } = await api.get<List<{ metadata: Meta }>>(`${path}?labelSelector=seldon-deployment-id%3D${name}`);
  for (const { metadata } of items) if (!known.has(metadata.name)) await api.remove(`${path}/${metadata.name}`);
}

async function tell(api: KubeApi, { metadata }: SeldonResource, message: string): Promise<void> {
  const { name, namespace, uid } = metadata;
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.failed`, namespace },
    involvedObject: { apiVersion: 'machinelearning.seldon.io/v1', kind: 'SeldonDeployment', name, namespace, uid },
    type: 'Warning',
    reason: 'InternalError',
    message,
  };
  await api.apply(`/api/v1/namespaces/${namespace}/events/${name}.failed`, JSON.stringify(event));
}
