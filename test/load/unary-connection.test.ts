import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameCutter } from '../../src/http2/frame-cutter.ts';
import { FLAG, FRAME, frame, PREFACE, settings, windowUpdate } from '../../src/http2/frames.ts';
import { decodeFields, encodeFields } from '../../src/http2/hpack.ts';
import { openUnaryConnection, type UnaryConnection } from '../../src/load/unary-connection.ts';
import { startRawServer } from '../helpers/raw-server.ts';

const BLOCK = encodeFields([[':method', 'POST']]);
const HEAD = encodeFields([[':status', '200']]);
const TAIL = encodeFields([['grpc-status', '0']]);
const timeout = 10_000;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A server of frames: says what it is told to say to each frame of the client's. */
function startFrames(onFrame: (frame: Frame, socket: Socket) => void, greeting: Buffer = settings({})) {
  return startRawServer((socket) => {
    let skipped = 0;
    const cut = createFrameCutter((type, flags, stream, payload) =>
      onFrame({ type, flags, stream, payload: Buffer.from(payload) }, socket),
    );
    if (greeting.length > 0) socket.write(greeting);
    socket.on('data', (piece) => {
      const skip = Math.min(PREFACE.length - skipped, piece.length);
      skipped += skip;
      cut(piece.subarray(skip));
    });
  });
}

function call(connection: UnaryConnection, body: Uint8Array = Buffer.from('body')) {
  const fields: [string, string][] = [];
  const data: Buffer[] = [];
  return new Promise<{ fields: [string, string][]; data: string }>((resolve, reject) => {
    connection.call(BLOCK, body, {
      onFields: (list) => void fields.push(...list.map(([name, value]): [string, string] => [name, value])),
      onData: (bytes) => void data.push(Buffer.from(bytes)),
      onEnd: () => resolve({ fields, data: Buffer.concat(data).toString() }),
      onFailure: reject,
    });
  });
}

function open(port: number): UnaryConnection & Disposable {
  const connection = openUnaryConnection({ host: '127.0.0.1', port }, () => {});
  return { ...connection, [Symbol.dispose]: () => connection.destroy() };
}

/** Answers when the request has ended. */
function answering(reply: (stream: number) => readonly Buffer[]) {
  return ({ type, flags, stream }: Frame, socket: Socket): void => {
    if (type === FRAME.data && (flags & FLAG.endStream) !== 0) for (const piece of reply(stream)) socket.write(piece);
  };
}

const success = (stream: number): Buffer[] => [
  frame(FRAME.headers, FLAG.endHeaders, stream, HEAD),
  frame(FRAME.data, 0, stream, Buffer.from('hello')),
  frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, TAIL),
];
const EXPECTED = {
  fields: [
    [':status', '200'],
    ['grpc-status', '0'],
  ],
  data: 'hello',
};

test('several calls go over one connection, on rising odd streams', { timeout }, async () => {
  const streams: number[] = [];
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers) {
      streams.push(seen.stream);
      assert.deepEqual(decodeFields(seen.payload), [[':method', 'POST']]);
    }
    answering(success)(seen, socket);
  });
  using connection = open(server.port);
  for (let i = 0; i < 3; i++) assert.deepEqual(await call(connection), EXPECTED);
  assert.deepEqual(streams, [1, 3, 5]);
});

