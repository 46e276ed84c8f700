import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { TestContext } from 'node:test';

/** Two servers that answer as the wrapper does when it is asked who it is. Nothing until they are told what to say. */
export async function startPodServer(t: TestContext) {
  let metadata: string | null = null;
  const answers = { rest: 0, grpc: 0 };
  const rest = createServer((_, reply) => {
    if (metadata === null) return reply.socket?.destroy();
    answers.rest++;
    reply.end(metadata);
  });
  const grpc = createHttp2().on('stream', (stream) => {
    if (metadata === null) return stream.session?.destroy();
    answers.grpc++;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.end(`\0\0\0\0\0${metadata}`);
  });
  const listen = async (server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server as Server, 'listening');
    t.after(() => server.close());
    return (server.address() as AddressInfo).port;
  };
  return {
    ports: { rest: await listen(rest), grpc: await listen(grpc) },
    /** How often each has said what it was told to say. */
    answers: answers as Readonly<typeof answers>,
    say(text: string | null): void {
      metadata = text;
    },
  };
}
