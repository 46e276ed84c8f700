import type { ByteServer } from './byte-server.ts';
import { listen } from './listen.ts';
import { createNullGrpcServer } from './null-grpc.ts';
import { createNullRestServer } from './null-rest.ts';
import type { NullSpec } from './spec.ts';

/**
 * Puts up a server for each prepared reply, on 127.0.0.1, which gives it to every request: what a client measures
 * against it is the cost of the client and the kernel alone. Closing drops the connections.
 */
export async function startNull(spec: NullSpec): Promise<{ readonly ports: readonly number[]; close(): void }> {
  const servers: ByteServer[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    const ports: number[] = [];
    for (const reply of spec.replies) {
      const opened = reply.transport === 'rest' ? createNullRestServer(reply) : createNullGrpcServer(reply.message);
      servers.push(opened);
      ports.push(await listen(opened.server));
    }
    return { ports, close };
  } catch (error) {
    close();
    throw error;
  }
}