const ODD_REPLIES: Record<string, (stream: number) => Buffer[]> = {
  'a header block in pieces': (stream) => [
    frame(FRAME.headers, 0, stream, HEAD.subarray(0, 3)),
    frame(FRAME.continuation, 0, stream, HEAD.subarray(3, 5)),
    frame(FRAME.continuation, FLAG.endHeaders, stream, HEAD.subarray(5)),
    ...success(stream).slice(1),
  ],
  'padding and a priority': (stream) => [
    frame(
      FRAME.headers,
      FLAG.endHeaders | FLAG.padded | FLAG.priority,
      stream,
      Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 9]), HEAD, Buffer.alloc(2)]),
    ),
    frame(FRAME.data, FLAG.padded, stream, Buffer.concat([Buffer.from([3]), Buffer.from('hello'), Buffer.alloc(3)])),
    ...success(stream).slice(2),
  ],
  'a PING, unknown frames and settings in between': (stream) =>
    success(stream).flatMap((piece) => [
      frame(FRAME.ping, 0, 0, Buffer.alloc(8, 7)),
      frame(0xbe, 0xff, 0, Buffer.from('x')),
      frame(FRAME.priority, 0, stream, Buffer.alloc(5)),
      settings({ 4: 100_000, 5: 20_000, 77: 1 }),
      piece,
    ]),
  'data in single bytes': (stream) => [
    ...success(stream).slice(0, 1),
    ...[...'hello'].map((letter) => frame(FRAME.data, 0, stream, Buffer.from(letter))),
    ...success(stream).slice(2),
  ],
  'a GOAWAY that lets the call finish': (stream) => {
    const goodbye = Buffer.alloc(8);
    goodbye.writeUInt32BE(stream);
    return [frame(FRAME.goAway, 0, 0, goodbye), ...success(stream)];
  },
};
for (const [name, reply] of Object.entries(ODD_REPLIES)) {
  test(`${name}: the reply is what it should be`, { timeout }, async () => {
    await using server = await startFrames(answering(reply));
    using connection = open(server.port);
    assert.deepEqual(await call(connection), EXPECTED);
  });
}

test('a reply is the same however its bytes are split', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 8 }), async (cuts) => {
      await using server = await startFrames(({ type, flags, stream }, socket) => {
        if (type !== FRAME.data || (flags & FLAG.endStream) === 0) return;
        const bytes = Buffer.concat(success(stream));
        const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        socket.setNoDelay(true);
        const send = (i: number): void => {
          if (i === edges.length) return;
          socket.write(bytes.subarray(edges[i - 1], edges[i]), () => setImmediate(send, i + 1));
        };
        send(1);
      });
      using connection = open(server.port);
      assert.deepEqual(await call(connection), EXPECTED);
    }),
    { numRuns: 25, seed: 9 },
  );
});

test('a PING is answered with its own bytes', { timeout }, async () => {
  const answered = Promise.withResolvers<string>();
  await using server = await startFrames(
    ({ type, flags, payload }) => {
      if (type === FRAME.ping && (flags & FLAG.ack) !== 0) answered.resolve(payload.toString());
    },
    Buffer.concat([settings({}), frame(FRAME.ping, 0, 0, Buffer.from('12345678'))]),
  );
  using connection = open(server.port);
  call(connection).catch(() => {});
  assert.equal(await answered.promise, '12345678');
});

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
      if ((flags & FLAG.endStream) !== 0) for (const piece of success(stream)) socket.write(piece);
    });
    using connection = open(server.port);
    assert.deepEqual(await call(connection, body), EXPECTED);
    assert.equal(received, body.length);
    assert.equal(overdrawn, false);
  });
}

test('a window that settings shrink below nothing is waited for', { timeout }, async () => {
  const body = Buffer.alloc(100_000);
  let received = 0;
  await using server = await startFrames(({ type, flags, stream, payload }, socket) => {
    if (type !== FRAME.data) return;
    received += payload.length;
    // The default window is used up: 60 000 less leave it at -60 000 until there is credit for more than that.
    if (received === 65_535)
      socket.write(Buffer.concat([settings({ 4: 5535 }), windowUpdate(0, 200_000), windowUpdate(stream, 200_000)]));
    if ((flags & FLAG.endStream) !== 0) for (const piece of success(stream)) socket.write(piece);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, body), EXPECTED);
});

test('a long reply is given credit for, so that it arrives', { timeout }, async () => {
  const long = Buffer.alloc(16_384, 65);
  await using server = await startFrames((seen, socket) => {
    let left = 0;
    if (seen.type === FRAME.data && (seen.flags & FLAG.endStream) !== 0) left = 1024;
    if (left === 0) return;
    // 16 MiB, four times what was allowed at first; a server that counted would wait for the credit.
    socket.write(frame(FRAME.headers, FLAG.endHeaders, seen.stream, HEAD));
    for (; left > 0; left--) socket.write(frame(FRAME.data, 0, seen.stream, long));
    socket.write(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, seen.stream, TAIL));
  });
  using connection = open(server.port);
  assert.equal((await call(connection)).data.length, 1024 * 16_384);
});

