import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import { SELDON_RELEASE } from './helm-release.ts';
import { installChart, type OperatorPlace } from './install-chart.ts';
import { applyManifestFile } from './manifest-file.ts';
import type { OperatorSource } from './operator-source.ts';
import { seldonKindsPath } from './paths.ts';
import { askApi } from './patience.ts';

const KIND_LIMIT_MS = 30_000;

/**
 * Installs Seldon Core, and waits until the cluster knows its kind. In a cluster that stays it stays too: to remove it
 * would take every SeldonDeployment of the cluster along. Throws ServerError.
 */
export async function installOperator(
  source: OperatorSource,
  api: KubeApi,
  place: OperatorPlace,
  host: Host,
): Promise<void> {
  if (source.kind !== 'present' && !place.isOurs) {
    host.log.info('Seldon Core that is installed now stays in the cluster when the run is over');
  }
  if (source.kind === 'manifest') await applyManifestFile(source.path, SELDON_RELEASE.namespace, api, host);
  if (source.kind === 'chart') await installChart(source, place, host);
  // A release may be there whose kind is not served yet.
  const isSaidToBeThere = source.kind === 'present' && source.chart === undefined;
  const known = await askApi(() => api.find<object>(seldonKindsPath), isSaidToBeThere ? 0 : KIND_LIMIT_MS, host.signal);
  if (known !== null) return;
  throw new ServerError(
    `expected Seldon Core in the cluster; it does not know the kind SeldonDeployment. ${
      isSaidToBeThere ? 'Install it first, or let the run install it.' : 'See what was installed.'
    }`,
  );
}
