import { explain, ServerError } from '../../errors.ts';
import type { KubeApi } from './api.ts';

/** What one may want to do: `group` is empty for Kubernetes' own kinds. */
interface Action {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Null for what is in no namespace, or in any. */
  readonly namespace: string | null;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** What a run is about to do. */
interface Plan {
  /** Null for one that the run makes. */
  readonly namespace: string | null;
  /** Whether it looks up where nodes are reached. */
  readonly looksUpNodes: boolean;
  /** Whether it goes through the ingress gateway, in whatever namespace that is. */
  readonly looksUpIngress: boolean;
  readonly installsOperator: boolean;
}

/**
 * Asks the cluster whether this user may do all that a run does, before anything is made. Throws ServerError that lists
 * what is missing.
 */
export async function requirePermissions(api: KubeApi, plan: Plan): Promise<void> {
  const actions = listActions(plan);
  const answers = await Promise.all(actions.map((action) => isAllowed(api, action)));
  const refused = actions.filter((_, i) => !answers[i]);
  if (refused.length === 0) return;
  const { namespace, looksUpNodes } = plan;
  const hints = [
    ...(namespace === null ? ['give a namespace in which there are such'] : []),
    ...(looksUpNodes && refused.some(({ resource }) => resource === 'nodes')
      ? ['say with node-address where nodes are reached']
      : []),
  ];
  throw new ServerError(
    `expected to be allowed to deploy in the cluster; this user may not: ${refused.map(describe).join(', ')}. ` +
      `Ask for these permissions${hints.map((hint) => `, or ${hint}`).join('')}.`,
  );
}

const SELDON = 'machinelearning.seldon.io';

function listActions({ namespace, looksUpNodes, looksUpIngress, installsOperator }: Plan): Action[] {
  const here = (group: string, resource: string, ...verbs: string[]): Action[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }));
  const anywhere = (group: string, resource: string, ...verbs: string[]): Action[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace: null }));
  return [
    // Server-side apply is a patch, and creates what is not there.
    ...(namespace === null ? anywhere('', 'namespaces', 'create', 'patch', 'get', 'delete') : []),
    ...(namespace === null ? anywhere('', 'serviceaccounts', 'get') : []),
    ...here(SELDON, 'seldondeployments', 'create', 'patch', 'get', 'list', 'delete'),
    ...here('', 'services', 'create', 'patch', 'list', 'delete'),
    ...here('', 'pods', 'list', 'watch'),
    { ...(here('', 'pods', 'get')[0] as Action), subresource: 'log' },
    ...here('', 'events', 'list'),
    ...here('apps', 'deployments', 'list'),
    ...(looksUpNodes ? anywhere('', 'nodes', 'get') : []),
    ...(looksUpIngress ? anywhere('', 'services', 'list') : []),
    // Of what the chart has, the things of the whole cluster: who may make these may make the others.
    ...(installsOperator
      ? [
          ...anywhere('apiextensions.k8s.io', 'customresourcedefinitions', 'create'),
          ...anywhere('rbac.authorization.k8s.io', 'clusterroles', 'create'),
          ...anywhere('admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'create'),
        ]
      : []),
  ];
}

async function isAllowed(api: KubeApi, { verb, group, resource, subresource, namespace }: Action): Promise<boolean> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource,
        ...(subresource && { subresource }),
        ...(namespace && { namespace }),
      },
    },
  };
  try {
    const { status } = await api.create<{ status?: { allowed?: boolean } }>(REVIEWS, review);
    return status?.allowed === true;
  } catch (error) {
    throw new ServerError(`expected the cluster to say what this user may do; it does not: ${explain(error)}`, {
      cause: error,
    });
  }
}

function describe({ verb, group, resource, subresource, namespace }: Action): string {
  const what = [group === '' ? resource : `${resource}.${group}`, subresource].filter((part) => part).join('/');
  return `${verb} ${what}${namespace === null ? '' : ` in namespace ${namespace}`}`;
}
