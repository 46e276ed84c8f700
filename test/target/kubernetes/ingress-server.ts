import { createServer } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { connect, createServer as createTcp } from 'node:net';
import type { TestContext } from 'node:test';
import { listen } from '../helpers.ts';

/**
 * An ingress with one route: a port for both versions of HTTP, which answers under one path, and to calls with certain
 * metadata, with what it is told to say; to all else, and before it is told, as one that knows no way.
 */
export async function startIngressServer(t: TestContext, path: string, metadata: Readonly<Record<string, string>>) {
  let said: string | null = null;
  let refusals = 0;
  const knows = (matches: boolean): boolean => {
    if (!matches || said === null) refusals++;
    return matches && said !== null;
  };
  const rest = createServer(({ url }, reply) => {
    if (knows(url === path)) reply.end(said);
    else reply.writeHead(404).end();
  });
  const grpc = createHttp2().on('stream', (stream, headers) => {
    const isKnown = knows(Object.entries(metadata).every(([key, value]) => headers[key] === value));
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (!isKnown) return stream.respond({ ...head, 'grpc-status': '12' }, { endStream: true });
    stream.respond(head);
    stream.end(`\0\0\0\0\0${said}`);
  });
  const ports = { rest: await listen(t, rest), grpc: await listen(t, grpc) };
  const front = createTcp((near) => {
    near.on('error', () => {});
    near.once('data', (first) => {
      const far = connect(first.toString('latin1', 0, 3) === 'PRI' ? ports.grpc : ports.rest, '127.0.0.1');
      far.on('error', () => near.destroy());
      far.write(first);
      near.pipe(far).pipe(near);
    });
  });
  return {
    port: await listen(t, front),
    say(text: string): void {
      said = text;
    },
    refusals: () => refusals,
  };
}
