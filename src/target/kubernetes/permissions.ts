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

/**
 * Asks the cluster whether this user may do all that a run does, before anything is made. `namespace` null: in one that
 * the run makes. Throws ServerError that lists what is missing.
 */
export async function requirePermissions(api: KubeApi, namespace: string | null): Promise<void> {
  const refused = (
    await Promise.all(listActions(namespace).map(async (action) => ((await isAllowed(api, action)) ? [] : [action])))
  ).flat();
  if (refused.length === 0) return;
  throw new ServerError(
    `expected to be allowed to deploy in the cluster; this user may not: ${refused.map(describe).join(', ')}. ` +
      `Ask for these permissions${namespace === null ? ', or give a namespace in which there are such' : ''}.`,
  );
}

function listActions(namespace: string | null): Action[] {
  const seldon = 'machinelearning.seldon.io';
  const here = (verb: string, group: string, resource: string, subresource?: string): Action => ({
    verb,
    group,
    resource,
    ...(subresource && { subresource }),
    namespace,
  });
  const own = ['create', 'get', 'delete'].map(
    (verb): Action => ({ verb, group: '', resource: 'namespaces', namespace: null }),
  );
  return [
    ...(namespace === null ? own : []),
    // Server-side apply is a patch, and creates what is not there.
    ...['create', 'patch', 'get', 'list', 'delete'].map((verb) => here(verb, seldon, 'seldondeployments')),
    ...['create', 'patch', 'list', 'delete'].map((verb) => here(verb, '', 'services')),
    ...['list', 'watch'].map((verb) => here(verb, '', 'pods')),
    here('get', '', 'pods', 'log'),
    here('list', '', 'events'),
    here('list', 'apps', 'deployments'),
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
