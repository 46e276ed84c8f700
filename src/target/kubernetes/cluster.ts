import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ArmConfig } from '../../config.ts';
import { UserError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import type { Host } from '../target.ts';
import { type Access, ApiError, type KubeApi, openKubeApi, readCurrentContext, waitForApi } from './api.ts';
import { type KubernetesTargets, listBeside, startArms } from './arms.ts';
import { writeBundle } from './bundle.ts';
import { writeBundleOnLoss } from './bundle-on-loss.ts';
import { type Amount, chooseCpuRequest } from './capacity.ts';
import { findIngress } from './ingress.ts';
import { borrowNamespace, joinNamespace, nameNamespace } from './namespace.ts';
import { findClusterNetwork } from './network.ts';
import { describeOperator, installOperator } from './operator.ts';
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
  const api = await openKubeApi(access, host.signal);
  const version = await host.time('look at the cluster', async () => {
    await waitForApi(api, API_LIMIT_MS, host.signal);
    await requirePermissions(api, options.namespace);
    return readVersion(api, options.operator, host);
  });
  await host.time('install or find Seldon Core', () =>
    installOperator(options.operator, api, { access, isOurs: false, ingress: options.ingress }, host),
  );
  const network = findClusterNetwork(api, options.nodeAddress);
  const ingress = options.ingress === 'istio' ? await findIngress(api, network) : null;
  const cpuRequest = await chooseRequest(api, listBeside(arms, methods), options, host);
  const namespace = stack.use(
    await (options.namespace === null
      ? borrowNamespace(api, access, nameNamespace(), host)
      : joinNamespace(api, access, options.namespace, host)),
  );
  const about = { version, operator: describeOperator(options.operator), pinned: null };
  const place = {
    target: 'cluster',
    api,
    access,
    network,
    ingress,
    namespace,
    isLocal: false,
    nullProgram: null,
    cpuRequest,
    about,
  } as const;
  const witness = { access, namespace, kindCluster: null };
  try {
    const targets = await startArms(options, arms, methods, place, [], null, host);
    for (const target of targets) stack.use(target);
    // Disposed first: what it still reads is about to be taken back by the others.
    const lost = targets.map((target) => target.lost);
    stack.use(writeBundleOnLoss(lost, witness, host));
    const made = stack.move();
    return { targets, [Symbol.asyncDispose]: () => made.disposeAsync() };
  } catch (error) {
    await writeBundle(witness, host, error);
    throw error;
  }
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
  return { kubeconfig: path, context: context ?? (await readCurrentContext(path)) };
}
