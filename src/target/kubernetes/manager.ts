import type { KubeApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { expectItems } from './shapes.ts';

/** What Seldon Core labels its manager with, its Deployment and its pods. */
export const MANAGER_LABEL = 'control-plane=seldon-controller-manager';
const DEPLOYMENTS = `/apis/apps/v1/deployments?${new URLSearchParams({ labelSelector: MANAGER_LABEL })}`;
/** helm's own annotations of what it has made. */
const [RELEASE, RELEASE_NAMESPACE] = ['meta.helm.sh/release-name', 'meta.helm.sh/release-namespace'];
/** Of a release or a namespace: neither an option of a program nor a pattern. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/** A Deployment that runs Seldon Core. */
export interface Manager {
  readonly name: string;
  readonly namespace: string;
  /** The release of helm that it belongs to; null where helm has not made it. */
  readonly release: ReleaseName | null;
}

export interface ReleaseName {
  readonly name: string;
  readonly namespace: string;
}

/**
 * Whoever runs Seldon Core, in any namespace: there may be one for each of several namespaces. None where this user may
 * not look. Throws ApiError.
 */
export async function listManagers(api: KubeApi): Promise<readonly Manager[]> {
  try {
    const managers = expectItems('manager', await api.get(DEPLOYMENTS));
    return managers.map(({ metadata: { name, namespace, annotations = {} } }) => {
      const release = { name: annotations[RELEASE] ?? '', namespace: annotations[RELEASE_NAMESPACE] ?? '' };
      const isNamed = NAME.test(release.name) && NAME.test(release.namespace);
      return { name, namespace, release: isNamed ? release : null };
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return [];
    throw error;
  }
}
