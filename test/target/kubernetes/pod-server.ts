import { createServer } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { TestContext } from 'node:test';
import { listen } from '../helpers.ts';

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
  return {
    ports: { rest: await listen(t, rest), grpc: await listen(t, grpc) },
    /** How often each has said what it was told to say. */
    answers: answers as Readonly<typeof answers>,
    say(text: string | null): void {
      metadata = text;
    },
  };
}
