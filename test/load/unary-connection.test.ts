import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAG, FRAME, frame, resetStream, settings } from '../../src/http2/frames.ts';
import { decodeFields, encodeFields } from '../../src/http2/hpack.ts';
import {
  answering,
  BLOCK,
  call,
  EXPECTED,
  endsRequest,
  goAway,
  HEAD,
  open,
  startFrames,
  success,
  TAIL,
} from '../helpers/frame-server.ts';

const timeout = 10_000;

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

test('a request goes out in frames as large as the server takes', { timeout }, async () => {
  const sizes: number[] = [];
  await using server = await startFrames(
    (seen, socket) => {
      if (seen.type === FRAME.data) sizes.push(seen.payload.length);
      answering(success)(seen, socket);
    },
    settings({ 4: 1_000_000, 5: 20_000 }),
  );
  using connection = open(server.port);
  // The settings are there with the first reply at the latest.
  await call(connection);
  await call(connection, Buffer.alloc(50_000));
  assert.deepEqual(sizes, [4, 20_000, 20_000, 10_000]);
});

test('a small request is one write', { timeout }, async () => {
  const pieces: number[] = [];
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers && seen.stream === 1) socket.on('data', (piece) => pieces.push(piece.length));
    answering(success)(seen, socket);
  });
  using connection = open(server.port);
  // With the second reply the acknowledgement of the settings has been read too.
  for (let i = 0; i < 2; i++) await call(connection);
  pieces.length = 0;
  await call(connection);
  assert.deepEqual(pieces, [9 + BLOCK.length + 9 + 'body'.length]);
});

test('a request without a body ends with its header block', { timeout }, async () => {
  const seen: [number, number][] = [];
  await using server = await startFrames((frame, socket) => {
    if (frame.stream === 1) seen.push([frame.type, frame.flags]);
    answering(success)(frame, socket);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, Buffer.alloc(0)), EXPECTED);
  assert.deepEqual(seen, [[FRAME.headers, FLAG.endHeaders | FLAG.endStream]]);
});

test('a header block longer than a frame goes out in pieces', { timeout }, async () => {
  const fields: [string, string][] = [
    [':method', 'POST'],
    ['long', 'x'.repeat(40_000)],
  ];
  const pieces: Buffer[] = [];
  const heads: [number, number][] = [];
  await using server = await startFrames((seen, socket) => {
    if (seen.type === FRAME.headers || seen.type === FRAME.continuation) {
      pieces.push(seen.payload);
      heads.push([seen.type, seen.flags]);
    }
    answering(success)(seen, socket);
  });
  using connection = open(server.port);
  assert.deepEqual(await call(connection, Buffer.from('body'), encodeFields(fields)), EXPECTED);
  assert.deepEqual(decodeFields(Buffer.concat(pieces)), fields);
  assert.deepEqual(heads, [
    [FRAME.headers, 0],
    [FRAME.continuation, 0],
    [FRAME.continuation, FLAG.endHeaders],
  ]);
});

