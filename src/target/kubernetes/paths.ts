/** Paths of the API, for the things that one run makes or reads. */

const SELDON = '/apis/machinelearning.seldon.io/v1';

export const seldonKindsPath = SELDON;

export function seldonDeploymentPath(namespace: string, name: string): string {
  return `${SELDON}/namespaces/${namespace}/seldondeployments/${name}`;
}

/** All of a kind in a namespace that bear a label (`key=value`). */
export function labelledPath(kind: 'seldondeployments' | 'services', namespace: string, label: string): string {
  const base = kind === 'services' ? '/api/v1' : SELDON;
  return `${base}/namespaces/${namespace}/${kind}?${new URLSearchParams({ labelSelector: label })}`;
}

/** In the version that Seldon Core uses, which Istio has served all along. */
export function istioPath(kind: 'gateways' | 'virtualservices', namespace: string, name: string): string {
  return `/apis/networking.istio.io/v1alpha3/namespaces/${namespace}/${kind}/${name}`;
}

export function podPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
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

/** The last lines of one of a pod's containers; `previous`: of the one before it was restarted. */
export function logPath(namespace: string, pod: string, container: string, previous: boolean): string {
  const query = new URLSearchParams({ container, tailLines: '30', previous: String(previous) });
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`;
}
