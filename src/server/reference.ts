import type { Method } from '../plan.ts';
import { listen } from './listen.ts';
import { createGrpcServer } from './reference-grpc.ts';
import { createRestServer } from './reference-rest.ts';
import type { Codec, ModelPorts, ReferenceSpec } from './spec.ts';

/**
 * Puts up the reference server: for each model a REST and a gRPC port, on 127.0.0.1. It decodes each request in full
 * and answers what the wrapper would, after the delay that it was told. Closing drops the connections.
 */
export async function startReference(
  spec: ReferenceSpec,
  codec: Codec,
  ports: Partial<ModelPorts> = {},
): Promise<{ readonly ports: Partial<Record<Method, ModelPorts>>; close(): void }> {
  const delayed = spec.delayMs > 0 ? addDelay(codec, spec.delayMs) : codec;
  const closers: (() => void)[] = [];
  const close = () => {
    for (const closer of closers) closer();
  };
  const opened: Partial<Record<Method, ModelPorts>> = {};
  try {
    for (const method of spec.models) {
      const model = { method, image: spec.image };
      const rest = createRestServer(model, spec.connection, delayed);
      closers.push(() => rest.close().closeAllConnections());
      const grpc = createGrpcServer(model, delayed);
      closers.push(dropper(grpc));
      opened[method] = { restPort: await listen(rest, ports.restPort), grpcPort: await listen(grpc, ports.grpcPort) };
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ports: opened, close };
}

/**
 * A decoder that takes so much longer. It computes all the while, as a slower model would; a timer would be a millisecond
 * off, and this is what the detection of small differences is checked with.
 */
function addDelay(codec: Codec, delayMs: number): Codec {
  return {
    decodeRequest(transport, bytes) {
      const request = codec.decodeRequest(transport, bytes);
      const end = performance.now() + delayMs;
      while (performance.now() < end);
      return request;
    },
  };
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
