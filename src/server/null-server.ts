import type { ByteServer } from './byte-server.ts';
import { listen } from './listen.ts';
import { createNullGrpcServer } from './null-grpc.ts';
import { createNullRestServer } from './null-rest.ts';
import type { NullSpec } from './spec.ts';

/**
 * Puts up a server for each prepared reply, on 127.0.0.1, which gives it to every request: what a client measures
 * against it is the cost of the client and the kernel alone. `where`: another address, and the first of the ports, which
 * follow one another. Closing drops the connections.
 */
export async function startNull(
  spec: NullSpec,
  where: { readonly host: string; readonly firstPort: number } | null = null,
): Promise<{ readonly ports: readonly number[]; close(): void }> {
  const servers: ByteServer[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    const ports: number[] = [];
    for (const [i, reply] of spec.replies.entries()) {
      const opened = reply.transport === 'rest' ? createNullRestServer(reply) : createNullGrpcServer(reply.message);
      servers.push(opened);
      ports.push(
        await (where === null ? listen(opened.server) : listen(opened.server, where.firstPort + i, where.host)),
      );
    }
    return { ports, close };
  } catch (error) {
    close();
    throw error;
  }
}
