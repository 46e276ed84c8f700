import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Access } from '../../../src/target/kubernetes/api.ts';
import { createTestFolder } from '../helpers.ts';

interface ApiProxy {
  /** Leads to the same API, by way of the proxy. */
  readonly access: Access;
  /** Cuts all connections and takes no new ones, as a server does that restarts. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A way to a Kubernetes API that can be closed for a while without harm to others who use it. */
export async function startApiProxy(t: TestContext, { kubeconfig, context }: Access): Promise<ApiProxy> {
  const text = await readFile(kubeconfig, 'utf8');
  const { hostname, port } = new URL(/https:[^\s",]+/.exec(text)?.[0] ?? '');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const goAway = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(goAway);
  const own = (server.address() as AddressInfo).port;
  const path = join(await createTestFolder(t), 'kubeconfig');
  await writeFile(path, text.replace(/https:[^\s",]+/, `https://127.0.0.1:${own}`), { mode: 0o600 });
  return {
    access: { kubeconfig: path, context },
    goAway,
    async comeBack() {
      server.listen(own, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
