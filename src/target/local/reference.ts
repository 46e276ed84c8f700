import type { ArmConfig } from '../../config.ts';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../../endpoint.ts';
import type { Method } from '../../plan.ts';
import { startServerProcess } from '../../server/spawn.ts';
import type { Host, Target } from '../target.ts';
import { createUsageMeter } from '../usage.ts';
import { loopbackEndpoint } from './loopback.ts';
import { IMAGE } from './wrapper.ts';

/**
 * Puts the embedded server up in a process of its own: no Seldon, but it answers like the wrapper.
 * Throws ServerError, or the reason of the host's signal.
 */
export async function startReferenceTarget(arm: ArmConfig, methods: readonly Method[], host: Host): Promise<Target> {
  const { id, connection, delayMs } = arm;
  const server = await startServerProcess(
    { kind: 'reference', models: methods, connection, image: IMAGE, delayMs },
    host.signal,
  );
  const ports = Object.entries(server.ports);
  // One process serves all methods; of what it used between two readings, the method that was asked is the cause.
  const readUsage = createUsageMeter(() => [server.pid]);
  const settings = delayMs === 0 ? {} : { delay: `${delayMs}ms` };
  return {
    arm: { id, target: 'reference', isSeldon: false, settings, connection },
    endpoints: Object.fromEntries(
      ports.map(([method, at]) => [method, loopbackEndpoint({ rest: at.restPort, grpc: at.grpcPort })]),
    ),
    lost: server.lost,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: 'fixed',
    readUsage: async () => readUsage(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
