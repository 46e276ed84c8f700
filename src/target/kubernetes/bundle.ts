import { rm } from 'node:fs/promises';
import { explain, ServerError, UserError } from '../../errors.ts';
import { makeEvidenceFolder } from '../evidence-folder.ts';
import type { Host } from '../target.ts';
import { type Access, type KubeApi, openKubeApi } from './api.ts';
import { type BundleFiles, createBundleFiles } from './bundle-files.ts';
import { addPodLogs } from './bundle-logs.ts';
import { addNodeLogs } from './bundle-node.ts';
import { addClusterObjects, addObjects, type Part } from './bundle-objects.ts';
import { SELDON_RELEASE } from './helm-release.ts';
import { listManagers, MANAGER_LABEL, type Manager } from './manager.ts';

const LIMIT_MS = 30_000;
const MOST_MANAGERS = 5;

/** Who can tell what went wrong. */
export interface Witness {
  /** Null where there is no API to ask. */
  readonly access: Access | null;
  /** What the run made is there; null before it made any. */
  readonly namespace: Part | null;
  /** A kind cluster that the run made, whose nodes are asked, too; null for one that is not the run's to look into. */
  readonly kindCluster: string | null;
}

/**
 * Keeps what a cluster tells after something went wrong in the host's folder for evidence, while the cluster is still
 * there: events, objects, logs, never Secrets. Takes half a minute at most and never rejects. Nothing is kept of a run
 * that is being stopped, nor of a mistake of the caller's, nor where the cluster tells nothing.
 */
export async function writeBundle(witness: Witness, host: Host, error: unknown): Promise<void> {
  if (host.signal.aborted || (error instanceof UserError && !(error instanceof ServerError))) return;
  const { evidenceFolder } = host;
  try {
    if (!(await makeEvidenceFolder(evidenceFolder, ABOUT))) return;
    const files = createBundleFiles(evidenceFolder);
    const signal = AbortSignal.any([host.signal, AbortSignal.timeout(LIMIT_MS)]);
    await gather(witness, files, { ...host, signal });
    // What the run itself says is told already. What was stopped half-way may look as if it were all that there is.
    if (files.count() === 0 || host.signal.aborted) {
      await rm(evidenceFolder, { recursive: true, force: true });
      return;
    }
    const detail = error instanceof ServerError ? error.detail : [];
    await files.add(['error.txt'], [explain(error), '', ...detail, ''].join('\n'), 'first');
    if (files.missing.length > 0) await files.add(['missing.txt'], `${files.missing.join('\n')}\n`, 'first');
  } catch (error) {
    host.log.warn(`what the cluster tells could not be kept in ${evidenceFolder}: ${explain(error)}`);
  }
}

async function gather(witness: Witness, files: BundleFiles, host: Host): Promise<void> {
  const { access, kindCluster } = witness;
  await Promise.all([
    access && files.attempt('the Kubernetes API', () => askApi(access, witness, files, host)),
    kindCluster && addNodeLogs(kindCluster, files, host),
  ]);
}

async function askApi(
  access: Access,
  { namespace, kindCluster }: Witness,
  files: BundleFiles,
  host: Host,
): Promise<void> {
  const api = await openKubeApi(access, host.signal);
  const whole = (name: string): Part => ({ name, prefix: '' });
  await files.attempt('the version of the API server', async () => {
    await files.add(['version.json'], `${JSON.stringify(await api.get('/version'), null, 1)}\n`, 'first');
  });
  await Promise.all([
    addClusterObjects(api, kindCluster !== null, files),
    ...(namespace === null ? [] : [addObjects(api, namespace, true, files), addPodLogs(api, namespace, null, files)]),
    addManagers(api, namespace, files),
    // Where nodes and the cluster's own programs tell of themselves.
    ...(kindCluster === null
      ? []
      : ['default', 'kube-system'].map((name) => addObjects(api, whole(name), false, files))),
  ]);
}

/** Seldon Core, wherever it runs; where that is not known, where its chart puts it. */
async function addManagers(api: KubeApi, namespace: Part | null, files: BundleFiles): Promise<void> {
  const managers: Manager[] = [];
  await files.attempt("where Seldon Core's manager runs", async () => void managers.push(...(await listManagers(api))));
  const found = managers.map(({ name, namespace }): [string, string] => [namespace, name]);
  const homes = new Map(found.length > 0 ? found.slice(0, MOST_MANAGERS) : [[SELDON_RELEASE.namespace, '']]);
  await Promise.all(
    Array.from(homes, async ([name, manager]) => {
      // Elsewhere there may be anybody's things beside it.
      const part = { name, prefix: name === SELDON_RELEASE.namespace ? '' : manager };
      await Promise.all([
        // The run's own things in the same namespace tell more.
        ...(name === namespace?.name ? [] : [addObjects(api, part, false, files)]),
        addPodLogs(api, part, MANAGER_LABEL, files),
      ]);
    }),
  );
}

const ABOUT = [
  'error.txt    what the run said',
  'events/      of each namespace, in the order in which they happened',
  "objects/     as the API server has them, a file for each kind: of the run's namespace, of Seldon Core's, and nodes,",
  "             of those in a cluster that is not the run's only how they are and what they can give.",
  '             There are no Secrets and no ConfigMaps. Values of environment variables are those of the run alone.',
  "logs/        of the models' containers and of Seldon Core's manager; `previous`: of those that were started again.",
  'kind/        what `kind export logs` tells of the node, where the run made the cluster',
  'version.json of the API server',
  'missing.txt  what could not be had, and why; without it, nothing is missing',
  '',
  'Of a long file there is a MiB: the last one of logs. What looks like a key is replaced by [redacted].',
  'Logs are as programs wrote them: look through them before you show them to others.',
];
