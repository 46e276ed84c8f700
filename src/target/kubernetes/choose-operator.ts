import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import type { Access, KubeApi } from './api.ts';
import { findRelease, type Release, SELDON_RELEASE, uninstallCommand } from './helm-release.ts';
import { listManagers, type ReleaseName } from './manager.ts';
import { describeOperator, type OperatorSource } from './operator-source.ts';
import { seldonKindsPath } from './paths.ts';

/**
 * What to use in a cluster that the run has not made: Seldon Core that is there, however it came there, before the one
 * that was asked for. A second one would fight with it, and an upgrade makes a new certificate for the webhook, while
 * the manager that runs keeps its old one: every SeldonDeployment is refused from then on. Throws ServerError for a
 * release that is not deployed where a chart was asked for, and where helm cannot tell.
 */
export async function chooseOperator(
  source: OperatorSource,
  api: KubeApi,
  access: Access,
  host: Host,
): Promise<OperatorSource> {
  const isThere = (await api.find(seldonKindsPath)) !== null;
  // The file says which objects it has, and no release is made of them.
  if (!isThere && source.kind !== 'chart') return source;
  const release = await askHelm(isThere ? await nameRelease(api) : SELDON_RELEASE, isThere, access, host);
  if (!isThere && release === null) return source;
  if (release !== null && release.status !== 'deployed') {
    if (source.kind === 'chart') throw explainBroken(release);
    host.log.warn(`release ${release.name} of Seldon Core is ${release.status}: it is used as it is`);
  }
  if (source.kind !== 'present') {
    host.log.info(`Seldon Core is in the cluster already: it is used as it is, and not ${describeOperator(source)}`);
  }
  return { kind: 'present', ...(release !== null && { chart: release.chart }) };
}

/** The release that runs Seldon Core; where that is none or not clear, the one that a run would make. */
async function nameRelease(api: KubeApi): Promise<ReleaseName> {
  const managers = await listManagers(api);
  const [release, ...others] = managers.flatMap(({ release }) => release ?? []);
  return release === undefined || others.length > 0 ? SELDON_RELEASE : release;
}

/** Where Seldon Core is there, it may be without helm, and helm need not be there either. */
async function askHelm(name: ReleaseName, isThere: boolean, access: Access, host: Host): Promise<Release | null> {
  try {
    return await findRelease(name, access, host.signal);
  } catch (error) {
    host.signal.throwIfAborted();
    if (isThere) return null;
    throw error;
  }
}

function explainBroken(release: Release): ServerError {
  const { name, namespace, status, revision } = release;
  const wait = status.startsWith('pending-') ? 'If somebody is installing it now, wait until that is done. Else ' : '';
  const back = revision > 1 ? `go back with \`helm rollback ${name} -n ${namespace}\`, ` : '';
  const ways = `${back}remove it, and with it every SeldonDeployment of the cluster, with ${uninstallCommand(release)}, or use it as it is with operator: present.`;
  return new ServerError(
    `expected release ${name} of Seldon Core in namespace ${namespace} to be deployed; it is ${status}. ` +
      (wait === '' ? ways.charAt(0).toUpperCase() + ways.slice(1) : wait + ways),
  );
}
