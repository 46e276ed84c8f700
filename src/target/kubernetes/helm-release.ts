import { explain, ServerError } from '../../errors.ts';
import type { Access } from './api.ts';
import { inCluster, requireHelm } from './helm.ts';
import type { ReleaseName } from './manager.ts';

const ASK_LIMIT_MS = 30_000;
/** Helm would leave out those that are neither deployed nor failed. */
const STATES = ['--deployed', '--failed', '--pending', '--uninstalling'];

/** The one that a run makes. */
export const SELDON_RELEASE: ReleaseName = { name: 'seldon-core', namespace: 'seldon-system' };

/** What helm has made of a chart, or was about to make. */
export interface Release extends ReleaseName {
  /** `deployed`, or what is wrong with it: `failed`, `pending-install`, `uninstalling` and others. */
  readonly status: string;
  /** Name and version, as in `seldon-core-operator-1.19.0`. */
  readonly chart: string;
  readonly revision: number;
}

/** What helm knows of a release; null where there is none. Throws ServerError with helm's last lines. */
export async function findRelease(
  { name, namespace }: ReleaseName,
  access: Access,
  signal: AbortSignal,
): Promise<Release | null> {
  const args = ['list', ...inCluster(access, namespace), '--filter', `^${name}$`, ...STATES, '--output', 'json'];
  const stdout = await requireHelm(
    args,
    `expected helm to say whether there is a release ${name} in namespace ${namespace}; it could not. Its last lines say why.`,
    { signal, timeoutMs: ASK_LIMIT_MS },
  );
  try {
    const releases = JSON.parse(stdout) as readonly Listed[];
    const found = releases.find((release) => release.name === name);
    if (found === undefined) return null;
    const { status, chart, revision } = found;
    return { name, namespace, status: String(status), chart: String(chart), revision: Number(revision) };
  } catch (error) {
    throw new ServerError(`expected a list of releases from helm: ${explain(error)}`, { cause: error });
  }
}

/** For people to copy. */
export function uninstallCommand({ name, namespace }: ReleaseName): string {
  return `\`helm uninstall ${name} -n ${namespace}\``;
}

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly chart: string;
  readonly revision: string;
}
