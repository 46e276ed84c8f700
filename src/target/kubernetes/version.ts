import { ServerError } from '../../errors.ts';
import type { Host } from '../target.ts';
import type { KubeApi } from './api.ts';
import { expectObject } from './shapes.ts';

/** Minor versions of Kubernetes 1 for which minor versions of Seldon Core are made, by its own table. */
const MADE_FOR: Readonly<Record<string, readonly [oldest: number, newest: number]>> = {
  '1.19': [23, 35],
  '1.18': [23, 27],
  '1.17': [23, 27],
  '1.16': [23, 27],
};
const ANY: readonly [number, number] = [23, 35];

/**
 * The API server's version. One that lacks what Seldon Core asks of it is refused with a ServerError; a newer one than
 * Seldon Core was made for is told, for it may do. `seldon` is Seldon Core's version, null where it is not known.
 */
export async function readVersion(api: KubeApi, seldon: string | null, host: Host): Promise<string> {
  const { major, minor, gitVersion } = expectObject('version', await api.get('/version'));
  const known = seldon === null ? undefined : MADE_FOR[seldon.split('.', 2).join('.')];
  const [oldest, newest] = known ?? ANY;
  const name = known === undefined ? 'Seldon Core' : `Seldon Core ${seldon}`;
  const number = Number.parseInt(minor, 10);
  if (major === '1' && number < oldest) {
    throw new ServerError(
      `expected Kubernetes 1.${oldest} to 1.${newest}, found ${gitVersion.slice(0, 50)}: ${name} needs autoscaling/v2 and policy/v1. Use a newer cluster.`,
    );
  }
  if (major !== '1' || number > newest) {
    host.log.warn(
      `${name} is made for Kubernetes 1.${oldest} to 1.${newest}, and this is ${gitVersion.slice(0, 50)}: it may not work`,
    );
  }
  return gitVersion.slice(0, 50);
}