const ODD_REPLIES: Record<string, (stream: number) => Buffer[]> = {
  'a header block in pieces': (stream) => [
    frame(FRAME.headers, 0, stream, HEAD.subarray(0, 3)),
    frame(FRAME.continuation, 0, stream, HEAD.subarray(3, 5)),
    frame(FRAME.continuation, FLAG.endHeaders, stream, HEAD.subarray(5)),
    ...success(stream).slice(1),
  ],
  'trailers in pieces, which end the stream with their first': (stream) => [
    ...success(stream).slice(0, 2),
    frame(FRAME.headers, FLAG.endStream, stream, TAIL.subarray(0, 1)),
    frame(FRAME.continuation, 0, stream, Buffer.alloc(0)),
    frame(FRAME.continuation, FLAG.endHeaders, stream, TAIL.subarray(1)),
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
  'frames of nothing but padding': (stream) => [
    ...success(stream).slice(0, 1),
    frame(FRAME.data, FLAG.padded, stream, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)])),
    frame(FRAME.data, 0, stream, Buffer.alloc(0)),
    ...success(stream).slice(1),
  ],
  'header fields in Huffman code': (stream) => [
    // :status by its name in the static table; then a literal whose name and value are compressed.
    frame(FRAME.headers, FLAG.endHeaders, stream, Buffer.from([0x08, 0x82, 0x10, 0x01])),
    ...success(stream).slice(1),
  ],
  'a change of the table to nothing before the first field': (stream) => [
    frame(FRAME.headers, FLAG.endHeaders, stream, Buffer.concat([Buffer.from([0x20]), HEAD])),
    ...success(stream).slice(1),
  ],
  'interim heads': (stream) => [
    ...['100', '103'].map((status) =>
      frame(FRAME.headers, FLAG.endHeaders, stream, encodeFields([[':status', status]])),
    ),
    ...success(stream),
  ],
  'a PING, unknown frames and settings in between': (stream) =>
    success(stream).flatMap((piece) => [
      frame(FRAME.ping, 0, 0, Buffer.alloc(8, 7)),
      frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(8, 9)),
      frame(0xbe, 0xff, 0, Buffer.from('x')),
      frame(0xbe, 0, stream + 100, Buffer.from('x')),
      frame(FRAME.priority, 0, stream, Buffer.alloc(5)),
      frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)),
      settings({ 4: 100_000, 5: 20_000, 6: 10, 77: 1 }),
      piece,
    ]),
  'data in single bytes': (stream) => [
    ...success(stream).slice(0, 1),
    ...[...'hello'].map((letter) => frame(FRAME.data, 0, stream, Buffer.from(letter))),
    ...success(stream).slice(2),
  ],
  'a reset without an error behind the reply': (stream) => [...success(stream), resetStream(stream, 0)],
  'a GOAWAY that lets the call finish': (stream) => [goAway(stream), ...success(stream)],
  'a GOAWAY in two steps, the first with the largest stream': (stream) => {
    const [head, ...rest] = success(stream) as [Buffer, ...Buffer[]];
    return [goAway(2 ** 31 - 1), frame(FRAME.ping, 0, 0, Buffer.alloc(8)), head, goAway(stream), ...rest];
  },
};
for (const [name, reply] of Object.entries(ODD_REPLIES)) {
  test(`${name}: the reply is what it should be`, { timeout }, async () => {
    await using server = await startFrames(answering(reply));
    using connection = open(server.port);
    assert.deepEqual(await call(connection), EXPECTED);
  });
}

test('a reply of trailers only is its fields and no data', { timeout }, async () => {
  const fields: [string, string][] = [
    [':status', '200'],
    ['grpc-status', '5'],
  ];
  await using server = await startFrames(
    answering((stream) => [frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, encodeFields(fields))]),
  );
  using connection = open(server.port);
  for (let i = 0; i < 2; i++) assert.deepEqual(await call(connection), { fields, data: '' });
});

test('data may end a stream that has no trailers', { timeout }, async () => {
  await using server = await startFrames(
    answering((stream) => [
      frame(FRAME.headers, FLAG.endHeaders, stream, HEAD),
      frame(FRAME.data, FLAG.endStream, stream, Buffer.from('all')),
    ]),
  );
  using connection = open(server.port);
  assert.deepEqual(await call(connection), { fields: [[':status', '200']], data: 'all' });
});

test('a PING is answered with its own bytes, settings are acknowledged once each', { timeout }, async () => {
  const pings: string[] = [];
  let acknowledged = 0;
  await using server = await startFrames(
    (seen, socket) => {
      if (seen.type === FRAME.ping) pings.push(`${seen.flags} ${seen.payload.toString()}`);
      if (seen.type === FRAME.settings && seen.flags === FLAG.ack) acknowledged += 1;
      answering(success)(seen, socket);
    },
    Buffer.concat([settings({}), frame(FRAME.ping, 0, 0, Buffer.from('12345678')), settings({ 4: 70_000 })]),
  );
  using connection = open(server.port);
  await call(connection);
  await call(connection);
  assert.deepEqual(pings, [`${FLAG.ack} 12345678`]);
  assert.equal(acknowledged, 2);
});

test('the settings forbid a header table and pushes', { timeout }, async () => {
  const seen = Promise.withResolvers<Buffer>();
  await using server = await startFrames((frame) => {
    if (frame.type === FRAME.settings && (frame.flags & FLAG.ack) === 0) seen.resolve(frame.payload);
  });
  using _connection = open(server.port);
  const payload = await seen.promise;
  const values = new Map<number, number>();
  for (let at = 0; at < payload.length; at += 6) values.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
  assert.equal(values.get(1), 0);
  assert.equal(values.get(2), 0);
});

test('frames for a call that is over are passed over', { timeout }, async () => {
  await using server = await startFrames((seen, socket) => {
    if (!endsRequest(seen)) return;
    if (seen.stream > 1) {
      const late = [frame(FRAME.data, 0, 1, Buffer.from('late')), resetStream(1, 2), frame(FRAME.headers, 4, 1, TAIL)];
      for (const piece of late) socket.write(piece);
    }
    for (const piece of success(seen.stream)) socket.write(piece);
  });
  using connection = open(server.port);
  for (let i = 0; i < 2; i++) assert.deepEqual(await call(connection), EXPECTED);
});
