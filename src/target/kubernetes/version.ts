import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import type { OperatorSource } from './operator.ts';

interface Version {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

/** Minor versions of Kubernetes 1 for which Seldon Core's releases are made, by its own table. */
const MADE_FOR: Readonly<Record<string, readonly [oldest: number, newest: number]>> = {
  '1.19.0': [23, 35],
  '1.17.1': [23, 27],
};
const ANY: readonly [number, number] = [23, 35];

/**
 * The API server's version. One that lacks what Seldon Core asks of it is refused with a ServerError; a newer one than
 * Seldon Core was made for is told, for it may do.
 */
export async function readVersion(api: KubeApi, operator: OperatorSource, host: Host): Promise<string> {
  const { major, minor, gitVersion } = await api.get<Version>('/version');
  const [oldest, newest] = (operator.kind === 'chart' ? MADE_FOR[operator.version] : undefined) ?? ANY;
  const number = Number.parseInt(minor, 10);
  if (major === '1' && number < oldest) {
    throw new ServerError(
      `expected Kubernetes 1.${oldest} to 1.${newest}, found ${gitVersion.slice(0, 50)}: Seldon Core needs autoscaling/v2 and policy/v1. Use a newer cluster.`,
    );
  }
  if (major !== '1' || number > newest) {
    host.log.warn(
      `Seldon Core is made for Kubernetes 1.${oldest} to 1.${newest}, and this is ${gitVersion.slice(0, 50)}: it may not work`,
    );
  }
  return gitVersion.slice(0, 50);
}
