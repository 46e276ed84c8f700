import type { ArmConfig } from '../../config.ts';
import { type Endpoint, GRPC_PATH, GRPC_RECEIVE_LIMIT_BYTES, REST_PATH } from '../../endpoint.ts';
import type { Method } from '../../plan.ts';
import { startServerProcess } from '../../server/spawn.ts';
import type { ModelPorts } from '../../server/spec.ts';
import type { Host, Target } from '../target.ts';
import { createUsageMeter } from '../usage.ts';
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
  // One process serves all methods; of what it used between two readings, the method that was asked is the cause.
  const readUsage = createUsageMeter(() => [server.pid]);
  const settings = delayMs === 0 ? {} : { delay: `${delayMs}ms` };
  return {
    arm: { id, target: 'reference', isSeldon: false, settings, connection },
    endpoints: Object.fromEntries(Object.entries(server.ports).map(([method, ports]) => [method, endpointOf(ports)])),
    lost: server.lost,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: 'fixed',
    readUsage: async () => readUsage(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function endpointOf({ restPort, grpcPort }: ModelPorts): Endpoint {
  return {
    rest: { host: '127.0.0.1', port: restPort, path: REST_PATH },
    grpc: { host: '127.0.0.1', port: grpcPort, path: GRPC_PATH, metadata: {} },
  };
}
