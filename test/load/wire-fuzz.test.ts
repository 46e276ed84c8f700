import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLAG, FRAME, frame, settings, windowUpdate } from '../../src/http2/frames.ts';
import { encodeFields, type Field } from '../../src/http2/hpack.ts';
import { createTiming, type Exchange } from '../../src/load/exchange.ts';
import { openGrpcWire } from '../../src/load/grpc-wire.ts';
import { openRestWire } from '../../src/load/rest-wire.ts';
import { damage, damages, split } from '../helpers/damage.ts';
import { endsRequest, goAway, startFrames } from '../helpers/frame-server.ts';
import { startRawServer } from '../helpers/raw-server.ts';
import { withPrefix } from '../helpers/with-prefix.ts';

const timeout = 60_000;
const cuts = fc.array(fc.nat(10_000), { maxLength: 8 });
/** The one stream of a connection that serves one call. */
const STREAM = 1;

/** Writes the pieces one after the other, each in its own turn of the event loop, so that they are read apart. */
async function dribble(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise(setImmediate);
  }
}

const padded = (type: number, flags: number, payload: Buffer, padding: number | null): Buffer =>
  padding === null
    ? frame(type, flags, STREAM, payload)
    : frame(type, flags | FLAG.padded, STREAM, Buffer.concat([Buffer.from([padding]), payload, Buffer.alloc(padding)]));

/** A header block in one frame or, cut at `cut`, in two. */
function headerFrames(fields: readonly Field[], flags: number, cut: number, padding: number | null): Buffer[] {
  const block = encodeFields(fields);
  const at = cut % (block.length + 1);
  if (at === block.length) return [padded(FRAME.headers, flags | FLAG.endHeaders, block, padding)];
  return [
    padded(FRAME.headers, flags, block.subarray(0, at), padding),
    frame(FRAME.continuation, FLAG.endHeaders, STREAM, block.subarray(at)),
  ];
}

const padding = fc.option(fc.nat(20));
/** What may stand between the frames of a reply. */
const asides = fc.array(
  fc.constantFrom(
    frame(FRAME.ping, 0, 0, Buffer.from('12345678')),
    settings({ 4: 1000, 5: 20_000 }),
    settings({ 4: 100_000 }),
    windowUpdate(0, 1000),
    windowUpdate(STREAM, 70_000),
    frame(FRAME.priority, 0, STREAM, Buffer.alloc(5)),
    frame(0xee, 0xff, 7, Buffer.from('unknown')),
    goAway(2 ** 31 - 1),
  ),
  { maxLength: 2 },
);

/** The groups of a whole reply, between which asides may stand, and its message. */
const grpcReplies = fc
  .record({
    message: fc.uint8Array({ maxLength: 200 }),
    bodyCuts: fc.array(fc.nat(1000), { maxLength: 4 }),
    cut: fc.nat(200),
    padding,
    interim: fc.boolean(),
    asides: fc.array(asides, { minLength: 12, maxLength: 12 }),
  })
  .map((made) => {
    const groups = [
      ...(made.interim ? [headerFrames([[':status', '103']], 0, made.cut, null)] : []),
      headerFrames(
        [
          [':status', '200'],
          ['content-type', 'application/grpc'],
        ],
        0,
        made.cut,
        made.padding,
      ),
      ...split(withPrefix(made.message), made.bodyCuts).map((piece) => [padded(FRAME.data, 0, piece, made.padding)]),
      headerFrames([['grpc-status', '0']], FLAG.endStream, made.cut * 7, made.padding),
    ];
    const bytes = groups.flatMap((group, i) => [...(made.asides[i] ?? []), ...group]);
    return { bytes: Buffer.concat([settings({}), ...bytes]), message: Buffer.from(made.message) };
  });

/** Sends each connection's bytes once the request of the connection has ended, then ends it. */
async function startGrpcScript() {
  const script = { bytes: Buffer.alloc(0), cuts: [] as readonly number[] };
  const server = await startFrames((seen, socket) => {
    if (!endsRequest(seen)) return;
    void dribble(socket, split(script.bytes, script.cuts)).then(() => socket.end());
  }, Buffer.alloc(0));
  const exchange = openGrpcWire({
    host: '127.0.0.1',
    port: server.port,
    path: '/x',
    metadata: {},
    body: Buffer.from([0, 0, 0, 0, 0]),
  });
  return { script, server, exchange };
}

