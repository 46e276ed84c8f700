import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ArmConfig } from '../../config.ts';
import { UserError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import { createRunFolder } from '../run-folder.ts';
import type { Host, Target } from '../target.ts';
import { type Access, type KubeApi, openKubeApi, readContext, waitForApi } from './api.ts';
import { ApiError } from './api-error.ts';
import type { Place } from './arm.ts';
import { holdTargets, type KubernetesTargets, listBeside, startArms } from './arms.ts';
import { type Amount, chooseCpuRequest } from './capacity.ts';
import { fetchChart } from './chart.ts';
import { chooseOperator } from './choose-operator.ts';
import { findIngress } from './ingress.ts';
import { borrowNamespace, joinNamespace, type Namespace, nameNamespace } from './namespace.ts';
import { findClusterNetwork } from './network.ts';
import { installOperator } from './operator.ts';
import { describeOperator, versionOf } from './operator-source.ts';
import type { ClusterOptions } from './options.ts';
import { requirePermissions } from './permissions.ts';
import { readVersion } from './version.ts';

const API_LIMIT_MS = 15_000;

/**
 * Deploys to a cluster that exists, in a namespace of the run's own or in a given one: what the run made there goes with
 * it. The images come from where the cluster fetches them. Throws ServerError, UserError, or the reason of the signal.
 */
export async function startClusterTargets(
  options: ClusterOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  host: Host,
): Promise<KubernetesTargets> {
  await using stack = new AsyncDisposableStack();
  const access = await findAccess(options);
  let namespace: Namespace | null = null;
  const start = async (): Promise<Target[]> => {
    const api = await openKubeApi(access, host.signal);
    const ready = await prepareCluster(options, arms, methods, { access, api }, host);
    namespace = stack.use(
      await (options.namespace === null
        ? borrowNamespace(api, access, nameNamespace(), host)
        : joinNamespace(api, access, options.namespace, host)),
    );
    return startArms(options, arms, methods, { ...ready, namespace }, [], null, host);
  };
  return await holdTargets(start, () => ({ access, namespace, kindCluster: null }), stack, host);
}

/** Looks at everything that can be wrong with the cluster, and puts Seldon Core into it where that is wanted. */
async function prepareCluster(
  options: ClusterOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  { access, api }: Pick<Place, 'access' | 'api'>,
  host: Host,
): Promise<Omit<Place, 'namespace'>> {
  const beside = listBeside(arms, methods);
  const [chosen, requestBefore] = await host.time('look at the cluster', async () => {
    await waitForApi(api, API_LIMIT_MS, host.signal);
    const operator = await chooseOperator(options.operator, api, access, host);
    await requirePermissions(api, {
      namespace: options.namespace,
      looksUpNodes: options.nodeAddress === null,
      looksUpIngress: options.ingress === 'istio',
      installsOperator: operator.kind !== 'present',
    });
    // What is installed stays: not in a cluster that then has no room for the models.
    return [operator, await chooseRequest(api, beside, options, host)] as const;
  });
  await using folder = await createRunFolder(process.env.RUNNER_TEMP || tmpdir(), host, 'cluster-');
  const operator = await fetchChart(chosen, folder.path, host);
  const version = await readVersion(api, versionOf(operator), host);
  await host.time('install or find Seldon Core', () =>
    installOperator(operator, api, { access, isOurs: false, ingress: options.ingress }, host),
  );
  const network = findClusterNetwork(api, options.nodeAddress);
  return {
    target: 'cluster',
    api,
    access,
    network,
    ingress: options.ingress === 'istio' ? await findIngress(api, network) : null,
    isLocal: false,
    nullProgram: null,
    cpuRequest: operator.kind === 'present' ? requestBefore : await chooseRequest(api, beside, options, host),
    about: { version, operator: describeOperator(operator), pinned: null },
  };
}

/** Who may not see what else runs in the cluster cannot know whether there is room: the scheduler tells then. */
async function chooseRequest(
  api: KubeApi,
  beside: readonly Amount[],
  { limits }: ClusterOptions,
  host: Host,
): Promise<number> {
  try {
    return await chooseCpuRequest(api, beside, limits);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    host.log.info('this user may not list nodes and pods: whether there is room for the models is not known');
    return limits.cpu;
  }
}

/** As kubectl finds it, but of one file only. */
async function findAccess({ kubeconfig, context }: ClusterOptions): Promise<Access> {
  const files = (process.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (kubeconfig === null && files.length > 1) {
    throw new UserError(`expected one file in KUBECONFIG, found ${files.length}: say which one with kubeconfig`);
  }
  const path = kubeconfig ?? files[0] ?? join(homedir(), '.kube', 'config');
  return { kubeconfig: path, context: await readContext(path, context) };
}
