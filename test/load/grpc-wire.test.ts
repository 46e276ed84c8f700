import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { FLAG, FRAME, frame } from '../../src/http2/frames.ts';
import { createTiming, type Exchange } from '../../src/load/exchange.ts';
import { openGrpcWire } from '../../src/load/grpc-wire.ts';
import { openGrpcLibrary } from '../../src/load/library.ts';
import { endsRequest, HEAD, startFrames, TAIL } from '../helpers/frame-server.ts';
import { withPrefix } from '../helpers/with-prefix.ts';

type Call = { readonly headers: IncomingHttpHeaders; readonly message: Buffer; readonly stream: ServerHttp2Stream };

async function startGrpc(answer: (call: Call, count: number) => void, settings = {}) {
  const server = createServer({ settings });
  const sessions = new Set<Http2Session>();
  let count = 0;
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    const pieces: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => answer({ headers, message: Buffer.concat(pieces), stream }, ++count));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function succeed(stream: ServerHttp2Stream, body: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(withPrefix(body));
}

function open(port: number, body: Buffer = Buffer.from('ask')): Exchange {
  const endpoint = { host: '127.0.0.1', port, path: '/seldon.protos.Seldon/Predict', metadata: { seldon: 'model' } };
  return openGrpcWire({ ...endpoint, body: withPrefix(body) });
}

for (const size of [0, 3, 3_000_000]) {
  test(`a message of ${size} bytes arrives framed once, with its metadata, and the reply comes back`, async () => {
    const seen: [string | undefined, unknown, unknown, number][] = [];
    await using server = await startGrpc(({ headers, message, stream }) => {
      seen.push([headers[':path'], headers.seldon, headers.te, message.length]);
      succeed(stream, Buffer.alloc(size, 7));
    });
    const exchange = open(server.port, Buffer.alloc(size));
    const timing = createTiming();
    for (let i = 0; i < 3; i++) await exchange.send(timing);
    assert.deepEqual(seen, Array(3).fill(['/seldon.protos.Seldon/Predict', 'model', 'trailers', size + 5]));
    assert.deepEqual(Buffer.from(exchange.reply().body), Buffer.alloc(size, 7));
    assert.equal(server.sessions.size, 1, 'one connection for all calls');
    assert.ok(timing.start === timing.connected && timing.start <= timing.firstByte && timing.firstByte <= timing.end);
    exchange.reset();
  });
}

test('a small receive window of the server holds a large message back but does not lose it', async () => {
  await using server = await startGrpc(({ message, stream }) => succeed(stream, Buffer.from(String(message.length))), {
    initialWindowSize: 1024,
  });
  const exchange = open(server.port, Buffer.alloc(500_000));
  await exchange.send(createTiming());
  assert.equal(Buffer.from(exchange.reply().body).toString(), '500005');
  exchange.reset();
});

const FAILING: Record<string, [(call: Call) => void, RegExp]> = {
  'a failed call, in trailers only': [
    ({ stream }) =>
      stream.respond({ ':status': 200, 'grpc-status': '2', 'grpc-message': 'bad%20model' }, { endStream: true }),
    /expected grpc-status 0, found 2: "bad model"/,
  ],
  'a proxy that answers in HTTP': [
    ({ stream }) => {
      stream.respond({ ':status': 503 });
      stream.end('busy');
    },
    /expected HTTP status 200, found 503/,
  ],
  'a reply without a status': [
    ({ stream }) => {
      stream.respond({ ':status': 200 });
      stream.end(withPrefix(Buffer.from('x')));
    },
    /expected a grpc-status in the trailers, found none/,
  ],
  'a success without a message': [
    ({ stream }) => stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true }),
    /expected a gRPC message, found 0 bytes/,
  ],
  'a prefix that does not fit': [
    ({ stream }) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
    },
    /found a prefix of 9 bytes before 1/,
  ],
  'a compressed message': [
    ({ stream }) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([1, 0, 0, 0, 1, 1]));
    },
    /found a compressed one/,
  ],
  'a reset stream': [({ stream }) => stream.close(8), /reset|cancel|NGHTTP2/i],
  'a broken connection': [({ stream }) => stream.session?.destroy(), /closed|reset|NGHTTP2|socket/i],
};
for (const [name, [answer, message]] of Object.entries(FAILING)) {
  test(`${name} gives an error, and the exchange can be used again`, { timeout: 10_000 }, async () => {
    await using server = await startGrpc((call, count) =>
      count === 1 ? answer(call) : succeed(call.stream, Buffer.from('ok')),
    );
    const exchange = open(server.port);
    await assert.rejects(exchange.send(createTiming()), message);
    await exchange.send(createTiming());
    assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
    exchange.reset();
  });
}

test('after GOAWAY the next call goes out on a new connection', { timeout: 10_000 }, async () => {
  await using server = await startGrpc(({ stream }) => {
    const { session } = stream;
    stream.on('close', () => session?.close());
    succeed(stream, Buffer.from('ok'));
  });
  const exchange = open(server.port);
  for (let i = 0; i < 3; i++) {
    await exchange.send(createTiming());
    const [session] = [...server.sessions].slice(-1);
    if (session && !session.destroyed) await once(session, 'close');
  }
  assert.equal(server.sessions.size, 3);
  exchange.reset();
});

test('the first byte is that of the head, the end that of the trailers', async () => {
  let pingedAt = 0;
  await using server = await startFrames((seen, socket) => {
    const ping = frame(FRAME.ping, 0, 0, Buffer.alloc(8));
    if (endsRequest(seen)) socket.write(Buffer.concat([frame(FRAME.headers, FLAG.endHeaders, 1, HEAD), ping]));
    if (seen.type !== FRAME.ping) return;
    pingedAt = performance.now();
    const trailers = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, TAIL);
    socket.write(Buffer.concat([frame(FRAME.data, 0, 1, withPrefix(Buffer.from('ok'))), trailers]));
  });
  const exchange = open(server.port);
  const timing = createTiming();
  await exchange.send(timing);
  assert.ok(timing.firstByte < pingedAt && pingedAt < timing.end);
  exchange.reset();
});

test('an aborted call rejects with the reason', async () => {
  await using server = await startGrpc(() => {});
  const exchange = open(server.port);
  const sent = exchange.send(createTiming());
  exchange.abort(new Error('too slow'));
  await assert.rejects(sent, /too slow/);
});

test('the library client sends the same message and gives the same reply', async () => {
  let seen: Buffer | undefined;
  await using server = await startGrpc(({ message, stream }) => {
    seen = message;
    succeed(stream, Buffer.from('ok'));
  });
  const endpoint = { host: '127.0.0.1', port: server.port, path: '/seldon.protos.Seldon/Predict', metadata: {} };
  const exchange = openGrpcLibrary({ ...endpoint, body: Buffer.from('ask') });
  await exchange.send(createTiming());
  assert.deepEqual(seen, withPrefix(Buffer.from('ask')));
  assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
  exchange.reset();
});
