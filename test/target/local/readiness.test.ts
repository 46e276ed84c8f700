import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { findFreePorts } from '../../../src/target/local/ports.ts';
import { askGrpc, askRest } from '../../../src/target/local/readiness.ts';
import { listen } from '../helpers.ts';

const WORD = 'a-word-that-only-we-know';

function answerGrpc(body: string) {
  return (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.end(body);
  };
}

test('REST: who answers with the word is ours, who answers without it is not', async (t) => {
  const ours = createHttp((request, reply) =>
    reply.end(request.url === '/metadata' ? `{"custom":{"run":"${WORD}"}}` : ''),
  );
  const foreign = createHttp((_, reply) => reply.writeHead(404).end('nothing here'));
  assert.equal(await askRest(await listen(t, ours), WORD), 'ours');
  assert.equal(await askRest(await listen(t, foreign), WORD), 'foreign');
});

test('REST: who speaks no HTTP is not ours, and who hangs up has not answered', async (t) => {
  const rude = createServer((socket) => socket.end('SSH-2.0-nothing\r\n'));
  const mute = createServer((socket) => socket.destroy());
  assert.equal(await askRest(await listen(t, rude), WORD), 'foreign');
  assert.equal(await askRest(await listen(t, mute), WORD), 'silent');
});

test('gRPC: who answers with the word is ours, who answers without it is not', async (t) => {
  const ours = createHttp2().on('stream', answerGrpc(`\0\0\0\0\0${WORD}`));
  const foreign = createHttp2().on('stream', answerGrpc('nothing here'));
  assert.equal(await askGrpc(await listen(t, ours), WORD), 'ours');
  assert.equal(await askGrpc(await listen(t, foreign), WORD), 'foreign');
});

test('gRPC: a server that speaks no HTTP/2 has not answered', async (t) => {
  const rude = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assert.equal(await askGrpc(await listen(t, rude), WORD), 'silent');
});

test('nobody on a port has not answered', async () => {
  const [port] = (await findFreePorts(1)) as [number];
  assert.equal(await askRest(port, WORD), 'silent');
  assert.equal(await askGrpc(port, WORD), 'silent');
});

test('free ports are all different and free', async (t) => {
  const ports = await findFreePorts(20);
  assert.equal(new Set(ports).size, 20);
  const server = createServer();
  server.listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
});
