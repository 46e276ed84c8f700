import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFields, type Field } from '../../src/http2/hpack.ts';
import { openUnaryConnection } from '../../src/load/unary-connection.ts';

/** Header lists against another implementation: nghttp2, which node:http2 is built on. */
async function startEcho(answer: (stream: ServerHttp2Stream, fields: readonly Field[]) => void) {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, _headers, _flags, raw) => {
    const fields: Field[] = [];
    for (let i = 0; i < raw.length; i += 2) fields.push([raw[i] as string, raw[i + 1] as string]);
    stream.on('error', () => {});
    stream.resume();
    stream.on('end', () => answer(stream, fields));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

const name = fc
  .string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-_.'), minLength: 1, maxLength: 30 })
  .map((text) => `x${text}`);
/** What HTTP lets stand in a value: visible ASCII and, within, blanks. */
const value = fc
  .string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength: 200 })
  .map((text) => text.trim());
const lists = fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([key]) => key });

const REQUEST: readonly Field[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'test'],
];

test('nghttp2 reads the fields that we encode, and we read the ones that it encodes', { timeout: 60_000 }, async () => {
  let asked: readonly Field[] = [];
  let answer: readonly Field[] = [];
  await using server = await startEcho((stream, fields) => {
    asked = fields.filter(([key]) => !key.startsWith(':'));
    stream.respond({ ':status': 200, ...Object.fromEntries(answer) }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(Object.fromEntries(answer)));
    stream.end('x');
  });
  const connection = openUnaryConnection({ host: '127.0.0.1', port: server.port }, () => {});
  const call = (fields: readonly Field[]) =>
    new Promise<Field[][]>((resolve, reject) => {
      const blocks: Field[][] = [];
      connection.call(encodeFields([...REQUEST, ...fields]), Buffer.from('x'), {
        onFields: (list) => void blocks.push([...list]),
        onData: () => {},
        onEnd: () => resolve(blocks),
        onFailure: reject,
      });
    });
  const plain = (fields: readonly Field[] = []): Field[] =>
    fields.filter(([key]) => key !== ':status' && key !== 'date').map(([key, text]) => [key, text]);
  await fc.assert(
    fc.asyncProperty(lists, lists, async (request, reply) => {
      answer = reply;
      const [head, trailers] = await call(request);
      assert.deepEqual(plain(asked), request);
      assert.deepEqual(plain(head), reply);
      if (reply.length > 0) assert.deepEqual(plain(trailers), reply);
    }),
    { numRuns: 300, seed: 29 },
  );
  connection.destroy();
});
