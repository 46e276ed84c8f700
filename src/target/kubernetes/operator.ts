import { ServerError } from '../../errors.ts';
import { lastLines, runProgram } from '../exec.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { type Access, isPassing, type KubeApi } from './api.ts';
import { isKindMissing } from './apply.ts';
import { GATEWAY } from './istio.ts';
import { applyManifestFile } from './manifest-file.ts';
import { seldonKindsPath } from './paths.ts';

const RELEASE = 'seldon-core';
const CHART = 'seldon-core-operator';
const NAMESPACE = 'seldon-system';
const ASK_LIMIT_MS = 30_000;
const HELM_LIMIT_MS = 240_000;
const KIND_LIMIT_MS = 30_000;

/** Where Seldon Core's operator comes from. */
export type OperatorSource =
  /** It is installed. */
  | { readonly kind: 'present' }
  /** A file of manifests, as `helm template` writes it. */
  | { readonly kind: 'manifest'; readonly path: string }
  /** A chart: a path, an `oci://` reference, or the URL of a repository that has it. */
  | { readonly kind: 'chart'; readonly chart: string; readonly version: string };

/** For the report. */
export function describeOperator(source: OperatorSource): string {
  if (source.kind === 'present') return 'found in the cluster';
  return source.kind === 'manifest' ? source.path : `${source.chart} ${source.version}`;
}

/** A cluster for it. */
interface OperatorPlace {
  readonly access: Access;
  readonly isOurs: boolean;
  /** `istio`: it makes routes for Istio's gateway, whose kinds the cluster has to know before. */
  readonly ingress?: 'none' | 'istio';
}

/**
 * Installs Seldon Core where it is not there yet, and waits until the cluster knows its kind. In a cluster that stays it
 * stays too: to remove it would take every SeldonDeployment of the cluster along. Throws ServerError.
 */
export async function installOperator(
  source: OperatorSource,
  api: KubeApi,
  { access, isOurs, ingress = 'none' }: OperatorPlace,
  host: Host,
): Promise<void> {
  if (source.kind !== 'present' && !isOurs) {
    host.log.info('Seldon Core that is installed now stays in the cluster when the run is over');
  }
  if (source.kind === 'manifest') await applyManifestFile(source.path, NAMESPACE, api, host);
  if (source.kind === 'chart') await installChart(source, ingress, access, host);
  const limitMs = source.kind === 'present' ? 0 : KIND_LIMIT_MS;
  const known = await askUntil(
    async () => {
      try {
        return await api.get<object>(seldonKindsPath);
      } catch (error) {
        if (isKindMissing(error) || isPassing(error)) return null;
        throw error;
      }
    },
    limitMs,
    host.signal,
  );
  if (known !== null) return;
  throw new ServerError(
    `expected Seldon Core in the cluster; it does not know the kind SeldonDeployment. ${
      source.kind === 'present' ? 'Install it first, or let the run install it.' : 'See what was installed.'
    }`,
  );
}

/**
 * A release that is there is left alone: an upgrade makes a new certificate for the webhook, while the manager that
 * runs keeps its old one, and every SeldonDeployment is refused from then on.
 */
async function installChart(
  { chart, version }: Extract<OperatorSource, { kind: 'chart' }>,
  ingress: 'none' | 'istio',
  access: Access,
  host: Host,
): Promise<void> {
  const cluster = ['--namespace', NAMESPACE, '--kubeconfig', access.kubeconfig, '--kube-context', access.context];
  const status = await runProgram(['helm', 'status', RELEASE, ...cluster, '--output', 'json'], {
    signal: host.signal,
    timeoutMs: ASK_LIMIT_MS,
  });
  if (status.code === 0) {
    host.log.info(`release ${RELEASE} of Seldon Core is installed already: it is used as it is`);
    return;
  }
  const where = /^https?:/.test(chart) ? [CHART, '--repo', chart] : [chart];
  const istio = ingress === 'istio' ? ['istio.enabled=true', `istio.gateway=${GATEWAY}`] : [];
  const settings = ['usageMetrics.enabled=false', ...istio].flatMap((setting) => ['--set', setting]);
  const { code, stderr } = await runProgram(
    ['helm', 'upgrade', '--install', RELEASE, ...where, '--version', version, '--create-namespace', ...cluster].concat(
      ...[settings, '--wait', '--timeout', `${HELM_LIMIT_MS / 1000}s`],
    ) as [string, ...string[]],
    { signal: host.signal, timeoutMs: HELM_LIMIT_MS + 10_000 },
  );
  if (code === 0) return;
  throw new ServerError(`expected helm to install Seldon Core ${version}; it could not. Its last lines say why.`, {
    detail: lastLines(stderr),
  });
}
