/** Paths of the API, for the things that one run makes or reads. */

const SELDON = '/apis/machinelearning.seldon.io/v1';

export const seldonKindsPath = SELDON;

export function seldonDeploymentPath(namespace: string, name: string): string {
  return `${SELDON}/namespaces/${namespace}/seldondeployments/${name}`;
}

export function servicePath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

export function eventsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/events`;
}

/** The pods that the operator made for SeldonDeployments: it labels each of them with the name of its own. */
export function podsPath(namespace: string, names: readonly string[]): string {
  return `/api/v1/namespaces/${namespace}/pods?${selectMadeFor(names)}`;
}

/** The same for Deployments. */
export function deploymentsPath(namespace: string, names: readonly string[]): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments?${selectMadeFor(names)}`;
}

function selectMadeFor(names: readonly string[]): string {
  return new URLSearchParams({ labelSelector: `seldon-deployment-id in (${names.join(',')})` }).toString();
}

/** The last lines of a pod's only model container; `previous`: of the one before it was restarted. */
export function logPath(namespace: string, pod: string, container: string, previous: boolean): string {
  const query = new URLSearchParams({ container, tailLines: '30', previous: String(previous) });
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`;
}