test('any gRPC reply is read as it was sent, however it is split', { timeout }, async () => {
  const { script, server, exchange } = await startGrpcScript();
  await using _server = server;
  await fc.assert(
    fc.asyncProperty(grpcReplies, cuts, async ({ bytes, message }, places) => {
      Object.assign(script, { bytes, cuts: places });
      await exchange.send(createTiming());
      assert.deepEqual(Buffer.from(exchange.reply().body), message);
      exchange.reset();
    }),
    { numRuns: 200, seed: 41 },
  );
});

test('a gRPC reply is the same for every place where it can be split in two, and byte by byte', {
  timeout,
}, async () => {
  const { script, server, exchange } = await startGrpcScript();
  await using _server = server;
  const [sample] = fc.sample(grpcReplies, { numRuns: 1, seed: 2 });
  if (!sample) throw new Error('expected a sample');
  const { bytes, message } = sample;
  const everywhere = Array.from(bytes, (_, i) => i);
  for (const places of [...everywhere.map((i) => [i]), everywhere]) {
    Object.assign(script, { bytes, cuts: places });
    await exchange.send(createTiming());
    assert.deepEqual(Buffer.from(exchange.reply().body), message);
    exchange.reset();
  }
});

/** Whatever came of it, it came: a reply, or an Error that says something. */
async function settle(exchange: Exchange): Promise<void> {
  try {
    await exchange.send(createTiming());
    assert.ok(exchange.reply().body instanceof Uint8Array);
  } catch (error) {
    assert.ok(error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError), String(error));
    assert.ok(error.message.length > 10, error.message);
  }
  exchange.reset();
}

test('a spoilt gRPC reply settles the call, and the exchange can be used again', { timeout }, async () => {
  const { script, server, exchange } = await startGrpcScript();
  await using _server = server;
  const [good] = fc.sample(grpcReplies, { numRuns: 1, seed: 1 });
  if (!good) throw new Error('expected a sample');
  await fc.assert(
    fc.asyncProperty(grpcReplies, damages, cuts, async ({ bytes }, list, places) => {
      Object.assign(script, { bytes: damage(bytes, list), cuts: places });
      await settle(exchange);
      Object.assign(script, { bytes: good.bytes, cuts: [] });
      await exchange.send(createTiming());
      assert.deepEqual(Buffer.from(exchange.reply().body), good.message);
      exchange.reset();
    }),
    { numRuns: 400, seed: 43 },
  );
});

test('garbage instead of a gRPC reply settles the call', { timeout }, async () => {
  const { script, server, exchange } = await startGrpcScript();
  await using _server = server;
  const frames = fc
    .array(
      fc
        .tuple(fc.nat(11), fc.nat(255), fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 30 }))
        .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
      { maxLength: 8 },
    )
    .map((list) => Buffer.concat([settings({}), ...list]));
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.oneof(frames, noise), cuts, async (bytes, places) => {
      Object.assign(script, { bytes, cuts: places });
      await settle(exchange);
    }),
    { numRuns: 400, seed: 47 },
  );
});

test('a spoilt HTTP/1.1 reply settles the request, and the exchange can be used again', { timeout }, async () => {
  const whole = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nT: x\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello',
  ].map((text) => Buffer.from(text));
  const script = { bytes: Buffer.alloc(0), cuts: [] as readonly number[] };
  await using server = await startRawServer((socket) => {
    socket.once('data', () => void dribble(socket, split(script.bytes, script.cuts)).then(() => socket.end()));
  });
  const exchange = openRestWire({ host: '127.0.0.1', port: server.port, path: '/p', body: Buffer.from('ask') });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), fc.option(damages), cuts, async (bytes, list, places) => {
      Object.assign(script, { bytes: list === null ? bytes : damage(bytes, list), cuts: places });
      if (list !== null) {
        await settle(exchange);
        Object.assign(script, { bytes });
      }
      await exchange.send(createTiming());
      assert.equal(Buffer.from(exchange.reply().body).toString(), 'hello');
      exchange.reset();
    }),
    { numRuns: 400, seed: 53 },
  );
});
