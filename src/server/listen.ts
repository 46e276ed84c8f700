import { once } from 'node:events';
import type { Server } from 'node:net';

/**
 * Listens on this machine alone unless another address is given; port 0 lets the kernel choose. Returns the port.
 * Rejects when it is taken.
 */
export async function listen(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP server');
  return address.port;
}
