import type { Method } from '../plan.ts';
import { listen } from './listen.ts';
import { createGrpcServer } from './reference-grpc.ts';
import { createRestServer } from './reference-rest.ts';
import type { Codec, ModelPorts, ReferenceSpec } from './spec.ts';

/**
 * Puts up the reference server: for each model a REST and a gRPC port, on 127.0.0.1. It decodes each request in full
 * and answers what the wrapper would. Closing drops the connections.
 */
export async function startReference(
  spec: ReferenceSpec,
  codec: Codec,
  ports: Partial<ModelPorts> = {},
): Promise<{ readonly ports: Partial<Record<Method, ModelPorts>>; close(): void }> {
  const closers: (() => void)[] = [];
  const close = () => {
    for (const closer of closers) closer();
  };
  const opened: Partial<Record<Method, ModelPorts>> = {};
  try {
    for (const method of spec.models) {
      const model = { method, image: spec.image };
      const rest = createRestServer(model, spec.connection, codec);
      closers.push(() => rest.close().closeAllConnections());
      const grpc = createGrpcServer(model, codec);
      closers.push(dropper(grpc));
      opened[method] = { restPort: await listen(rest, ports.restPort), grpcPort: await listen(grpc, ports.grpcPort) };
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ports: opened, close };
}

/** Closes a server together with its open connections. */
function dropper(server: ReturnType<typeof createGrpcServer>): () => void {
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return () => {
    server.close();
    for (const session of sessions) session.destroy();
  };
}