test('a server that answers before it has read everything gets no more, and the next call works', {
  timeout,
}, async () => {
  const resets: number[] = [];
  await using server = await startFrames(({ type, flags, stream, payload }, socket) => {
    // What the server drops counts for the connection all the same: it gives the credit back.
    if (type === FRAME.headers && stream === 1) socket.write(Buffer.concat([windowUpdate(0, 500_000), ...success(1)]));
    if (type === FRAME.rstStream) resets.push(payload.readUInt32BE(0));
    if (stream === 3) answering(success)({ type, flags, stream, payload }, socket);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, Buffer.alloc(500_000)), EXPECTED);
  assert.deepEqual(await call(connection), EXPECTED);
  assert.deepEqual(resets, [8], 'CANCEL');
});

const HOSTILE: Record<string, [(stream: number) => Buffer[], RegExp]> = {
  'a reset stream': [(stream) => [frame(FRAME.rstStream, 0, stream, Buffer.from([0, 0, 0, 7]))], /reset the stream.*7/],
  'a GOAWAY that leaves the call out': [() => [frame(FRAME.goAway, 0, 0, Buffer.alloc(8))], /left the call out/],
  'a push': [(stream) => [frame(FRAME.pushPromise, 4, stream, Buffer.alloc(8))], /no push/],
  'a frame inside a header block': [
    (stream) => [frame(FRAME.headers, 0, stream, HEAD), frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
    /header block in one piece/,
  ],
  'a continuation of nothing': [(stream) => [frame(FRAME.continuation, 4, stream, HEAD)], /header block/],
  'an endless header block': [
    (stream) => [
      frame(FRAME.headers, 0, stream, Buffer.alloc(16_000)),
      ...Array.from({ length: 6 }, () => frame(FRAME.continuation, 0, stream, Buffer.alloc(16_000))),
    ],
    /at most 64 KiB/,
  ],
  'a broken header block': [(stream) => [frame(FRAME.headers, 4, stream, Buffer.from([0xff]))], /header block/],
  'more padding than payload': [(stream) => [frame(FRAME.data, FLAG.padded, stream, Buffer.from([9, 1]))], /padding/],
  'credit of nothing': [() => [windowUpdate(0, 0)], /flow control/],
  'credit without end': [() => [windowUpdate(0, 2 ** 31 - 1)], /flow control/],
  'half a setting': [() => [frame(FRAME.settings, 0, 0, Buffer.alloc(5))], /whole HTTP\/2 settings/],
  'an absurd window': [() => [settings({ 4: 2 ** 32 - 1 })], /window of at most/],
  'an absurd frame size': [() => [settings({ 5: 1 })], /frame size/],
  'a frame that is too large': [(stream) => [frame(FRAME.data, 0, stream, Buffer.alloc(20_000))], /at most 16384/],
};
for (const [name, [reply, message]] of Object.entries(HOSTILE)) {
  test(`${name} fails the call`, { timeout }, async () => {
    await using server = await startFrames(answering(reply));
    using connection = open(server.port);
    await assert.rejects(call(connection), message);
  });
}

test('a connection that ends fails the call and is not usable again', { timeout }, async () => {
  await using server = await startFrames(({ type }, socket) => {
    if (type === FRAME.headers) socket.destroy();
  });
  using connection = open(server.port);
  assert.equal(connection.usable(), true);
  await assert.rejects(call(connection));
  assert.equal(connection.usable(), false);
});

test('garbage fails the call, and nothing hangs', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      await using server = await startFrames(({ type }, socket) => {
        if (type === FRAME.headers) socket.end(bytes);
      }, Buffer.alloc(0));
      using connection = open(server.port);
      await assert.rejects(call(connection));
    }),
    { numRuns: 150, seed: 13 },
  );
});
