import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FRAME, frame, resetStream, windowUpdate } from '../../src/http2/frames.ts';
import { encodeFields } from '../../src/http2/hpack.ts';
import { createTiming } from '../../src/load/exchange.ts';
import { openGrpcWire } from '../../src/load/grpc-wire.ts';
import {
  answering,
  call,
  EXPECTED,
  endsRequest,
  goAway,
  HEAD,
  open,
  startFrames,
  success,
} from '../helpers/frame-server.ts';
import { withPrefix } from '../helpers/with-prefix.ts';

const timeout = 10_000;

test('after a GOAWAY that includes the call it ends well, and the connection takes no other', { timeout }, async () => {
  await using server = await startFrames(answering((stream) => [goAway(stream), ...success(stream)]));
  using connection = open(server.port);
  assert.equal(connection.usable(), true);
  assert.deepEqual(await call(connection), EXPECTED);
  assert.equal(connection.usable(), false);
});

test('our side of a connection ends once its last call is over', { timeout }, async () => {
  const ended = Promise.withResolvers<void>();
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers) socket.once('end', ended.resolve);
    answering((stream) => [goAway(stream), ...success(stream)])(seen, socket);
  });
  using connection = open(server.port);
  await call(connection);
  await ended.promise;
});

test('a GOAWAY between calls makes the connection unusable and ends our side of it', { timeout }, async () => {
  const ended = Promise.withResolvers<void>();
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers) socket.once('end', ended.resolve);
    answering((stream) => [...success(stream), goAway(2 ** 31 - 1)])(seen, socket);
  });
  using connection = open(server.port);
  await call(connection);
  await ended.promise;
  assert.equal(connection.usable(), false);
});

test('a GOAWAY that leaves the call out fails it, and says that it was not begun', { timeout }, async () => {
  await using server = await startFrames(answering(() => [goAway(0, 11)]));
  using connection = open(server.port);
  const { error, untouched } = await new Promise<{ error: Error; untouched: boolean }>((resolve, reject) => {
    connection.call(HEAD, Buffer.from('body'), {
      onFields: () => reject(new Error('fields')),
      onData: () => reject(new Error('data')),
      onEnd: () => reject(new Error('end')),
      onFailure: (error, untouched) => resolve({ error, untouched }),
    });
  });
  assert.match(error.message, /left the call out \(HTTP\/2 error 11\)/);
  assert.equal(untouched, true);
});

for (const [name, farewell] of [
  ['in two steps, the second without the call', [goAway(2 ** 31 - 1), goAway(0)]],
  ['at once, without the call', [goAway(0)]],
] as const) {
  test(`a GOAWAY ${name}: the exchange asks again on a new connection`, { timeout }, async () => {
    const asked: number[] = [];
    await using server = await startFrames((seen, socket, connection) => {
      if (!endsRequest(seen)) return;
      asked.push(connection);
      const reply = connection === 1 ? farewell : grpcSuccess(seen.stream);
      for (const piece of reply) socket.write(piece);
    });
    const exchange = openExchange(server.port);
    const timing = createTiming();
    await exchange.send(timing);
    assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
    assert.deepEqual(asked, [1, 2]);
    assert.ok(timing.start < timing.connected && timing.connected <= timing.firstByte, 'both are inside the clock');
    exchange.reset();
  });
}

test('a server that always says goodbye is asked twice, no more', { timeout }, async () => {
  await using server = await startFrames(answering(() => [goAway(0)]));
  const exchange = openExchange(server.port);
  await assert.rejects(exchange.send(createTiming()), /left the call out/);
  assert.equal(server.connections(), 2);
  exchange.reset();
});

test('a call that was answered in part and is left out all the same fails, and is not sent again', {
  timeout,
}, async () => {
  await using server = await startFrames(answering((stream) => [...success(stream).slice(0, 2), goAway(0)]));
  const exchange = openExchange(server.port);
  await assert.rejects(exchange.send(createTiming()), /left the call out/);
  assert.equal(server.connections(), 1);
  exchange.reset();
});

test('a connection that breaks after GOAWAY fails the call, which is not sent again', { timeout }, async () => {
  await using server = await startFrames((seen, socket) => {
    if (endsRequest(seen)) socket.end(goAway(seen.stream));
  });
  const exchange = openExchange(server.port);
  await assert.rejects(exchange.send(createTiming()), /closed the HTTP\/2 connection/);
  assert.equal(server.connections(), 1);
  exchange.reset();
});

for (const code of [0, 2, 8]) {
  test(`a stream reset in the middle (error ${code}) fails the call; the next goes over the same connection`, {
    timeout,
  }, async () => {
    await using server = await startFrames(
      answering((stream) =>
        stream === 1 ? [...success(stream).slice(0, 2), resetStream(stream, code)] : success(stream),
      ),
    );
    using connection = open(server.port);
    await assert.rejects(call(connection), new RegExp(`reset the stream \\(HTTP/2 error ${code}\\)`));
    assert.deepEqual(await call(connection), EXPECTED);
    assert.equal(server.connections(), 1);
  });
}

test('a server that answers before it has read everything gets no more, and the next call works', {
  timeout,
}, async () => {
  const resets: number[] = [];
  await using server = await startFrames((seen, socket) => {
    const { type, stream, payload } = seen;
    // What the server drops counts for the connection all the same: it gives the credit back.
    if (type === FRAME.headers && stream === 1) {
      socket.write(Buffer.concat([windowUpdate(0, 500_000), ...success(1), resetStream(1, 0)]));
    }
    if (type === FRAME.rstStream) resets.push(payload.readUInt32BE(0));
    if (stream === 3) answering(success)(seen, socket);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, Buffer.alloc(500_000)), EXPECTED);
  assert.deepEqual(await call(connection), EXPECTED);
  assert.deepEqual(resets, [8], 'CANCEL');
});

test('a connection that ends fails the call and is not usable again', { timeout }, async () => {
  await using server = await startFrames(({ type }, socket) => {
    if (type === FRAME.headers) socket.destroy();
  });
  using connection = open(server.port);
  assert.equal(connection.usable(), true);
  await assert.rejects(call(connection));
  assert.equal(connection.usable(), false);
});

test('a connection that ends between two calls is replaced without an error', { timeout }, async () => {
  const ended: Promise<unknown>[] = [];
  await using server = await startFrames((seen, socket) => {
    if (!endsRequest(seen)) return;
    ended.push(once(socket, 'close'));
    for (const piece of grpcSuccess(seen.stream)) socket.write(piece);
    socket.end();
  });
  const exchange = openExchange(server.port);
  for (let i = 0; i < 3; i++) {
    await exchange.send(createTiming());
    // The server's socket closes once the client has seen the end and closed too.
    await ended[i];
  }
  assert.equal(server.connections(), 3);
  exchange.reset();
});

function openExchange(port: number) {
  return openGrpcWire({ host: '127.0.0.1', port, path: '/x', metadata: {}, body: withPrefix(Buffer.alloc(0)) });
}

function grpcSuccess(stream: number): Buffer[] {
  return [
    frame(FRAME.headers, 4, stream, HEAD),
    frame(FRAME.data, 0, stream, withPrefix(Buffer.from('ok'))),
    frame(FRAME.headers, 5, stream, encodeFields([['grpc-status', '0']])),
  ];
}
