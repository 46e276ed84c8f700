import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that are free on all interfaces at this moment, each a different one. They are given back before they are
 * used, so whoever starts a server there has to make sure that it is that server which answers.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    // All are held until the last is found: the system never names one twice.
    return await Promise.all(
      servers.map(async (server) => {
        server.listen({ port: 0, host: '0.0.0.0' });
        await once(server, 'listening');
        return (server.address() as { port: number }).port;
      }),
    );
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
