import type { Host } from '../target.ts';
import type { Access } from './api.ts';
import { inCluster, requireHelm } from './helm.ts';
import { findRelease, SELDON_RELEASE, uninstallCommand } from './helm-release.ts';
import { GATEWAY } from './istio.ts';
import type { ChartSource } from './operator-source.ts';

const HELM_LIMIT_MS = 240_000;
/** A run that is being stopped takes no longer to look at what it leaves. */
const LAST_LOOK_MS = 5000;

/** A cluster for Seldon Core. */
export interface OperatorPlace {
  readonly access: Access;
  readonly isOurs: boolean;
  /** `istio`: it makes routes for Istio's gateway, whose kinds the cluster has to know before. */
  readonly ingress?: 'none' | 'istio';
}

/**
 * Has helm make a release of Seldon Core's chart, and waits until it runs. What is left of one that fails in a cluster
 * that stays is told. Throws ServerError with helm's last lines.
 */
export async function installChart(source: ChartSource, place: OperatorPlace, host: Host): Promise<void> {
  if (isBusinessSource(source.version)) {
    host.log.info(
      `Seldon Core ${source.version} is under the Business Source License 1.1: use that is not production is allowed`,
    );
  }
  try {
    await upgrade(source, place, host);
  } catch (error) {
    if (!place.isOurs) await tellWhatIsLeft(place.access, host);
    throw error;
  }
}

async function upgrade({ chart, version }: ChartSource, { access, ingress }: OperatorPlace, host: Host): Promise<void> {
  const { name, namespace } = SELDON_RELEASE;
  const istio = ingress === 'istio' ? ['istio.enabled=true', `istio.gateway=${GATEWAY}`] : [];
  const settings = ['usageMetrics.enabled=false', ...istio].flatMap((setting) => ['--set', setting]);
  const args = ['upgrade', '--install', name, chart, '--version', version, '--create-namespace'];
  const waiting = ['--wait', '--timeout', `${HELM_LIMIT_MS / 1000}s`];
  await requireHelm(
    [...args, ...inCluster(access, namespace), ...settings, ...waiting],
    `expected helm to install Seldon Core ${version}; it could not. Its last lines say why.`,
    { signal: host.signal, timeoutMs: HELM_LIMIT_MS + 10_000 },
  );
}

async function tellWhatIsLeft(access: Access, host: Host): Promise<void> {
  const ask = findRelease(SELDON_RELEASE, access, AbortSignal.timeout(LAST_LOOK_MS));
  const state = await ask.then(
    (release) => release && `is ${release.status}`,
    () => 'may be',
  );
  if (state === null) return;
  const { name, namespace } = SELDON_RELEASE;
  host.log.warn(
    `release ${name} ${state} in namespace ${namespace} of a cluster that stays, and things of the whole cluster with it. ` +
      `Unless somebody else is installing it, remove it with ${uninstallCommand(SELDON_RELEASE)}`,
  );
}

/** Releases before 1.18 are under the Apache License. */
function isBusinessSource(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 18);
}
