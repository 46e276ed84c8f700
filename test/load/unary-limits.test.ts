import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { FLAG, FRAME, frame, resetStream, settings, windowUpdate } from '../../src/http2/frames.ts';
import {
  answering,
  call,
  EXPECTED,
  endsRequest,
  type Frame,
  goAway,
  HEAD,
  open,
  startFrames,
  success,
  TAIL,
} from '../helpers/frame-server.ts';

const timeout = 10_000;

for (const [name, stingy] of [
  ['the connection', (stream: number) => [windowUpdate(stream, 1_000_000)]],
  ['the stream', () => [windowUpdate(0, 1_000_000)]],
] as const) {
  test(`a request waits for the credit of ${name} and then goes on`, { timeout }, async () => {
    const body = Buffer.alloc(200_000, 5);
    let received = 0;
    let overdrawn = false;
    let credit = 65_535;
    await using server = await startFrames(({ type, flags, stream, payload }, socket) => {
      if (type === FRAME.headers) for (const generous of stingy(stream)) socket.write(generous);
      if (type !== FRAME.data) return;
      received += payload.length;
      overdrawn ||= received > credit;
      if (received === credit && received < body.length) {
        credit = Math.min(credit + 40_000, body.length);
        socket.write(windowUpdate(name === 'the connection' ? 0 : stream, 40_000));
      }
      if (endsRequest({ type, flags, stream, payload })) for (const piece of success(stream)) socket.write(piece);
    });
    using connection = open(server.port);
    assert.deepEqual(await call(connection, body), EXPECTED);
    assert.equal(received, body.length);
    assert.equal(overdrawn, false);
  });
}

for (const window of [1, 100, 16_384, 65_535]) {
  test(`a server whose window for a stream is ${window} bytes gets no more at once`, { timeout }, async () => {
    const body = Buffer.alloc(Math.min(window * 50, 200_000), 3);
    let received = 0;
    let most = 0;
    let early = true;
    await using server = await startFrames(
      (seen, socket) => {
        if (seen.type === FRAME.data) {
          if (!early) most = Math.max(most, seen.payload.length);
          received += seen.payload.length;
          const back = seen.payload.length;
          if (!endsRequest(seen) && back > 0) {
            socket.write(Buffer.concat([windowUpdate(0, back), windowUpdate(seen.stream, back)]));
          }
        }
        if (endsRequest(seen)) for (const piece of success(seen.stream)) socket.write(piece);
      },
      Buffer.concat([settings({ 4: window }), windowUpdate(0, 1_000_000)]),
    );
    using connection = open(server.port);
    // The first call may go out before the settings come; the second must keep to them.
    await call(connection);
    early = false;
    received = 0;
    assert.deepEqual(await call(connection, body), EXPECTED);
    assert.equal(received, body.length);
    assert.ok(most <= Math.min(window, 16_384), `${most} bytes in a frame`);
  });
}

test('a window that settings shrink below nothing is waited for', { timeout }, async () => {
  const body = Buffer.alloc(100_000);
  let total = 0;
  let call1 = 0;
  let waited = 0;
  await using server = await startFrames((seen, socket) => {
    const { type, stream, payload } = seen;
    if (type === FRAME.ping) {
      // The answer comes behind all that was sent before.
      waited = total;
      socket.write(windowUpdate(call1, 100_000));
    }
    if (type !== FRAME.data) return;
    total += payload.length;
    call1 = stream;
    // The window is used up: a setting of 60 000 less leaves it at -60 000, and credit of 60 000 at nothing.
    if (total === 65_535) {
      const settle = [settings({ 4: 5535 }), windowUpdate(0, 200_000), windowUpdate(stream, 60_000)];
      socket.write(Buffer.concat([...settle, frame(FRAME.ping, 0, 0, Buffer.alloc(8))]));
    }
    if (endsRequest(seen)) for (const piece of success(stream)) socket.write(piece);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, body), EXPECTED);
  assert.equal(waited, 65_535);
  assert.equal(total, body.length);
});

test('a window that settings widen lets the request go on', { timeout }, async () => {
  let total = 0;
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.data) total += seen.payload.length;
    if (seen.type === FRAME.data && total === 65_535) {
      socket.write(Buffer.concat([windowUpdate(0, 200_000), settings({ 4: 200_000 })]));
    }
    if (endsRequest(seen)) for (const piece of success(seen.stream)) socket.write(piece);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, Buffer.alloc(150_000)), EXPECTED);
  assert.equal(total, 150_000);
});

test('a long reply is given credit for, on the stream and on the connection', { timeout }, async () => {
  const piece = Buffer.alloc(16_384, 65);
  const length = 1024 * piece.length;
  const credit = new Map<number, number>();
  let left = 0;
  let answered = 0;
  // Sends what its windows allow, as a server that counts.
  const send = (socket: Socket): void => {
    while (left > 0 && [0, answered].every((id) => (credit.get(id) ?? 0) >= piece.length)) {
      socket.write(frame(FRAME.data, 0, answered, piece));
      left -= piece.length;
      for (const id of [0, answered]) credit.set(id, (credit.get(id) ?? 0) - piece.length);
      if (left === 0) socket.write(frame(FRAME.headers, 5, answered, TAIL));
    }
  };
  await using server = await startFrames((seen: Frame, socket) => {
    if (seen.type === FRAME.windowUpdate) {
      credit.set(seen.stream, (credit.get(seen.stream) ?? 65_535) + seen.payload.readUInt32BE(0));
    }
    if (seen.type === FRAME.settings && seen.flags === 0) {
      for (let at = 0; at < seen.payload.length; at += 6) {
        if (seen.payload.readUInt16BE(at) === 4) credit.set(1, seen.payload.readUInt32BE(at + 2));
      }
      credit.set(3, credit.get(1) ?? 65_535);
    }
    if (endsRequest(seen)) {
      answered = seen.stream;
      left = length;
      socket.write(frame(FRAME.headers, 4, seen.stream, HEAD));
    }
    send(socket);
  });
  using connection = open(server.port);
  for (let i = 0; i < 2; i++) assert.equal((await call(connection)).data.length, length);
});

test('a server that allows no stream is waited for', { timeout }, async () => {
  const forbidden = Promise.withResolvers<Socket>();
  const pinged = Promise.withResolvers<void>();
  const calls: number[] = [];
  await using server = await startFrames(
    (seen, socket) => {
      if (seen.type === FRAME.headers) calls.push(seen.stream);
      if (seen.type === FRAME.settings && seen.flags === FLAG.ack) forbidden.resolve(socket);
      if (seen.type === FRAME.ping) pinged.resolve();
      answering(success)(seen, socket);
    },
    settings({ 3: 0 }),
  );
  using connection = open(server.port);
  const socket = await forbidden.promise;
  const called = call(connection);
  socket.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
  await pinged.promise;
  assert.deepEqual(calls, []);
  socket.write(settings({ 3: 1 }));
  assert.deepEqual(await called, EXPECTED);
  assert.deepEqual(calls, [1]);
});

test('a call that waits for a stream hears of the end of the connection', { timeout }, async () => {
  for (const farewell of [goAway(2 ** 31 - 1), Buffer.alloc(0)]) {
    const forbidden = Promise.withResolvers<Socket>();
    await using server = await startFrames(
      (seen, socket) => {
        if (seen.type === FRAME.settings && seen.flags === FLAG.ack) forbidden.resolve(socket);
      },
      settings({ 3: 0 }),
    );
    using connection = open(server.port);
    const socket = await forbidden.promise;
    const called = call(connection);
    socket.end(farewell);
    await assert.rejects(called, farewell.length > 0 ? /left the call out/ : /closed the HTTP\/2 connection/);
  }
});

test('a call that crossed settings which allow no stream is sent again when one is allowed', { timeout }, async () => {
  const seenStreams: number[] = [];
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers) seenStreams.push(seen.stream);
    if (!endsRequest(seen)) return;
    if (seen.stream === 1) socket.write(Buffer.concat([settings({ 3: 0 }), resetStream(1, 7), settings({ 3: 100 })]));
    else for (const piece of success(seen.stream)) socket.write(piece);
  }, Buffer.alloc(0));
  using connection = open(server.port);
  assert.deepEqual(await call(connection), EXPECTED);
  assert.deepEqual(seenStreams, [1, 3]);
});

test('a call that is refused though it was allowed fails', { timeout }, async () => {
  let calls = 0;
  await using server = await startFrames((seen, socket) => {
    if (!endsRequest(seen)) return;
    calls += 1;
    socket.write(Buffer.concat([settings({ 3: 100 }), resetStream(seen.stream, 7)]));
  }, Buffer.alloc(0));
  using connection = open(server.port);
  await assert.rejects(call(connection), /reset the stream \(HTTP\/2 error 7\)/);
  assert.equal(calls, 2, 'once before the settings were known, once after');
});
